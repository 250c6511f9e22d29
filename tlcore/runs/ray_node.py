"""What a node of a Ray cluster does: it trains one run in a store of its own, and tells what is new when asked.

The engine is the same as everywhere; nothing here knows Ray.
"""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from tlcore.runs.encoding import Logged, StoredKind
from tlcore.runs.processes import Process
from tlcore.runs.rows import OVER, Status, Want
from tlcore.runs.spec import RunSpec
from tlcore.runs.steering import Control
from tlcore.runs.store import Store

PATIENCE = 0.5  # seconds that a question waits for news
_LOOK = 0.05
_DRAFTS = (".draft", ".new", ".tmp")


@dataclass(frozen=True)
class News:
    """What has happened since the last question; `after` events were there before these."""

    after: int
    events: Sequence[StoredKind]
    files: Mapping[str, bytes]  # of the run's folder, those that have changed
    names: Sequence[str]  # of all files that are there now
    status: Status
    error: str | None
    step: int
    steps: int
    seconds: float
    metrics: Mapping[str, float]
    batch: int | None

    @property
    def over(self) -> bool:
        return self.status in OVER


class Trainer:
    """Trains one run after the other; `begin`, then `news` until it is over."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def begin(self, spec: Mapping[str, Any], files: Mapping[str, bytes], batch: int | None) -> int:
        """Start a run, from its checkpoint if its files hold one; returns how many of its events that one counts on."""
        self._clear()
        self._folder = Path(tempfile.mkdtemp(prefix="tlcore-"))
        self._store = Store(self._folder / "store.sqlite3")
        run = self._store.submit(RunSpec.of(spec), holder=Process.me())
        self._id, self._control = run.id, Control(makes_room=False)
        for name, content in files.items():
            place = self._store.folder(run.id) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        self._start = self._sent = self._counted()
        self._rewinds, self._seen = 0, self._stamps()
        with self._store.database.writing() as db:
            db.execute("UPDATE runs SET batch = ? WHERE id = ?", (batch, run.id))
        self._thread = Thread(target=self._train, name=f"run {run.id}", daemon=True)
        self._thread.start()
        return self._start

    def news(self, want: Want) -> News:
        """Do what is wanted of the run, and tell what is new; waits for half a second if nothing is."""
        run = self._store.run(self._id)
        if run.want != want and run.status not in OVER:
            self._store.ask(self._id, want=want)
        deadline = time.monotonic() + PATIENCE
        while self._thread.is_alive() and time.monotonic() < deadline and not self._anything():
            time.sleep(_LOOK)
        ended = not self._thread.is_alive()
        # Files before events: a checkpoint never counts on events that are not told with it, or were before.
        files, run = self._changed(), self._store.run(self._id)
        if run.rewinds != self._rewinds:
            self._rewinds, self._sent = run.rewinds, self._start
        after, stored = self._sent, self._store.events(self._id, after=self._sent)
        self._sent = stored[-1].seq if stored else after
        status: Status = "crashed" if ended and run.status not in OVER else run.status
        return News(
            after, [each.event for each in stored], files, list(self._seen), status, run.error, run.step, run.steps,
            run.seconds, run.metrics, run.batch,
        )  # fmt: skip

    def _train(self) -> None:
        from tlcore.runs.engine import execute  # loads torch

        execute(self._store, self._id, self._control)

    def _counted(self) -> int:
        """Events that the checkpoint counts on; a placeholder stands for them, so that the next ones count on."""
        from tlcore.runs import checkpoints
        from tlcore.runs.engine import checkpoint_file

        path = checkpoint_file(self._store, self._id)
        seq = checkpoints.load(path)[0].seq if path.exists() else 0
        if seq:
            self._store.record(self._id, [Logged(0, "what was told elsewhere")])
            with self._store.database.writing() as db:
                db.execute("UPDATE events SET seq = ? WHERE run = ?", (seq, self._id))
        return seq

    def _anything(self) -> bool:
        return self._store.last_seq(self._id) != self._sent or self._stamps() != self._seen

    def _changed(self) -> dict[str, bytes]:
        folder, before, found = self._store.folder(self._id), self._seen, dict[str, bytes]()
        for _ in range(10):  # until none of them was replaced while they were read
            self._seen, found = self._stamps(), {}
            for name, stamp in self._seen.items():
                if before.get(name) != stamp:
                    with suppress(FileNotFoundError):  # the engine has just put it away
                        found[name] = (folder / name).read_bytes()
            if self._stamps() == self._seen:
                break
        return found

    def _stamps(self) -> dict[str, tuple[int, int]]:
        """Name, time and size of every file of the run that is whole; drafts are left out."""
        folder = self._store.folder(self._id)
        found = [each for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []
        stamps = dict[str, tuple[int, int]]()
        for each in found:
            if not each.name.startswith(".") and each.suffix not in _DRAFTS:
                with suppress(FileNotFoundError):
                    stamps[each.name] = ((told := each.stat()).st_mtime_ns, told.st_size)
        return stamps

    def _clear(self) -> None:
        if self._folder is not None:
            self._store.close()
            shutil.rmtree(self._folder, ignore_errors=True)
