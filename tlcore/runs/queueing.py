"""Comparisons that a page has started: in the store's own queue, so that nothing that happens to the page hurts them.

    lab.sqlite3.files/comparisons/7.json    what is compared, and when that was asked; which runs these are says the
                                            store, by what they are made of

Runs of a comparison are patient: whatever else is asked for is trained first.
"""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tlcore.errors import RequestError, TransferError
from tlcore.runs import likeness
from tlcore.runs.comparison import Comparison
from tlcore.runs.headway import Progress, progress
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

KEPT = 20  # comparisons that are remembered
UNDER_WAY = ("running", "pausing", "stopping")  # states in which something trains, or waits for it


@dataclass(frozen=True)
class Asked:
    """A comparison that was started, and its runs."""

    number: int
    comparison: Comparison
    specs: Sequence[RunSpec]
    when: float  # seconds since 1970

    def runs(self, store: Store) -> list[Run]:
        """Those of its runs that there are."""
        return [run for run in likeness.of(self.specs, store.runs()).values() if run is not None]

    def progress(self, store: Store) -> Progress:
        """How far it is; what is left follows from what its finished runs took for a step."""
        runs = self.runs(store)
        return progress(self.specs, store.runs(), lambda share: _left(runs, len(self.specs)))

    def state(self, store: Store) -> str:
        """running, pausing, stopping (it was asked to, and a run has yet to obey), paused, stopped (there is something
        left to do, and nobody is asked to) or done.
        """
        runs = self.runs(store)
        wants = {run.want for run in runs if run.status not in (*OVER, "paused")}
        if wants:
            return "pausing" if wants == {"pause"} else "stopping" if wants == {"stop"} else "running"
        if any(run.status == "paused" for run in runs):
            return "paused"
        return "done" if self.progress(store).over else "stopped"


def start(store: Store, comparison: Comparison) -> Asked:
    """Put into the queue what is missing of a comparison, and remember it. Raises `RequestError`."""
    asked = _remember(store, comparison, comparison.laid_out().specs)
    go_on(store, asked)
    return asked


def go_on(store: Store, asked: Asked) -> None:
    """Let every run that is neither finished nor on its way be trained: a new one, or from its checkpoint."""
    found = likeness.of(asked.specs, store.runs())
    for spec in asked.specs:
        run = found[likeness.mark(spec)]
        if run is None:
            store.submit(spec, patient=True)
        elif run.status in ("paused", "stopped", "failed", "crashed"):
            with suppress(RequestError):  # finished in this very moment
                store.resume(run.id)


def pause(store: Store, asked: Asked) -> None:
    for run in asked.runs(store):
        store.ask(run.id, want="pause")


def cancel(store: Store, asked: Asked) -> None:
    """Stop what trains, with a checkpoint, and forget what has not begun."""
    for run in asked.runs(store):
        if run.status in ("queued", "paused") and run.step == 0:
            store.delete(run.id)
        else:
            store.ask(run.id, want="stop")


def forget(store: Store, asked: Asked) -> None:
    """Take a comparison off the list; its runs stay."""
    _file(store, asked.number).unlink(missing_ok=True)


def all_asked(store: Store) -> list[Asked]:
    """Comparisons that were started, the newest first; one that means nothing any more is left out."""
    found = [_read(file) for file in sorted(_folder(store).glob("*.json"), key=_number, reverse=True)[:KEPT]]
    return [each for each in found if each is not None]


def _remember(store: Store, comparison: Comparison, specs: Sequence[RunSpec]) -> Asked:
    folder = _folder(store)
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max((_number(file) for file in folder.glob("*.json")), default=0)
    asked = Asked(number, comparison, specs, time.time())
    told = {
        "comparison": comparison.as_json(),
        "specs": [each.as_json() for each in specs],
        "when": asked.when,
    }
    _file(store, number).write_text(json.dumps(told), encoding="utf-8")
    return asked


def _read(file: Path) -> Asked | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        specs = [RunSpec.of(each) for each in told["specs"]]
        return Asked(_number(file), Comparison.of(told["comparison"]), specs, float(told["when"]))
    except (OSError, ValueError, KeyError, TypeError, TransferError):
        return None


def _left(runs: Sequence[Run], all_: int) -> float | None:
    """Seconds for what is not done, one after the other, by the mean of what is."""
    done = [run.seconds for run in runs if run.status == "finished"]
    if not done:
        return None
    under_way = [run for run in runs if run.status not in OVER]
    parts = sum(run.step / max(1, run.steps) for run in under_way)
    over = sum(run.status in OVER for run in runs)
    return max(0.0, sum(done) / len(done) * (all_ - over - parts))


def _folder(store: Store) -> Path:
    return store.files / "comparisons"


def _file(store: Store, number: int) -> Path:
    return _folder(store) / f"{number}.json"


def _number(file: Path) -> int:
    return int(file.stem) if file.stem.isdecimal() else 0
