"""Inputs on disk give the same numbers as inputs in memory, and are never read whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.strategies.small import images, small, small_exam, small_task
from tlcore.data import Domain, Mapped, Task, domain, portion
from tlcore.errors import RequestError, Withheld
from tlcore.training.evaluators import Accuracy, Exam
from tlcore.training.loop import train


class OnDisk:
    """Images that note which rows were read."""

    def __init__(self, images: torch.Tensor) -> None:
        self._images = images.numpy()
        self.most, self.asked = 0, 0

    @property
    def shape(self) -> tuple[int, int, int, int]:
        count, *each = self._images.shape
        return (count, each[0], each[1], each[2])

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        self.most, self.asked = max(self.most, len(rows)), self.asked + len(rows)
        read: NDArray[np.uint8] = self._images[rows].astype(np.uint8)
        return read


def on_disk(found: Domain) -> Domain:
    assert isinstance(found.inputs, torch.Tensor)
    return replace(found, inputs=Mapped(OnDisk(found.inputs)))


def source(found: Domain) -> OnDisk:
    assert isinstance(found.inputs, Mapped)
    read = found.inputs._images
    assert isinstance(read, OnDisk)
    return read


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen stays on disk, however little it is."""
    monkeypatch.setattr(domain, "SMALL", 0)


@pytest.mark.parametrize(
    "of",
    [
        lambda each: each.batches(7).at(11)[0],
        lambda each: each.described(7).at(3)[0],
        lambda each: each.unlabelled(13).at(2),
        lambda each: each.episodes(2, 1, 2).at(4).query,
        lambda each: torch.cat(list(each.once(7))),
        lambda each: each.few(3).labelled()[0],
        lambda each: each.at(torch.tensor([5, 3])).at(slice(1, None)).labelled()[0],
        lambda each: each.encoded(lambda inputs: inputs.flatten(1)[:, :5].float()).inputs,
        lambda each: torch.from_numpy(each.look(np.array([4, 9])[::-1])),
    ],
)
def test_whatever_is_asked_for_is_as_in_memory(of: Callable[[Domain], torch.Tensor]) -> None:
    memory = images("d", 60, 1.0)
    assert torch.equal(of(on_disk(memory)), of(memory))


@pytest.mark.parametrize("key", ["source-only", "dann", "coral", "k-means", "shot", "proto-net"])
def test_a_strategy_learns_the_same(key: str) -> None:
    def learnt(move: Callable[[Domain], Domain]) -> list[str]:
        task, exam, strategy = small_task(), small_exam(), small(key)
        moved = Task(
            move(task.source), move(task.target), move(task.few), task.classes, task.seed,
            factors=task.factors, attributes=task.attributes,
        )  # fmt: skip
        graded = Accuracy(Exam(move(exam.source), move(exam.target)))
        return [repr(event) for event in train(strategy, moved, [graded]) if "Rested" not in repr(event)]

    assert learnt(on_disk) == learnt(lambda each: each)


def test_a_batch_reads_its_own_rows_alone() -> None:
    far = on_disk(images("d", 60, 1.0))
    stream = far.batches(8)
    far.at(slice(50)), far.without_labels(), len(far), far.answers()
    assert source(far).asked == 0, "choosing rows reads nothing"
    for k in range(3):
        stream.at(k)
    assert (source(far).most, source(far).asked) == (8, 24)


def test_what_is_few_comes_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "SMALL", 10 * 64)
    far = on_disk(images("d", 60, 1.0))
    assert isinstance(far.at(slice(10)).inputs, torch.Tensor) and isinstance(far.at(slice(11)).inputs, Mapped)


def test_large_images_pass_fewer_at_a_time() -> None:
    small_ones, large = torch.empty(9, 3, 28, 28), torch.empty(9, 3, 224, 224)
    assert (portion(small_ones, 500), portion(large, 500), portion(torch.empty(9, 2), 4096)) == (500, 40, 4096)
    assert [len(each) for each in on_disk(Domain("d", large.to(torch.uint8), None)).once(5)] == [5, 4]
    assert [len(each) for each in Domain("d", large.repeat(5, 1, 1, 1), None).once()] == [40, 5]


def test_all_at_once_is_refused_when_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "MOST", 1000)
    with pytest.raises(RequestError, match=r"needs all 60 images of 'd' at once, .* a smaller side"):
        on_disk(images("d", 60, 1.0)).labelled()


def test_hidden_labels_stay_hidden() -> None:
    hidden = on_disk(images("d", 60, 1.0)).without_labels()
    for use in (hidden.answers, hidden.labelled, lambda: hidden.batches(4)):
        with pytest.raises(Withheld):
            use()


def test_a_device_is_where_batches_arrive() -> None:
    far: Any = on_disk(images("d", 60, 1.0)).to("meta")
    assert far.device == torch.device("meta") and far.labels.device == torch.device("meta")
    assert far.inputs[torch.tensor([1, 2])].device == torch.device("meta")
