"""A worker: a process that has torch loaded and waits for runs of one device.

    python -m tlcore.runs.worker --store FILE --device cpu

It lives in a session of its own, so that nothing that happens to the page's server can hurt a run.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType

from tlcore.errors import StoreError
from tlcore.runs.processes import Process
from tlcore.runs.reaping import reap
from tlcore.runs.roster import Roster
from tlcore.runs.store import Store

ABANDONED = 60.0  # seconds without a supervisor, after which an idle worker goes home
_NAP = 0.03  # seconds between two looks into the queue
_REAP = 1.0  # seconds between two looks for processes that are gone

Train = Callable[[Store, int], None]


class Worker:
    """Serves one device; `loop` is one turn, so that it can be turned by hand."""

    def __init__(self, store: Store, device: str, me: Process, train: Train, clock: Callable[[], float] = time.time):
        self._store, self._device, self._me, self._train, self._clock = store, device, me, train, clock
        self._roster, self._reaped = Roster(store), 0.0
        self.leaving = False

    def loop(self) -> bool:
        """Train the run that has waited longest, if there is one; `False` when it is time to go home."""
        if self.leaving:
            return False
        if self._clock() - self._reaped >= _REAP:
            self._reaped = self._clock()
            reap(self._store)
            post = self._roster.find(self._device)
            if post is None or post.worker != self._me:
                return False
            if self._clock() - post.watched > ABANDONED and not self._store.waiting(self._device):
                return False
        if self._store.waiting(self._device) and (run := self._store.claim(self._device, self._me)) is not None:
            self._train(self._store, run.id)
        return True


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tlcore.runs.worker", description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args(arguments)
    try:
        with closing(Store(given.store)) as store:
            return _serve(store, given.device, Process.me())
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _serve(store: Store, device: str, me: Process) -> int:
    roster = Roster(store)
    if not roster.sign_on(device, me):
        return 0
    try:
        _work(store, device, me)
    finally:
        roster.sign_off(device, me)
    return 0


def _work(store: Store, device: str, me: Process) -> None:
    from tlcore.runs.engine import execute, warm_up  # loads torch, which takes seconds: only after signing on
    from tlcore.runs.steering import Control

    control = Control()
    worker = Worker(store, device, me, lambda store, run: execute(store, run, control))

    def leave(number: int, frame: FrameType | None) -> None:
        # The run goes back to its place in the queue, for the next worker.
        worker.leaving, control.leave = True, "queued"

    signal.signal(signal.SIGTERM, leave)
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    Roster(store).sign_ready(device, me)
    if not store.waiting(device):
        warm_up()
    while worker.loop():
        time.sleep(_NAP)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
