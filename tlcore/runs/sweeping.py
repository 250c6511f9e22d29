"""Training a whole comparison here: worker processes side by side, each with one run at a time.

What is finished is not trained again, what was stopped goes on from its checkpoint, and what another process is
training is left to it: so a comparison that was interrupted, however it was, is continued by asking for it again.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, SIGTERM, signal
from typing import Any

import psutil

from tlcore.errors import RequestError
from tlcore.runs import likeness
from tlcore.runs.headway import Clock, Progress, to_do
from tlcore.runs.rows import ACTIVE, Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

_LOOK = 0.3  # seconds between two looks at how far they are


Watch = Callable[[Progress], None]


def sweep(place: Path, specs: Sequence[RunSpec], jobs: int = 0, watch: Watch | None = None) -> bool:
    """Train what is missing of completed specs, `jobs` at a time (as many as there are cores, if 0).

    A Ctrl-C lets every run save and stop; False then. Raises `StoreError`.
    """
    store = Store(place)
    try:
        lacking = to_do(store, specs)
        if not lacking:
            return True
        jobs = min(jobs or os.cpu_count() or 1, len(lacking))
        clock = Clock(store, specs)
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin) as pool:
            waiting = [pool.submit(_train, place, spec) for spec in lacking]
            try:
                _until_done(waiting, clock, watch)
            except KeyboardInterrupt:
                for each in waiting:
                    each.cancel()
                _stop_children(store)
                return False
            except BrokenProcessPool:  # a child was killed; its run is resumed by whoever asks again
                return False
        if watch is not None:
            watch(clock.progress())
        return True
    finally:
        store.close()


def _until_done(waiting: Sequence[Future[int]], clock: Clock, watch: Watch | None) -> None:
    while not all(each.done() for each in waiting):
        time.sleep(_LOOK)
        if watch is not None:
            watch(clock.progress())
    for each in waiting:
        each.result()


def _stop_children(store: Store) -> None:
    """Let the runs of our own processes save and stop; a Ctrl-C of a terminal reaches them as well, a signal not."""
    ours = {child.pid for child in psutil.Process().children()}
    for run in store.runs():
        if run.status in ACTIVE and run.holder is not None and run.holder.pid in ours:
            store.ask(run.id, want="stop")


def _begin() -> None:
    """One thread a process: small networks train side by side, not on top of each other."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal(SIGINT, SIG_IGN)  # between two runs there is nothing to save


def _train(place: Path, spec: RunSpec) -> int:
    """In a process of its own: train one run to its end and give its number; what goes wrong stands in its row."""
    from tlcore.runs.engine import execute
    from tlcore.runs.steering import Control

    control, store = Control(makes_room=False), Store(place)

    def leave(number: int, frame: object) -> None:
        control.leave = "stopped"

    before: Mapping[int, Any] = {each: signal(each, leave) for each in (SIGINT, SIGTERM)}
    try:
        run = taken(store, spec)
        if run is None:
            return 0
        execute(store, run.id, control)
        return run.id
    finally:
        for number, handler in before.items():
            signal(number, handler)
        store.close()


def taken(store: Store, spec: RunSpec) -> Run | None:
    """The run of a spec, held by this process: what there is of it goes on, else a new one.

    None where another process has it, or it is finished by now.
    """
    from tlcore.runs.processes import Process

    known = likeness.of([spec], store.runs())[likeness.mark(spec)]
    if known is None:
        return store.submit(spec, holder=Process.me())
    try:
        return store.take(known.id, Process.me())
    except RequestError:
        return None
