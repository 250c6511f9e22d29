"""One experiment with several seeds, side by side in processes of their own: what a number is worth."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tlcore.errors import OutOfRange
from tlcore.intervals import Interval, over_seeds
from tlcore.picking import STEP
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

MOST = 100  # seeds
_LOOK = 0.2  # seconds between two looks at how far they are

Watch = Callable[[int, int], None]  # steps that are done and steps that there are, of all seeds together


@dataclass(frozen=True)
class Several:
    """Runs that differ in nothing but their seed."""

    runs: Sequence[Run]

    @property
    def finished(self) -> bool:
        return all(run.status == "finished" for run in self.runs)

    @property
    def metrics(self) -> Mapping[str, Interval]:
        """Each measure as a mean over the runs that are finished, with its 95 % t-interval."""
        told = [run.metrics for run in self.runs if run.status == "finished"]
        if not told:
            return {}
        return {
            name: over_seeds([each[name] for each in told])
            for name in told[0]
            if name != STEP and not name.endswith("_items") and all(name in each for each in told)
        }

    def as_json(self) -> dict[str, Any]:
        metrics = {
            name: {"mean": each.value, "low": _finite(each.low), "high": _finite(each.high), "n": each.n}
            for name, each in self.metrics.items()
        }
        seeds = [run.spec.seed for run in self.runs]
        return {"seeds": seeds, "metrics": metrics, "runs": [run.as_json() for run in self.runs]}


def with_seeds(spec: RunSpec, seeds: Sequence[int]) -> list[RunSpec]:
    """The same experiment with each of the seeds. Raises `OutOfRange` for none, for too many, or for one twice."""
    if not 1 <= len(seeds) <= MOST or len(set(seeds)) < len(seeds):
        told = ", ".join(map(str, seeds[:8])) or "none"
        raise OutOfRange(f"Several seeds should be 1 to {MOST} different whole numbers, as in 0,1,2, but are {told}.")
    return [replace(spec, seed=seed).completed() for seed in seeds]


def train_several(place: Path, specs: Sequence[RunSpec], jobs: int = 0, watch: Watch | None = None) -> Several:
    """Train them all, `jobs` at a time (as many as there are cores, if 0), each on one thread.

    On two cores five seeds of a small network take about three times what one takes: a process begins with
    seconds of loading torch, and then trains one seed after the other. A Ctrl-C lets all of them save and stop.
    Raises `StoreError`, and `RequestError` for an experiment that cannot be run.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(specs))
    store = Store(place)
    try:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin) as pool:
            waiting = [pool.submit(_train, place, spec) for spec in specs]
            try:
                _until_done(store, waiting, len(specs), watch)
            except KeyboardInterrupt:
                for each in waiting:
                    each.cancel()
        return Several([store.run(each.result()) for each in waiting if not each.cancelled()])
    finally:
        store.close()


def _until_done(store: Store, waiting: Sequence[Future[int]], count: int, watch: Watch | None) -> None:
    begun = store.runs()[0].id if store.runs() else 0
    while not all(each.done() for each in waiting):
        time.sleep(_LOOK)
        ours = [run for run in store.runs() if run.id > begun]
        length = max((run.steps for run in ours), default=0)
        if watch is not None and length:
            watch(sum(run.step for run in ours), count * length)


def _begin() -> None:
    """One thread a process: seeds of small networks train side by side, not on top of each other."""
    os.environ["OMP_NUM_THREADS"] = "1"


def _train(place: Path, spec: RunSpec) -> int:
    """In a process of its own: train one run and give its number; what goes wrong stands in its row."""
    from tlcore.runs.engine import execute
    from tlcore.runs.processes import Process
    from tlcore.runs.steering import Control

    control, store = Control(makes_room=False), Store(place)

    def leave(number: int, frame: object) -> None:
        control.leave = "stopped"

    before = {each: signal.signal(each, leave) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        run = store.submit(spec, holder=Process.me())
        execute(store, run.id, control)
        return run.id
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        store.close()


def _finite(value: float) -> float | None:
    """None for an interval without end: JSON knows no infinity."""
    return value if abs(value) != float("inf") else None
