"""The right to write about a run: it belongs to one process at a time, and every write checks that it still does.

A process that was given up for dead and wakes again, or whose paused run was taken over, finds its
hold gone and writes nothing.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from sqlite3 import Connection
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from tlcore.errors import StoreError
from tlcore.runs.encoding import KINDS, StoredKind, encode
from tlcore.runs.processes import Process
from tlcore.runs.rows import Run, Status
from tlcore.runs.store import Store, append

_BEAT = 2.0  # seconds between two signs of life


class Lost(Exception):
    """The run was deleted, or another process has it now."""


class Hold:
    """What the process that trains a run tells the store about it. Every method raises `Lost` or `StoreError`."""

    def __init__(self, store: Store, run: Run) -> None:
        if run.holder is None:
            raise Lost
        self.store, self.id, self._me = store, run.id, run.holder
        self.saying: str | None = None  # what takes its time right now: the note that goes with every sign of life

    def look(self) -> Run:
        """The run as it stands, with what is wanted of it."""
        with self.store.database.reading() as db:
            return self._mine(db)

    def elsewhere(self, lane: str) -> None:
        """It is trained on no device of this machine, so that nothing here waits for it."""
        self._change("device = ?", lane)

    def begin(self, steps: int) -> None:
        self._change("status = 'running', steps = ?", steps)

    def record(
        self,
        events: Iterable[StoredKind],
        *,
        step: int,
        seconds: float,
        metrics: Mapping[str, float] | None = None,
        after: int | None = None,
    ) -> int:
        """Append events and move the run's progress, all at once; returns the number of the last event.

        With `after`, events beyond that number are taken back first: they are happening again.
        """
        messages = [(KINDS[type(event)], event.step, encode(event)) for event in events]
        told = None if metrics is None else json.dumps(metrics)
        with self.store.database.writing() as db:
            self._mine(db)
            if after is not None:
                gone = db.execute("DELETE FROM events WHERE run = ? AND seq > ?", (self.id, after)).rowcount
                db.execute("UPDATE runs SET rewinds = rewinds + ? WHERE id = ?", (gone > 0, self.id))
            db.execute(
                "UPDATE runs SET step = ?, seconds = ?, beat = ?, metrics = coalesce(?, metrics) WHERE id = ?",
                (step, seconds, time.time(), told, self.id),
            )
            return append(db, self.id, messages)

    def spend(self, steps: int) -> None:
        """Take steps off the budget, if there is one."""
        self._change("budget = max(0, budget - ?)", steps, where="budget IS NOT NULL")

    def pause(self) -> bool:
        """Rest here, unless it was asked meanwhile to go on; a checkpoint must be on disk."""
        return self._change(
            "status = 'paused', want = 'pause', budget = NULL",
            where="status = 'running' AND (want = 'pause' OR budget = 0)",
        )

    def go_on(self) -> bool:
        """Leave the pause, if that is still wanted."""
        return self._change("status = 'running'", where="status = 'paused' AND want = 'run'")

    def let_go(self, *, only_if_others_wait: bool) -> bool:
        """Leave a paused run to its checkpoint, so that this process can do something else."""
        others = "EXISTS (SELECT 1 FROM runs AS other WHERE other.status = 'queued' AND other.device = runs.device)"
        return self._change(
            "pid = NULL, pid_started = NULL",
            where=f"status = 'paused' AND want = 'pause' AND {others if only_if_others_wait else '1'}",
        )

    def lower(self, batch: int) -> None:
        """From here on it is trained with so many images at a time: memory had no room for more."""
        self._change("batch = ?", batch)

    def end(self, status: Status, error: str | None = None) -> None:
        """The last word about it: this process does not hold it any more."""
        self._change(
            "status = ?, error = ?, ended = ?, note = NULL, budget = NULL, pid = NULL, pid_started = NULL",
            status,
            error,
            None if status == "queued" else time.time(),
        )

    def beat(self) -> None:
        self._change("note = ?", self.saying)

    def say(self, text: str) -> None:
        """What takes its time, until something else is said or `saying` is None again."""
        self.saying = text
        self.beat()

    def _change(self, assignments: str, *values: Any, where: str = "1") -> bool:
        with self.store.database.writing() as db:
            self._mine(db)
            query = f"UPDATE runs SET {assignments}, beat = ? WHERE id = ? AND ({where})"
            return db.execute(query, (*values, time.time(), self.id)).rowcount == 1

    def _mine(self, db: Connection) -> Run:
        row = db.execute("SELECT * FROM runs WHERE id = ?", (self.id,)).fetchone()
        if row is None or row["pid"] is None or Process(row["pid"], row["pid_started"]) != self._me:
            raise Lost
        return Run.of(row)


class Pulse:
    """A thread that gives a sign of life every two seconds, however long a step or an import takes."""

    def __init__(self, beat: Callable[[], object], every: float = _BEAT) -> None:
        self._beat, self._every, self._over = beat, every, Event()
        self._thread = Thread(target=self._run, name="pulse", daemon=True)

    def _run(self) -> None:
        while not self._over.wait(self._every):
            try:
                self._beat()
            except (Lost, StoreError):
                continue  # whoever trains meets the same error, and knows what to do about it

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
