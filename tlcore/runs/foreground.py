"""A run in this very process, with a progress bar: what `tlcore run` and `tlcore resume` do."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from tqdm import tqdm

from tlcore.errors import TransferError
from tlcore.runs.engine import execute
from tlcore.runs.rows import Run
from tlcore.runs.steering import Control
from tlcore.runs.store import Store


@dataclass(frozen=True)
class Outcome:
    """How it ended: the run, the signal that ended it, and what went wrong."""

    run: Run
    signal: int | None
    failure: TransferError | None


def train_here(store: Store, run: Run) -> Outcome:
    """Train a run that this process holds; a Ctrl-C, or a SIGTERM, lets it come to rest and save.

    Raises what `execute` raises.
    """
    control, received = Control(makes_room=False), list[int]()
    title = f"{run.spec.strategy} on {run.spec.scenario}"
    with (
        closing(_Beforehand()) as beforehand,
        tqdm(desc=title, unit=" steps", file=sys.stderr, dynamic_ncols=True) as bar,
        _signals(control, received),
    ):

        def watch(step: int, metrics: Mapping[str, float]) -> None:
            bar.total = bar.total or store.run(run.id).steps
            if "target_accuracy" in metrics:
                bar.set_postfix_str(f"target accuracy {metrics['target_accuracy']:.1%}", refresh=False)
            bar.update(step - bar.n)

        control.watch, control.hear = watch, beforehand
        execute(store, run.id, control)
    return Outcome(store.run(run.id), received[0] if received else None, control.failure)


class _Beforehand:
    """What takes its time before the first step, each as a bar of its own that goes when it is done."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._bar is None or self._bar.desc.removesuffix(": ") != what:
            self.close()
            self._bar = tqdm(desc=what, total=total or None, file=sys.stderr, dynamic_ncols=True, leave=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


@contextmanager
def _signals(control: Control, received: list[int]) -> Iterator[None]:
    """The first signal asks for rest; a second Ctrl-C, from who cannot wait, ends it at once."""

    def leave(number: int, frame: FrameType | None) -> None:
        received.append(number)
        control.leave = "stopped"
        if len(received) > 1:
            raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before: list[tuple[int, Any]] = [(number, signal.signal(number, leave)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
