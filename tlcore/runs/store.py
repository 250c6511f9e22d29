"""The store: all runs and everything that happened in them, in one file.

It is the only thing that a page and a worker share. Whoever looks (the page, the command line)
writes nothing but what it *wants* of a run; whoever trains writes the rest, through a `Hold`.

                          resume
      submit   ┌────────────────────────────────────────┐
        │      ▼                                        │
        └▶ queued ─claim▶ starting ─▶ running ─▶ finished, stopped, failed, crashed
              ▲                         ▲ │ pause
              │ resume, when no         │ ▼
              └─ process holds it ─── paused
"""

import json
import os
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from sqlite3 import Connection, Row
from types import EllipsisType
from typing import Self

from platformdirs import user_data_path

from tlcore.errors import RequestError, UnknownKey
from tlcore.runs.database import Database
from tlcore.runs.devices import lane
from tlcore.runs.encoding import KINDS, StoredKind, encode
from tlcore.runs.processes import Process
from tlcore.runs.rows import ACTIVE, OVER, Run, StoredEvent, Want
from tlcore.runs.spec import RunSpec

_TAKEN = """status = 'starting', want = 'run', pid = ?, pid_started = ?, beat = ?, ended = NULL,
            started = coalesce(started, ?), error = NULL, note = NULL"""
_PATIENCE = 3.2e9  # seconds, a hundred years: after all that is asked for without patience


class Store:
    """Runs and their events in one SQLite file. Every method may be called from any thread.

    All methods raise `StoreError` when the file cannot be used, and `UnknownKey` for a run that is not there.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.database = Database(self.path)

    @classmethod
    def default(cls) -> Self:
        """The store in `TLCORE_STORE`, or where this platform keeps a user's data."""
        place = os.environ.get("TLCORE_STORE")
        return cls(Path(place) if place else user_data_path("transfer-lab", appauthor=False) / "lab.sqlite3")

    def close(self) -> None:
        self.database.close()

    # What was

    def run(self, id: int) -> Run:
        with self.database.reading() as db:
            return Run.of(_row(db, id))

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        with self.database.reading() as db:
            return [Run.of(row) for row in db.execute("SELECT * FROM runs ORDER BY id DESC")]

    def events(self, id: int, after: int = 0, kinds: Sequence[str] = tuple(KINDS.values())) -> list[StoredEvent]:
        """What happened in a run after event number `after`, in order."""
        marks = ", ".join("?" * len(kinds))
        with self.database.reading() as db:
            rows = db.execute(
                f"SELECT * FROM events WHERE run = ? AND seq > ? AND kind IN ({marks}) ORDER BY seq",
                (id, after, *kinds),
            ).fetchall()
        return [StoredEvent.of(row) for row in rows]

    def last_seq(self, id: int) -> int:
        with self.database.reading() as db:
            return _last_seq(db, id)

    @property
    def files(self) -> Path:
        """Where the files beside the store lie: logs, and a folder for each run."""
        return self.path.with_name(self.path.name + ".files")

    def folder(self, id: int) -> Path:
        """Where the files of a run lie: its checkpoint and its log."""
        return self.files / str(id)

    # What is wanted

    def submit(
        self, spec: RunSpec, parent: int | None = None, holder: Process | None = None, *, patient: bool = False
    ) -> Run:
        """A new run, at the end of its device's queue; with a `holder`, taken by that process at once.

        A `patient` one, of a long comparison say, lets everything else go first, even what is asked for later.

        Raises `RequestError` (`UnknownKey`, `OutOfRange`, `DeviceUnavailable`) for a spec that cannot be run.
        """
        spec, now = spec.completed(), time.time()
        queued = now + (_PATIENCE if patient else 0)
        values = (json.dumps(spec.as_json()), now, queued, lane(spec.device), parent)
        with self.database.writing() as db:
            (id,) = db.execute(
                "INSERT INTO runs (spec, status, want, created, queued, device, parent) "
                "VALUES (?, 'queued', 'run', ?, ?, ?, ?) RETURNING id",
                values,
            ).fetchone()
            if holder is not None:
                db.execute(f"UPDATE runs SET {_TAKEN} WHERE id = ?", (holder.pid, holder.started, now, now, id))
            return Run.of(_row(db, id))

    def ask(
        self, id: int, *, want: Want | None = None, pace: float | EllipsisType | None = ..., budget: int | None = None
    ) -> Run:
        """Say what is wanted of a run; whoever holds it obeys within a fraction of a second.

        `budget` lets it run so many steps and then pause; `pace` is the most steps per second, `None` full speed.
        A run that nobody holds obeys at once, and one that is over stays as it is.
        """
        if pace is not ...:
            with self.database.writing() as db:
                db.execute("UPDATE runs SET pace = ? WHERE id = ?", (pace, id))
        if want == "run" or budget is not None:
            return self.resume(id, budget)
        with self.database.writing() as db:
            if want is not None:
                _halt(db, Run.of(_row(db, id)), want)
            return Run.of(_row(db, id))

    def resume(self, id: int, budget: int | None = None) -> Run:
        """Let a run go on: in the process that holds it, or from its checkpoint at the end of the queue.

        Raises `RequestError` for a run that is finished.
        """
        with self.database.writing() as db:
            run = Run.of(_row(db, id))
            _refuse_finished(run)
            db.execute("UPDATE runs SET want = 'run', budget = ? WHERE id = ?", (budget, id))
            held = run.holder is not None and run.holder.alive()
            if run.status in OVER or (run.status == "paused" and not held):
                db.execute(
                    "UPDATE runs SET status = 'queued', queued = max(queued, ?), ended = NULL, error = NULL, "
                    "note = NULL, pid = NULL, pid_started = NULL, device = ? WHERE id = ?",
                    (time.time(), lane(run.spec.device), id),
                )
            return Run.of(_row(db, id))

    def delete(self, id: int) -> None:
        """Forget a run, its events and its files. Raises `RequestError` while it is training."""
        with self.database.writing() as db:
            run = Run.of(_row(db, id))
            if run.status in ACTIVE and run.holder is not None and run.holder.alive():
                raise RequestError(f"Run {id} is training: stop it before deleting it.")
            db.execute("DELETE FROM runs WHERE id = ?", (id,))
        shutil.rmtree(self.folder(id), ignore_errors=True)

    # For whoever trains

    def claim(self, device: str, me: Process) -> Run | None:
        """Take the run that has waited longest for a device, if the device is free. One atomic update: one winner."""
        now = time.time()
        with self.database.writing() as db:
            rows = db.execute(
                f"""UPDATE runs SET {_TAKEN}
                    WHERE id = (SELECT id FROM runs WHERE status = 'queued' AND device = ? ORDER BY queued, id LIMIT 1)
                    AND NOT EXISTS (SELECT 1 FROM runs WHERE status IN ('starting', 'running') AND device = ?)
                    RETURNING *""",
                (me.pid, me.started, now, now, device, device),
            ).fetchall()
        return Run.of(rows[0]) if rows else None

    def take(self, id: int, me: Process) -> Run:
        """Take one certain run, whatever else waits; a paused one even from the process that holds it.

        (A paused run has a checkpoint, and its holder looks whether it still is the holder.)
        Raises `RequestError` when it is finished or training.
        """
        now = time.time()
        with self.database.writing() as db:
            run = Run.of(_row(db, id))
            _refuse_untakable(run)
            place = lane(run.spec.device)  # wherever it was trained before
            db.execute(f"UPDATE runs SET {_TAKEN}, device = ? WHERE id = ?", (me.pid, me.started, now, now, place, id))
            return Run.of(_row(db, id))

    def takable(self, id: int) -> None:
        """Raises what `take` would raise now."""
        _refuse_untakable(self.run(id))

    def waiting(self, device: str) -> bool:
        """Whether a run waits for this device."""
        with self.database.reading() as db:
            query = "SELECT EXISTS (SELECT 1 FROM runs WHERE status = 'queued' AND device = ?)"
            return bool(db.execute(query, (device,)).fetchone()[0])

    def record(self, id: int, events: Iterable[StoredKind]) -> int:
        """Append events to a run; returns the number of the last one."""
        messages = [(KINDS[type(event)], event.step, encode(event)) for event in events]
        with self.database.writing() as db:
            return append(db, id, messages)

    def rewind(self, id: int, seq: int) -> None:
        """Take back all events after number `seq`: they are about to happen again."""
        with self.database.writing() as db:
            if db.execute("DELETE FROM events WHERE run = ? AND seq > ?", (id, seq)).rowcount:
                db.execute("UPDATE runs SET rewinds = rewinds + 1 WHERE id = ?", (id,))


def append(db: Connection, id: int, messages: Iterable[tuple[str, int, bytes]]) -> int:
    """Within a transaction: add (kind, step, payload) to the events of a run; returns the last number."""
    _row(db, id)
    last = _last_seq(db, id)
    rows = [(id, seq, *message) for seq, message in enumerate(messages, last + 1)]
    db.executemany("INSERT INTO events (run, seq, kind, step, payload) VALUES (?, ?, ?, ?, ?)", rows)
    return last + len(rows)


def _last_seq(db: Connection, id: int) -> int:
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM events WHERE run = ?", (id,)).fetchone()[0])


def _row(db: Connection, id: int) -> Row:
    row: Row | None = db.execute("SELECT * FROM runs WHERE id = ?", (id,)).fetchone()
    if row is None:
        known = [str(each) for (each,) in db.execute("SELECT id FROM runs ORDER BY id DESC LIMIT 5")]
        raise UnknownKey("run", str(id), known)
    return row


def _halt(db: Connection, run: Run, want: Want) -> None:
    if run.status in OVER:
        return
    db.execute("UPDATE runs SET want = ?, budget = NULL WHERE id = ?", (want, run.id))
    if run.holder is None and want == "pause":
        db.execute("UPDATE runs SET status = 'paused' WHERE id = ?", (run.id,))
    if run.holder is None and want == "stop":
        db.execute("UPDATE runs SET status = 'stopped', ended = ? WHERE id = ?", (time.time(), run.id))


def _refuse_untakable(run: Run) -> None:
    _refuse_finished(run)
    if run.status in ACTIVE and run.holder is not None and run.holder.alive():
        raise RequestError(f"Run {run.id} is already training, in process {run.holder.pid}.")


def _refuse_finished(run: Run) -> None:
    if run.status == "finished":
        raise RequestError(f"Run {run.id} is finished: there is nothing left to resume. Start a new one.")
