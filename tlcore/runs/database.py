"""The SQLite file under the store: how it is made, recognised, opened and shared by threads.

A file that is not ours is left exactly as it is: its header is read as bytes before SQLite ever
opens it (the first 100 bytes of https://www.sqlite.org/fileformat.html).
"""

import errno
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import quote
from weakref import finalize

from tlcore.errors import StoreError

APPLICATION = 0x544C4142  # "TLAB"
VERSION = 2
_BUSY_MS = 10_000

_SCHEMA = f"""
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given twice, so that a link to a deleted run stays dead
    spec TEXT NOT NULL,
    status TEXT NOT NULL, want TEXT NOT NULL, pace REAL, budget INTEGER,
    step INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL, queued REAL NOT NULL, started REAL, ended REAL, seconds REAL NOT NULL DEFAULT 0,
    device TEXT NOT NULL, pid INTEGER, pid_started REAL, beat REAL,
    error TEXT, note TEXT, metrics TEXT NOT NULL DEFAULT '{{}}', parent INTEGER,
    rewinds INTEGER NOT NULL DEFAULT 0,
    batch INTEGER                           -- what memory left of the batch in the spec; NULL: all of it
) STRICT;
CREATE INDEX runs_by_status ON runs (status, device);
CREATE TABLE events (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT;
CREATE TABLE workers (
    device TEXT PRIMARY KEY, pid INTEGER NOT NULL, pid_started REAL NOT NULL,
    ready INTEGER NOT NULL DEFAULT 0,       -- torch is loaded
    watched REAL NOT NULL                   -- when a supervisor last looked after it
) STRICT;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
_UPGRADES = {1: "ALTER TABLE runs ADD COLUMN batch INTEGER"}  # from each older version to the next one


class Database:
    """One SQLite file in WAL mode; connections are lent to whichever thread asks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: dict[str, SimpleQueue[sqlite3.Connection]] = {"ro": SimpleQueue(), "rw": SimpleQueue()}
        # Who forgets to close a store in a notebook leaves no connection open behind it.
        finalize(self, _close, self._idle)
        with self._worded():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._recognise()
            with self._lent("rw") as db:
                _create(db)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write. Raises `StoreError`."""
        with self._worded(), self._lent("ro") as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody else writes into: all of it happens, or nothing. Raises `StoreError`."""
        with self._worded(), self._lent("rw") as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite has rolled back by itself when the disk was full
                    db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        _close(self._idle)

    def _recognise(self) -> None:
        if not self.path.exists() or self.path.stat().st_size == 0:
            return
        with self.path.open("rb") as file:
            header = file.read(100)
        if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
            raise StoreError(f"{self.path} is not a database, so it cannot be the store: choose another file.")
        version, application = (int.from_bytes(header[at : at + 4]) for at in (60, 68))
        if application != APPLICATION:
            raise StoreError(f"{self.path} is a database of another program: choose another file for the store.")
        if version != VERSION and version not in _UPGRADES:
            whose = "newer" if version > VERSION else "older"
            raise StoreError(
                f"{self.path} was written by a {whose} Transfer Lab (store version {version}, this one "
                f"reads {VERSION}): use that one, or choose another file."
            )

    @contextmanager
    def _lent(self, mode: str) -> Iterator[sqlite3.Connection]:
        try:
            db = self._idle[mode].get_nowait()
        except Empty:
            db = self._connect(mode)
        try:
            yield db
        finally:
            self._idle[mode].put(db)

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"file:{quote(str(self.path.absolute()))}?mode={'rwc' if mode == 'rw' else 'ro'}"
        # One thread at a time has it, but not always the same.
        db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000)
        db.row_factory = sqlite3.Row
        try:
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error:
            db.close()
            raise
        return db

    @contextmanager
    def _worded(self) -> Iterator[None]:
        """What SQLite and the system say, as a sentence for people."""
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise StoreError(_sentence(self.path, error)) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The store {self.path} is damaged ({error}): restore it from a copy, or choose another file."
            ) from error


def _close(idle: Mapping[str, SimpleQueue[sqlite3.Connection]]) -> None:
    for connections in idle.values():
        with suppress(Empty):
            while True:
                connections.get_nowait().close()


def _create(db: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just done so."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        db.execute("BEGIN EXCLUSIVE")
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
        db.execute("COMMIT")
    if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        _upgrade(db)
    for attempt in range(100):  # SQLite does not wait by itself when another connection is switching to WAL
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.02)


def _upgrade(db: sqlite3.Connection) -> None:
    """Bring a store of an older version to this one, unless another process has just done so."""
    db.execute("BEGIN EXCLUSIVE")
    for version in range(db.execute("PRAGMA user_version").fetchone()[0], VERSION):
        db.execute(_UPGRADES[version])
        db.execute(f"PRAGMA user_version = {version + 1}")
    db.execute("COMMIT")


def _sentence(path: Path, error: Exception) -> str:
    text = str(error)
    if "disk is full" in text or getattr(error, "errno", None) == errno.ENOSPC:
        return f"The disk is full, so {path} could not be written: free some space and resume the run."
    if "locked" in text or "busy" in text:
        return f"The store {path} is locked by another program for more than {_BUSY_MS // 1000} s: close that one."
    if "readonly" in text or isinstance(error, PermissionError):
        return f"The store {path} may not be written here: choose another file with --store or TLCORE_STORE."
    return f"The store {path} cannot be used ({text}): check its folder, or choose another file."
