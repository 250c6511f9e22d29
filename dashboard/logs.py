"""The log of a run: what was remarked on the way, why it ended, and the traceback if that was a mistake of ours."""

from tlcore.runs.rows import Run
from tlcore.runs.store import Store

LAST = 4000  # characters of a traceback


def logged(store: Store, run: Run) -> tuple[str, list[str]]:
    """Why it ended or what is odd about it, in a sentence, and the lines of its log; empty where there is nothing."""
    remarks = [f"step {stored.step:,}: {stored.event.text}" for stored in store.events(run.id, kinds=("log",))]
    file = store.folder(run.id) / "log.txt"
    trace = file.read_text(encoding="utf-8", errors="replace")[-LAST:].strip() if file.is_file() else ""
    return run.error or run.note or "", [*remarks, *trace.splitlines()]
