"""Phases: why a killed run goes on where it was, bit for bit.

A generator's frame cannot be saved. So a strategy says what must survive, phase by phase: a
checkpoint holds, for each phase in order, its name, its step, the state of what it keeps, and
chance as it stood at that moment. On resume the strategy runs again from the top: a phase that was
finished restores its end and yields nothing, what stands between two phases simply happens again
(and comes out identical, since chance is restored as well), and the phase that was cut off goes on
with its stream at step k.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
import torch

from tlcore.data.stream import Stream
from tlcore.errors import Stale

T = TypeVar("T")


class Keepable(Protocol):
    """Whatever has a state: a module, a `Descent`, `Notes`."""

    def state_dict(self) -> Any: ...
    def load_state_dict(self, state: Any, /) -> Any: ...


class Notes(dict[str, Any]):
    """Numbers and tensors that belong to no module, and must survive: a running mean, the best so far."""

    def state_dict(self) -> dict[str, Any]:
        return dict(self)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.clear()
        self.update(state)


@dataclass
class Phase:
    """One phase of a run, as it stands after `step` of its `length` items."""

    name: str
    length: int
    step: int = 0
    kept: list[Any] = field(default_factory=list)
    chance: dict[str, Any] = field(default_factory=dict)

    def write(self, keep: Sequence[Keepable]) -> None:
        # A state_dict is a view of what still changes, so it is copied here, and copied again when
        # it is read: an optimiser keeps the very tensors that it loads.
        self.kept = deepcopy([each.state_dict() for each in keep])
        self.chance = chance()

    def read(self, keep: Sequence[Keepable]) -> None:
        try:
            for each, state in zip(keep, deepcopy(self.kept), strict=True):
                each.load_state_dict(state)
        except (ValueError, KeyError, RuntimeError) as misfit:
            raise Stale(
                f"The checkpoint's phase '{self.name}' keeps something else than the strategy does now: "
                "it was written by another version or for another network. Start the run anew."
            ) from misfit
        set_chance(self.chance)


class Journal:
    """The phases of one run: those behind it, and the one that it is in."""

    def __init__(self) -> None:
        self._phases: list[Phase] = []
        self._reached = 0
        self._keep: Sequence[Keepable] | None = None

    @property
    def step(self) -> int:
        """How many items the run has seen, all phases together."""
        return sum(phase.step for phase in self._phases)

    @property
    def now(self) -> str:
        """The name of the newest phase that has seen an item; empty before the first."""
        return next((phase.name for phase in reversed(self._phases) if phase.step), "")

    def phase(
        self, name: str, length: int, stream: Stream[T], keep: Sequence[Keepable], until: Callable[[], bool]
    ) -> Iterator[T]:
        """`length` items of a stream, fewer if `until()` holds before one; goes on where a checkpoint left off.

        Raises `Stale` if a loaded journal has another phase in this place.
        """
        if self._keep is not None:
            raise RuntimeError(f"phase '{name}' begins inside of another phase")
        self._reached += 1
        if self._reached > len(self._phases):
            self._phases.append(Phase(name, length))
        else:
            self._match(name, length).read(keep)
            if self._reached < len(self._phases):
                return  # finished in a former life
        phase, self._keep = self._phases[self._reached - 1], keep
        while phase.step < length and not until():
            phase.step += 1
            yield stream.at(phase.step - 1)
        phase.write(keep)
        self._keep = None

    def _match(self, name: str, length: int) -> Phase:
        phase = self._phases[self._reached - 1]
        if (phase.name, phase.length) != (name, length):
            raise Stale(
                f"The checkpoint has phase '{phase.name}' of {phase.length} steps where the strategy now has "
                f"'{name}' of {length}: it was written by another version. Start the run anew."
            )
        return phase

    def state(self) -> list[dict[str, Any]]:
        """All phases as plain values and tensors; only between two steps of a run."""
        if self._keep is not None:
            self._phases[self._reached - 1].write(self._keep)
        return [dict(vars(phase)) for phase in self._phases]

    def load(self, state: Sequence[Mapping[str, Any]]) -> None:
        """Take over the phases of a checkpoint; the strategy that walks next goes on from there."""
        try:
            self._phases = [Phase(**phase) for phase in state]
        except TypeError as misfit:
            raise Stale("The checkpoint does not hold the phases of a run. Start the run anew.") from misfit
        self._reached, self._keep = 0, None


def chance() -> dict[str, Any]:
    """The state of every generator of chance that a strategy may draw from."""
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    state: dict[str, Any] = {
        "torch": torch.get_rng_state(),
        "python": random.getstate(),
        "numpy": (
            str(kind),
            torch.from_numpy(np.asarray(keys).astype(np.int64)),
            int(position),
            int(has_gauss),
            float(gauss),
        ),
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def set_chance(state: Mapping[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))
    kind, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), position, has_gauss, cached))
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
