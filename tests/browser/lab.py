"""A whole Transfer Lab for a browser to look at: the page's server, its workers, and a store of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from dashboard import links
from tlcore.errors import TransferError
from tlcore.runs.roster import Roster
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0  # seconds; generous, because other work may be going on beside the tests


class Lab:
    """Start it with `open` and end it with `close`, whatever happens between the two."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "lab.sqlite3")
        self.data = folder / "data"  # of its own: what whoever runs the tests has brought in is none of theirs
        self.data.mkdir()
        self.port = _free_port()
        self._log = folder / "server.txt"
        self._launcher: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def link(self, run: Run) -> str:
        return f"/?{links.query(run.spec)}&run={run.id}"

    # The server

    def open(self) -> None:
        """Start the server as a person does, and wait until it answers."""
        command = [sys.executable, "-m", "dashboard.launch", "--no-browser", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._launcher = subprocess.Popen(
                [*command, "--store", str(self.store.path)], cwd=ROOT, start_new_session=True,
                env={**os.environ, "TLCORE_DATA": str(self.data)},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until(self._answers, "the server answers")

    def kill_server(self) -> None:
        """The server is gone without a word; workers stay."""
        assert self._launcher is not None
        self.server.kill()
        self._launcher.wait(PATIENCE)

    def close(self) -> None:
        """End everything that was started for this store, each process by its number."""
        if self._launcher is not None:
            self._launcher.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._launcher.wait(15)
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
                process.wait(5)
        self.store.close()

    @property
    def server(self) -> psutil.Process:
        """The process that serves the pages: the launcher's child."""
        assert self._launcher is not None
        (child,) = psutil.Process(self._launcher.pid).children()
        return child

    def processes(self) -> list[psutil.Process]:
        """All processes of this store, servers and workers alike."""
        ours = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                named = str(self.store.path) in process.cmdline()
                if named or process.environ().get("TLCORE_STORE") == str(self.store.path):
                    ours.append(process)
        return [process for process in ours if process.pid != os.getpid()]

    def _answers(self) -> bool:
        assert self._launcher is not None
        assert self._launcher.poll() is None, self._log.read_text(errors="replace")[-2000:]
        line = HTTPConnection("127.0.0.1", self.port, timeout=2)
        with closing(line), suppress(OSError, HTTPException):
            line.request("GET", "/_stcore/health")
            return line.getresponse().status == 200
        return False

    # The runs

    def warm(self) -> None:
        """Wait until a worker has loaded torch, so that a run begins at once."""
        roster = Roster(self.store)
        until(lambda: (post := roster.find("cpu")) is not None and post.ready, "the worker is ready")

    def submit(self, spec: RunSpec, pace: float | None = None) -> Run:
        return self.store.ask(self.store.submit(spec).id, pace=pace)

    def newest(self) -> Run:
        return self.store.runs()[0]

    def rest(self) -> None:
        """Stop whatever trains, so that the next test has the device for itself."""
        for run in self.store.runs():
            if run.status not in OVER:
                self.store.ask(run.id, want="stop")
        until(lambda: all(run.status in OVER for run in self.store.runs()), "all runs have ended")

    def forget(self) -> None:
        """Empty the store, as for a first visit."""
        self.rest()
        for run in self.store.runs():
            self.store.delete(run.id)


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait for what happens in other processes."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(TransferError):  # the store is being written to
            if holds():
                return
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
