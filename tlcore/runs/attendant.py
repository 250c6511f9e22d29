"""A process that stays: torch, a run and its data are in its memory, so that it answers in a second what costs another
process half a minute of loading. `python -m tlcore.runs.attendant`; it goes by itself when nobody has come for a while.

    library/chores/attendant.json          which process that is
    library/chores/7/process.json          who is to do this piece of work; written by `entrust`

Orders are those of `tlcore.runs.chores`, and so is everything that is told of them. One attendant for all pages.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import psutil

from tlcore.errors import RequestError
from tlcore.runs import chore, chores
from tlcore.runs.chores import Chore
from tlcore.runs.processes import Process
from tlcore.runs.supervisor import environment

IDLE = 120.0  # seconds without an order, after which it goes
NAP = 0.05  # seconds between two looks for one


def entrust(kind: str, folder: Path | None = None, /, **wishes: Any) -> Chore:
    """Give a piece of work to the attendant, who is called if there is none; the folder was prepared for it."""
    folder = folder or chores.prepare()
    chores.order(folder, kind, wishes)
    while True:
        who = _present() or _called()
        draft = folder / "process.new"
        draft.write_text(json.dumps([who.pid, who.started]), encoding="utf-8")
        draft.replace(folder / "process.json")
        if _present() == who:  # whoever is about to go says so first, and then looks once more
            return chores.find(folder.name)


def load(**wishes: Any) -> None:
    """Let the attendant load a run before somebody asks it something; nothing where it has, or is at it."""
    before = chores.chores("load")
    if any(dict(each.order["wishes"]) == wishes and (who := each.process) and who.alive() for each in before):
        return
    for each in before:
        if each.over:
            chores.discard(each)
    entrust("load", **wishes)


def main() -> None:
    """Carry out what it is entrusted with, one after the other."""
    chore.settle()
    me = Process.me()
    _file().write_text(json.dumps([me.pid, me.started]), encoding="utf-8")
    last = time.monotonic()
    with suppress(chore.Stopped):
        while True:
            going = time.monotonic() - last > IDLE or _present() != me
            if going and _present() == me:
                _file().unlink(missing_ok=True)
            for folder in _waiting(me):
                if chore.carry_out(folder) == chore.STOPPED:
                    return
                last = time.monotonic()
            if going:
                return
            time.sleep(NAP)


def _waiting(me: Process) -> Iterator[Path]:
    """Orders for this process that nobody has begun, the oldest first."""
    for file in sorted(chores.shelf().glob("*/process.json"), key=lambda each: int(each.parent.name)):
        with suppress(OSError, ValueError):
            if not (file.parent / "state.json").exists() and Process(*json.loads(file.read_text())) == me:
                yield file.parent


def _present() -> Process | None:
    with suppress(OSError, ValueError, TypeError):
        found = Process(*json.loads(_file().read_text(encoding="utf-8")))
        return found if found.alive() else None
    return None


def _called() -> Process:
    chores.shelf().mkdir(parents=True, exist_ok=True)
    with (chores.shelf() / "attendant.txt").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "tlcore.runs.attendant"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment(),
        )  # fmt: skip
    Thread(target=child.wait, name="attendant", daemon=True).start()  # so that an ended one is no zombie
    try:
        who = Process.of(child.pid)
    except psutil.NoSuchProcess:
        raise RequestError("The process that asks networks could not begin: try again in a moment.") from None
    _file().write_text(json.dumps([who.pid, who.started]), encoding="utf-8")
    return who


def _file() -> Path:
    return chores.shelf() / "attendant.json"


if __name__ == "__main__":
    main()
