"""Runs whose process is gone: noticed by whoever looks, and left so that they can be resumed."""

import time

from tlcore.runs.rows import ACTIVE, Run
from tlcore.runs.store import Store

SILENCE = 15.0  # seconds without a sign of life and without a step, after which a run seems to hang


def reap(store: Store) -> list[Run]:
    """Mark runs as crashed whose process is gone, and free paused ones; returns the crashed."""
    orphans = [run for run in store.runs() if run.holder is not None and not run.holder.alive()]
    return [store.run(run.id) for run in orphans if _orphaned(store, run) and run.status in ACTIVE]


def _orphaned(store: Store, run: Run) -> bool:
    assert run.holder is not None
    crashed = run.status in ACTIVE
    error = (
        f"Its process ended without a word at about step {run.step}: killed, or out of memory. "
        "Resuming goes on from the last checkpoint."
    )
    with store.database.writing() as db:
        changed = db.execute(
            "UPDATE runs SET pid = NULL, pid_started = NULL, note = NULL, status = ?, error = ?, ended = ? "
            "WHERE id = ? AND pid = ? AND status = ?",
            (
                "crashed" if crashed else run.status,
                error if crashed else run.error,
                time.time() if crashed else run.ended,
                run.id,
                run.holder.pid,
                run.status,
            ),
        ).rowcount
    return changed == 1


class Listener:
    """Notices runs that seem to hang: no sign of life, and no step, for a while."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moved: dict[int, tuple[int, float]] = {}  # run: its step, and when it was first seen there

    def listen(self, now: float) -> None:
        """Note on every run that seems to hang, in words; the note goes away with its next sign of life."""
        active = [run for run in self._store.runs() if run.status in ACTIVE]
        self._moved = {
            run.id: seen if (seen := self._moved.get(run.id, (-1, now)))[0] == run.step else (run.step, now)
            for run in active
        }
        for run in active:
            silent = now - max(run.beat or 0.0, self._moved[run.id][1])
            if silent > SILENCE and run.note is None:
                self._note(run, f"No sign of life for {silent:.0f} s: wait, or stop it and resume.")

    def _note(self, run: Run, text: str) -> None:
        with self._store.database.writing() as db:
            db.execute("UPDATE runs SET note = ? WHERE id = ? AND beat IS ?", (text, run.id, run.beat))
