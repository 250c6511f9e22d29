"""Validators of a strategy: what they look at, and what they never see."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.strategies.small import images, small, small_task
from tlcore.data import Domain, Task
from tlcore.training.bystander import untouched
from tlcore.training.evaluators import Accuracy, Exam
from tlcore.training.loop import Rhythm, train
from tlcore.training.validating import PREFIX, QUICK, THOROUGH, Picking, Validators


def told(strategy, task: Task, **more) -> dict[str, float]:
    with untouched(strategy):
        return dict(
            Validators(images("source test", 60, 1.0, seed=7), task.target, **more).evaluate(strategy, final=True)
        )


def test_a_trained_network_is_better_by_every_validator_than_an_untrained_one() -> None:
    task = small_task()
    before = told(small("source-only"), task, thorough=True)
    trained = small("source-only", steps=60, lr=0.01)
    list(trained.walk(task))
    after = told(trained, task, thorough=True)
    assert set(after) == {PREFIX + name for name in THOROUGH}
    for name in ("source_validation", "certainty", "information", "nuclear_norm", "reverse"):
        assert after[PREFIX + name] > before[PREFIX + name], name


def test_they_work_where_target_labels_are_absent() -> None:
    task = small_task()
    assert task.target.labels is None
    assert set(told(small("dann"), task)) == {PREFIX + name for name in QUICK}


def test_their_curves_come_with_the_evaluations() -> None:
    task, strategy = small_task(), small("source-only", steps=12)
    validators = Validators(images("source test", 20, 1.0), task.target)
    told = train(strategy, task, [validators], rhythm=Rhythm(apart=1))
    events = [each for each in told if type(each).__name__ == "Evaluated"]
    assert len(events) > 5
    assert all(set(each.values) == {PREFIX + name for name in QUICK} for each in events)


def test_every_validator_says_what_it_is() -> None:
    assert all(says.endswith(".") for says in THOROUGH.values())
    assert set(QUICK) < set(THOROUGH)
    with pytest.raises(KeyError):
        told(small("source-only"), small_task())[PREFIX + "reverse"]


class Counting:
    """Answers what stands in its table, and counts how often it is asked."""

    def __init__(self) -> None:
        self.passes = 0

    def predict(self, inputs: Tensor) -> Tensor:
        self.passes += 1
        return inputs[:, :3].float()


def rows(count: int, seed: int) -> Domain:
    random = torch.Generator().manual_seed(seed)
    return Domain("rows", 3 * torch.randn(count, 3, generator=random), torch.arange(count) % 3)


@pytest.mark.parametrize("name", list(QUICK))
def test_a_run_shares_the_pass_that_grades_it_and_hides_the_target_labels(name: str) -> None:
    exam = Exam(rows(40, 1), rows(50, 2))
    plain, watched = Counting(), Counting()
    Accuracy(exam).evaluate(plain, final=False)
    told = Accuracy(exam, picking=Picking(name)).evaluate(watched, final=False)[PREFIX + name]
    assert watched.passes == plain.passes
    other = replace(exam, target=replace(exam.target, labels=exam.target.answers().roll(1)))
    assert Accuracy(other, picking=Picking(name)).evaluate(Counting(), final=False)[PREFIX + name] == told
    predictions = exam.target.inputs[:].softmax(1)
    if name == "information":
        entropy = torch.distributions.Categorical(predictions).entropy().mean()
        assert told == pytest.approx(float(torch.distributions.Categorical(predictions.mean(0)).entropy() - entropy))


def test_a_validator_sees_the_same_rows_at_the_end_as_in_between() -> None:
    exam = Exam(rows(900, 1), rows(900, 2))
    grader = Accuracy(exam, quick=60, picking=Picking("nuclear_norm"))  # five times as many points
    between, end = (grader.evaluate(Counting(), final=final) for final in (False, True))
    assert end["target_items"] == 900 and between["target_items"] == 300
    assert end[PREFIX + "nuclear_norm"] == between[PREFIX + "nuclear_norm"]


def test_source_validation_takes_the_images_that_are_there_for_it() -> None:
    exam = Exam(rows(60, 1), rows(60, 2), rows(30, 3))
    told = Accuracy(exam, picking=Picking("source_validation")).evaluate(Counting(), final=True)
    assert told[PREFIX + "source_validation"] == told["source_validation_accuracy"] != told["source_accuracy"]


def test_one_that_looks_at_features_can_pick_as_well() -> None:
    task = small_task()
    exam = Exam(images("source test", 60, 1.0, seed=7), images("target test", 60, 0.5, seed=8))
    strategy = small("source-only")
    with untouched(strategy):
        told = Accuracy(exam, picking=Picking("reverse")).evaluate(strategy, final=True)
    assert 0 <= told[PREFIX + "reverse"] <= 1 and task.target.labels is None
