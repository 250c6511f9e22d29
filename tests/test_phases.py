"""Phases: strategies made to trip over a resume, and those that are refused in words."""

import io
from collections.abc import Iterator
from copy import deepcopy
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from tests.strategies.small import small_network, small_task
from tlcore.cards import Access, Card, Family
from tlcore.data import Stream, Task
from tlcore.descent import Descent
from tlcore.errors import Stale
from tlcore.phases import Notes
from tlcore.strategies import Strategy, Training, Values

NUMBERS = Stream(lambda k: k)


class Toy(Strategy[Training]):
    """The base of what is tried here; learns nothing that matters."""

    card: ClassVar[Card] = Card("toy", "Toy", Family.BASELINE, "", "", (Access.LABELS, Access.IMAGES), {"loss": ""})
    HParams = Training

    def weight(self) -> Tensor:
        return self.network.head.weight


class Anchored(Toy):
    """Keeps a copy of the very first weights, and is drawn back to it (as L2-SP is)."""

    def steps(self, task: Task) -> Iterator[Values]:
        anchor = deepcopy(self.network.head)
        descend = Descent({self.network.head: 0.1}, 6)
        for k in self.phase("drift", 6, NUMBERS, keep=[descend]):
            loss = (self.weight() - anchor.weight).square().sum() + k * self.weight().sum()
            descend(loss)
            yield {"loss": loss}


class Impatient(Toy):
    """Stops when it has been bored three times; remembers in notes, and goes on to a second phase."""

    def steps(self, task: Task) -> Iterator[Values]:
        notes = Notes(bored=0)
        for k in self.phase("wait", 50, NUMBERS, keep=[notes], until=lambda: notes["bored"] == 3):
            notes["bored"] += k % 2
            yield {"loss": torch.tensor(float(notes["bored"]))}
        scale = torch.rand(())  # between two phases, chance is as it was
        for k in self.phase("go", 4, NUMBERS):
            yield {"loss": scale * k}


class Nested(Toy):
    def steps(self, task: Task) -> Iterator[Values]:
        for _ in self.phase("outer", 2, NUMBERS):
            for _ in self.phase("inner", 2, NUMBERS):
                yield {}


def told(strategy: Strategy[Training]) -> list[float]:
    return [float(values["loss"].detach()) for values in strategy.walk(small_task())]


def resumed(kind: type[Toy], cut: int) -> list[float]:
    """The losses of a run that was cut after `cut` steps and taken up from a file by another process's network."""
    torch.manual_seed(0)
    first = kind(small_network())
    walk = first.walk(small_task())
    head = [float(next(walk)["loss"].detach()) for _ in range(cut)]
    file = io.BytesIO()
    torch.save(first.journal.state(), file)
    torch.manual_seed(1)
    second = kind(small_network(seed=9))
    second.journal.load(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    return head + told(second)


@pytest.mark.parametrize("kind", [Anchored, Impatient])
def test_a_cut_anywhere_is_not_seen(kind: type[Toy]) -> None:
    torch.manual_seed(0)
    whole = told(kind(small_network()))
    for cut in range(1, len(whole)):
        assert resumed(kind, cut) == whole, f"cut after step {cut}"


def test_until_ends_a_phase_before_its_length() -> None:
    assert len(told(Impatient(small_network()))) == 6 + 4


def test_phases_do_not_nest() -> None:
    with pytest.raises(RuntimeError, match="'inner' begins inside of another phase"):
        list(Nested(small_network()).walk(small_task()))


def test_another_length_makes_a_checkpoint_stale() -> None:
    first, second = Anchored(small_network()), Anchored(small_network())
    next(first.walk(small_task()))
    state = first.journal.state()
    state[-1]["length"] = 7
    second.journal.load(state)
    with pytest.raises(Stale, match="phase 'drift' of 7 steps where the strategy now has 'drift' of 6"):
        list(second.walk(small_task()))


def test_what_is_no_journal_is_refused() -> None:
    with pytest.raises(Stale, match="does not hold the phases of a run"):
        Anchored(small_network()).journal.load([{"weights": 1}])


def test_another_network_makes_a_checkpoint_stale() -> None:
    first, second = Anchored(small_network()), Anchored(small_network())
    next(first.walk(small_task()))
    state = first.journal.state()
    del state[0]["kept"][0]["head.bias"]
    second.journal.load(state)
    with pytest.raises(Stale, match="phase 'start' keeps something else"):
        list(second.walk(small_task()))
