"""How far a comparison is, by the rows of its runs, whoever trains them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tlcore.runs import likeness
from tlcore.runs.rows import ACTIVE, Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store


@dataclass(frozen=True)
class Progress:
    """How far a comparison is. `share` counts a run that is under way by its steps."""

    done: int  # finished
    failed: int
    under_way: int
    all: int
    share: float  # 0 to 1
    left: float | None  # seconds, as things go; None while nobody can say

    @property
    def over(self) -> bool:
        return self.done + self.failed == self.all


class Clock:
    """Tells how far a comparison is, and how long it still takes at the speed since the clock was made."""

    def __init__(self, store: Store, specs: Sequence[RunSpec]) -> None:
        self._store, self._specs, self._begun = store, specs, time.monotonic()
        self._first = self.progress().share

    def progress(self) -> Progress:
        return progress(self._specs, self._store.runs(), self._left)

    def _left(self, share: float) -> float | None:
        gone, spent = share - getattr(self, "_first", share), time.monotonic() - self._begun
        return spent * (1 - share) / gone if gone > 0 and spent > 1 else None


def progress(
    specs: Sequence[RunSpec], runs: Sequence[Run], left: Callable[[float], float | None] = lambda share: None
) -> Progress:
    """How far the runs of a comparison are, by their rows."""
    found = list(likeness.of(specs, runs).values())
    told = [run for run in found if run is not None]
    done = sum(run.status == "finished" for run in told)
    failed = sum(run.status == "failed" for run in told)
    share = (failed + sum(1.0 if run.status == "finished" else _share(run) for run in told)) / max(1, len(found))
    return Progress(done, failed, sum(run.status in ACTIVE for run in told), len(found), share, left(share))


def _share(run: Run) -> float:
    return 0.0 if run.status == "failed" else run.step / max(1, run.steps)


def to_do(store: Store, specs: Sequence[RunSpec]) -> list[RunSpec]:
    """What nobody has finished and nobody is training."""
    found = likeness.of(specs, store.runs())
    return [spec for spec in specs if not _taken_care_of(found[likeness.mark(spec)])]


def _taken_care_of(run: Run | None) -> bool:
    if run is None:
        return False
    return run.status == "finished" or (run.holder is not None and run.status in ACTIVE and run.holder.alive())
