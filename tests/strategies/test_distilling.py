"""Learning from a teacher: what is passed on, and from whom."""

import pytest
import torch

from tests.strategies.small import images, small, small_task
from tlcore.data import Domain, Task
from tlcore.errors import RequestError
from tlcore.networks import build_network
from tlcore.strategies import find


@pytest.mark.parametrize("key", ["distill", "hints", "attention-transfer"])
def test_a_teacher_learns_first_and_then_stays_as_it_is(key: str) -> None:
    strategy = small(key, teacher_steps=30)
    for _ in strategy.walk(small_task()):
        pass
    teach, *later = strategy.journal.state()[1:]
    assert teach["name"] == "teach" and len(teach["kept"]) == 3
    assert all(len(phase["kept"]) < 3 or phase["name"] == "hint" for phase in later), "the teacher is kept no longer"


def test_a_student_without_labels_of_its_own_learns_the_teachers_answers() -> None:
    """All weight on the teacher, who is asked about target images alone: the student agrees with it there."""
    strategy = small("distill", soft=1.0, transfer_set="target", teacher_steps=60, steps=150, batch=32, lr=0.01)
    target = images("target", 120, 0.5, seed=1)
    task = Task(images("source", 120, 1.0), target.without_labels(), target.few(3), 3)
    last = dict[str, torch.Tensor]()
    for values in strategy.walk(task):
        last = dict(values)
    assert last["agreement"] > 0.95
    assert last["soft answers"] < 0.5


def test_dropout_and_views_change_the_teacher_alone() -> None:
    """The student's own inputs are never moved: with no weight on the teacher it does not matter what that one saw."""
    runs = []
    for shift in (0.0, 0.3):
        strategy = small("distill", soft=0.0, transfer_set="source", shift=shift, turn=0.0, batch=32)
        torch.manual_seed(0)
        runs.append([values["classification"].item() for values in strategy.walk(small_task()) if len(values) > 1])
    assert runs[0] == runs[1]


def test_attention_needs_maps() -> None:
    points = Domain("points", torch.rand(20, 2), torch.arange(20) % 3)
    network = build_network("tiny-mlp", 3, input_shape=(2,))
    strategy = find("attention-transfer")(network)
    with pytest.raises(RequestError, match="no maps"):
        list(strategy.walk(Task(points, points.without_labels(), points, 3)))
