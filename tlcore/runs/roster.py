"""Who works for a store: one process per device, found again after the page's server was restarted."""

import time
from dataclasses import dataclass

from tlcore.runs.processes import Process
from tlcore.runs.store import Store


@dataclass(frozen=True)
class Post:
    """A device and the process that serves it."""

    device: str
    worker: Process
    ready: bool  # torch is loaded: a run begins at once
    watched: float  # when a supervisor last looked


class Roster:
    """The table of workers. All methods raise `StoreError`."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    def find(self, device: str) -> Post | None:
        with self._database.reading() as db:
            row = db.execute("SELECT * FROM workers WHERE device = ?", (device,)).fetchone()
        if row is None:
            return None
        return Post(row["device"], Process(row["pid"], row["pid_started"]), bool(row["ready"]), row["watched"])

    def sign_on(self, device: str, me: Process) -> bool:
        """Take the post, unless a living process has it."""
        with self._database.writing() as db:
            row = db.execute("SELECT pid, pid_started FROM workers WHERE device = ?", (device,)).fetchone()
            if row is not None and (other := Process(*row)) != me and other.alive():
                return False
            db.execute("INSERT OR REPLACE INTO workers VALUES (?, ?, ?, 0, ?)", (device, *_key(me), time.time()))
            return True

    def sign_ready(self, device: str, me: Process) -> None:
        with self._database.writing() as db:
            where = "device = ? AND pid = ? AND pid_started = ?"
            db.execute(f"UPDATE workers SET ready = 1 WHERE {where}", (device, *_key(me)))

    def sign_off(self, device: str, me: Process) -> None:
        with self._database.writing() as db:
            db.execute("DELETE FROM workers WHERE device = ? AND pid = ? AND pid_started = ?", (device, *_key(me)))

    def watch(self) -> None:
        """A supervisor looks: the workers need not go home."""
        with self._database.writing() as db:
            db.execute("UPDATE workers SET watched = ?", (time.time(),))


def _key(process: Process) -> tuple[int, float]:
    return process.pid, process.started
