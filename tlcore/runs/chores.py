"""Long work beside the page: a check, a download or a summary, in a process of its own, told by a file.

    library/chores/7/order.json    what is to be done; written once, by whoever starts it
    library/chores/7/process.json  who does it
    library/chores/7/state.json    how far it is; written by the process that does it, read by anybody
    library/chores/7/…             whatever it keeps on the way, so that removing the folder leaves nothing behind

A page may be closed, reloaded or killed meanwhile: who looks again finds the work where it is. Without torch.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import psutil

from tlcore.errors import UnknownKey
from tlcore.library.places import library
from tlcore.runs.processes import Process
from tlcore.runs.supervisor import environment

VERSION = 1  # of what is ordered and told; work of another one is nobody's any more
OPEN = ("waiting", "working")
PATIENCE = 5.0  # seconds that a process gets to stop by itself
START = 30.0  # seconds within which a process that was started has to be seen


@dataclass(frozen=True)
class Chore:
    """One piece of work as its files tell it."""

    folder: Path
    order: Mapping[str, Any]
    state: Mapping[str, Any]

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def kind(self) -> str:
        return str(self.order["kind"])

    @property
    def status(self) -> str:
        """waiting, working, done, failed, stopped; or gone: its process is no more, and did not say why."""
        status = str(self.state.get("status", "waiting"))
        if status not in OPEN:
            return status
        process = self.process
        if process is None:
            return status if time.time() - float(self.order["asked"]) < START else "gone"
        return status if process.alive() else "gone"

    @property
    def over(self) -> bool:
        return self.status not in OPEN

    @property
    def process(self) -> Process | None:
        told = self.state.get("process")
        return None if told is None else Process(*told)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return min(1.0, float(self.state.get("done", 0)) / max(1.0, float(self.state.get("all", 0))))

    @property
    def left(self) -> float | None:
        """Seconds that are left, as things go; None before that can be said."""
        names = ("done", "all", "since", "told", "first")
        done, all_, since, told, first = (float(self.state.get(name) or 0) for name in names)
        spent = told - since
        return spent * (all_ - done) / (done - first) if done > first and spent > 1 else None

    @property
    def result(self) -> Any:
        return self.state.get("result")


def shelf() -> Path:
    return library() / "chores"


def start(kind: str, /, **wishes: Any) -> Chore:
    """Begin a piece of work, unless the very same is under way; see `tlcore.runs.chore` for the kinds."""
    for chore in chores():
        if chore.kind == kind and dict(chore.order["wishes"]) == wishes and not chore.over:
            return chore
    return begin(prepare(), kind, **wishes)


def prepare() -> Path:
    """A folder of its own for a piece of work that has yet to begin: an upload goes there first."""
    shelf().mkdir(parents=True, exist_ok=True)
    while True:
        number = 1 + max((int(each.name) for each in shelf().iterdir() if each.name.isdecimal()), default=0)
        with suppress(FileExistsError):  # another page was quicker
            (shelf() / str(number)).mkdir()
            return shelf() / str(number)


def begin(folder: Path, kind: str, /, **wishes: Any) -> Chore:
    """Begin the work that a folder was prepared for."""
    order(folder, kind, wishes)
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "tlcore.runs.chore", str(folder.absolute())],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment(),
        )  # fmt: skip
    with suppress(psutil.NoSuchProcess):  # it was quicker than we are
        me = Process.of(child.pid)
        (folder / "process.json").write_text(json.dumps([me.pid, me.started]), encoding="utf-8")
    Thread(target=child.wait, name=f"chore {folder.name}", daemon=True).start()  # so that an ended one is no zombie
    return find(folder.name)


def order(folder: Path, kind: str, wishes: Mapping[str, Any]) -> None:
    """Write down what is to be done in a folder that was prepared for it."""
    told = {"version": VERSION, "kind": kind, "wishes": dict(wishes), "asked": time.time()}
    (folder / "order.json").write_text(json.dumps(told), encoding="utf-8")


def find(id: str) -> Chore:
    """Raises `UnknownKey` when there is none of that name."""
    chore = _read(shelf() / id)
    if chore is None:
        raise UnknownKey("piece of work", id, [each.id for each in chores()])
    return chore


def chores(kind: str = "") -> list[Chore]:
    """All of them, or those of one kind, the newest first."""
    folders = [each for each in shelf().iterdir() if each.name.isdecimal()] if shelf().is_dir() else []
    every = [_read(folder) for folder in sorted(folders, key=lambda each: -int(each.name))]
    return [each for each in every if each is not None and kind in ("", each.kind)]


def stop(chore: Chore) -> None:
    """Ask it to stop, insist if it does not, and return when it has."""
    process = chore.process
    if chore.over or process is None:
        return
    for insisting in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, insisting)
        deadline = time.monotonic() + PATIENCE
        while process.alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not process.alive():
            break
    if find(chore.id).status == "gone":  # it had no time to say so itself
        told = json.dumps({**chore.state, "status": "stopped"})
        (chore.folder / "state.json").write_text(told, encoding="utf-8")


def discard(chore: Chore) -> None:
    """Stop it and remove whatever it kept."""
    stop(chore)
    shutil.rmtree(chore.folder, ignore_errors=True)


def _read(folder: Path) -> Chore | None:
    try:
        order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if order.get("version") != VERSION:
        return None
    state: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        state = {"process": json.loads((folder / "process.json").read_text(encoding="utf-8"))}
    with suppress(OSError, ValueError):
        state |= json.loads((folder / "state.json").read_text(encoding="utf-8"))
    return Chore(folder, order, state)
