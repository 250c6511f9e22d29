"""The process that does one piece of long work: `python -m tlcore.runs.chore FOLDER`; see `tlcore.runs.chores`.

It tells how far it is a few times a second, ends with a result or with one sentence, and stops at SIGTERM.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from tlcore.errors import TransferError, UnknownKey
from tlcore.runs.processes import Process

NICE = 5  # trainings and pages come first
STOPPED = 130  # exit code
APART = 0.2  # seconds between two words about how far it is
BYTES = ("Downloading", "Unpacking")  # what is counted in bytes

Work = Callable[[Path, Mapping[str, Any], "Teller"], Any]


class Stopped(BaseException):
    """Somebody asked to stop. No `Exception`, so that nothing on the way takes it for a mistake."""


class Teller:
    """Writes the state file of one piece of work."""

    def __init__(self, folder: Path) -> None:
        me = Process.me()
        self._file = folder / "state.json"
        self._state: dict[str, Any] = {"status": "working", "process": [me.pid, me.started]}
        self.stage("")

    def stage(self, doing: str, unit: str = "") -> Callable[[int, int], None]:
        """Something new begins, said in a few words; call what comes back with so many of so many ("B" for bytes)."""
        self._begin(doing, unit)
        return self._progress

    def heard(self, doing: str, done: int, all: int) -> None:
        """The same in one call, as those who fetch and read data tell it; see `tlcore.library.waiting`."""
        if doing != self._state["doing"]:
            self._begin(doing, unit="B" if doing.startswith(BYTES) else "")
            self._state["told"] = 0.0  # how far it is by now is told at once: its first step may take long
        self._progress(done, all)

    def end(self, status: str, **more: Any) -> None:
        self._tell(status=status, **more)

    def _begin(self, doing: str, unit: str = "") -> None:
        self._tell(doing=doing, unit=unit, done=0, all=0, first=None, since=time.time())

    def _progress(self, done: int, all: int) -> None:
        if self._state["first"] is None:  # a download may go on where it broke off
            self._state |= {"first": done, "since": time.time()}
        if time.time() - self._state["told"] >= APART or done == all:
            self._tell(done=done, all=all)

    def _tell(self, **news: Any) -> None:
        self._state |= {**news, "told": time.time()}
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(self._state, ensure_ascii=False), encoding="utf-8")
        draft.replace(self._file)


def main(folder: Path) -> int:
    """Do what the order in this folder says; the exit code is that of `carry_out`."""
    settle()
    return carry_out(folder)


def settle() -> None:
    """Be a process beside the page: it comes after trainings and pages, and stops when it is asked to."""
    signal.signal(signal.SIGTERM, _stop)
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the page's terminal is about the page


def carry_out(folder: Path) -> int:
    """Do what the order in this folder says: 0 when it is done, 2 for a sentence, 1 for our mistake, `STOPPED`."""
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    teller = Teller(folder)
    try:
        teller.end("done", result=_work(order["kind"])(folder, order["wishes"], teller))
    except Stopped:
        teller.end("stopped")
        return STOPPED
    except TransferError as error:
        teller.end("failed", error=str(error))
        return 2
    except Exception as error:  # noqa: BLE001 - a mistake of ours: the page gets a sentence, the log the rest
        traceback.print_exc()
        teller.end(
            "failed", error=f"This ended by a mistake in the program ({type(error).__name__}); its log says more."
        )
        return 1
    return 0


def _work(kind: str) -> Work:
    from tlcore.runs.works import WORKS

    if kind not in WORKS:
        raise UnknownKey("piece of work", kind, WORKS)
    return WORKS[kind]


def _stop(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is stopping: a second wish changes nothing
    raise Stopped


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
