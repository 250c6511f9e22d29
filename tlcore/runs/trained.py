"""The network of a run, as training left it: for whoever exports, explains or asks it. Nothing is trained for this.

A run restores as it would on resume: its strategy walks again from the top, phase by phase, each as its checkpoint
holds it. So everything that a strategy builds between its phases (adapters, twins, a solved matrix) is there as well.
But before the first step that would be new, it halts.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import torch
from torch import nn

from tlcore.data import Stream, Task
from tlcore.errors import CheckpointError
from tlcore.networks import Network
from tlcore.phases import Journal, Keepable, chance, set_chance
from tlcore.runs import checkpoints, kept
from tlcore.runs.building import Built, build
from tlcore.runs.checkpoints import About, misfits
from tlcore.runs.engine import checkpoint_file
from tlcore.runs.rows import Run
from tlcore.runs.store import Store
from tlcore.strategies import Strategy
from tlcore.training.keeping import Kept, put

Which = Literal["last", "kept"]
T = TypeVar("T")


@dataclass(frozen=True)
class Trained:
    """A run with its network restored, in evaluation mode, on the CPU."""

    run: Run
    built: Built
    step: int  # after which the network stood as it does here

    @property
    def strategy(self) -> Strategy[Any]:
        return self.built.strategy

    @property
    def network(self) -> Network:
        return self.built.strategy.network


def trained(store: Store, number: int, which: Which = "last") -> Trained:
    """Run `number` as it was at its end, or at its last checkpoint if it has not come to one; the data is read anew.

    With "kept" its network is the one that a validator without target labels liked best, see `tlcore.training.keeping`.

    Chance is left as it was. Raises `UnknownKey` for a run that is not there, `CheckpointError` with a sentence
    where there is no checkpoint, or one of another network or other code, and what `build` raises.
    """
    run = store.run(number)
    path = checkpoint_file(store, run.id)
    if not path.exists():
        raise CheckpointError(
            f"Run {run.id} is {run.status} and has no checkpoint: one is written when it pauses, stops or ends, and "
            "now and then before."
        )
    about, state = checkpoints.load(path)
    best = _kept(run, about, path.parent) if which == "kept" else None
    drawn = chance()
    try:
        built = build(run.trained, torch.device("cpu"))
        _fits(about, built, run)
        restore(built.strategy, built.prepared.task, state)
    finally:
        set_chance(drawn)
    if best is not None:
        put(built.strategy, best.weights)
    return Trained(run, built, about.step if best is None else best.step)


def _kept(run: Run, about: About, folder: Path) -> Kept:
    if about.kept is None:
        raise CheckpointError(
            f"Run {run.id} has kept no network that a validator picked until step {about.step}: take its last one."
        )
    return kept.read(folder, about.kept)


def _fits(about: About, built: Built, run: Run) -> None:
    spec = run.trained
    strategy, device = type(built.strategy), about.device
    now = About.now(strategy, key=spec.strategy, backbone=spec.backbone, device=device, seq=0, step=0, seconds=0.0)
    misfits(about, now)


def restore(strategy: Strategy[Any], task: Task, state: Sequence[dict[str, Any]]) -> None:
    """Bring a new strategy to where a journal's state stands, in evaluation mode. Raises `Stale` where they do not fit.

    Sets chance, and leaves it so.
    """
    strategy.journal = journal = _Halting()
    journal.load(state)
    with suppress(_Halt):
        for _ in strategy.walk(task):
            raise AssertionError("a restored strategy has trained a step")
    for part in vars(strategy).values():
        if isinstance(part, nn.Module):
            part.eval()


class _Halt(Exception):
    """The last phase of the checkpoint is restored."""


class _Halting(Journal):
    """Restores the phases that it has loaded, and goes no further."""

    def phase(
        self, name: str, length: int, stream: Stream[T], keep: Sequence[Keepable], until: Callable[[], bool]
    ) -> Iterator[T]:
        yield from super().phase(name, length, stream, keep, _halt)
        if self._reached == len(self._phases):
            raise _Halt  # what comes after this phase had not happened yet


def _halt() -> bool:
    raise _Halt
