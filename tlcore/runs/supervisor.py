"""The supervisor: keeps a warm worker per device, and notices when a process is gone. It never loads torch."""

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

from tlcore.errors import StoreError
from tlcore.runs.devices import gpus, lane
from tlcore.runs.reaping import Listener, reap
from tlcore.runs.roster import Roster
from tlcore.runs.store import Store

_TURN = 0.5  # seconds between two turns
_LOG_LIMIT = 1_000_000  # bytes of a worker's log that are kept


class Supervisor:
    """Looks after the workers of one store; `tend` is one turn, `start` turns it in a thread."""

    def __init__(self, store: Store) -> None:
        self._store, self._roster, self._listener = store, Roster(store), Listener(store)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._failed, self._patience = dict[str, int](), dict[str, float]()
        self._over = Event()
        self._thread: Thread | None = None
        self.trouble: str | None = None  # one sentence, while no worker can be kept alive

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; workers and runs go on."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def tend(self) -> None:
        """Reap what is gone, start what is missing, and show the workers that somebody looks."""
        for child in self._children.values():
            child.poll()  # waits for it, so that an ended child is no zombie
        reap(self._store)
        self._listener.listen(time.time())
        self._roster.watch()
        for device in ("cuda", "cpu") if gpus() else ("cpu",):
            # The usual device has a worker that waits; another one only gets its own when a run asks for it.
            if device == lane("auto") or self._store.waiting(device):
                self._keep(device)

    def project(self, run: int) -> None:
        """Let a process of its own compute the UMAP view of a run; does nothing while one is at it."""
        name = f"projector-{run}"
        if name not in self._children or self._children[name].poll() is not None:
            self._spawn(name, "tlcore.runs.projector", "--run", str(run))

    def _keep(self, device: str) -> None:
        child, post = self._children.get(device), self._roster.find(device)
        if post is not None and post.worker.alive():
            if post.ready:
                self._failed.pop(device, None)
                self.trouble = None
            return
        if child is not None and child.poll() is None:
            return
        if time.monotonic() < self._patience.get(device, 0.0):
            return
        # One that ends again and again is given ever longer before the next try.
        failed = self._failed[device] = self._failed.get(device, 0) + 1
        self._patience[device] = time.monotonic() + min(60.0, 0.5 * 2**failed)
        if failed > 3:
            self.trouble = f"The worker for {device} ends right after its start: {self._log(device)} says why."
        self._spawn(device, "tlcore.runs.worker", "--device", device)

    def _spawn(self, name: str, module: str, *arguments: str) -> None:
        log = self._log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        keep = log.exists() and log.stat().st_size < _LOG_LIMIT
        command = [sys.executable, "-u", "-m", module, "--store", str(self._store.path.absolute()), *arguments]
        with log.open("ab" if keep else "wb") as output:
            self._children[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C for the page's server does not reach it
                env=environment(),
            )

    def _log(self, name: str) -> Path:
        return self._store.files / f"{name}.log"

    def _run(self) -> None:
        while not self._over.wait(_TURN):
            try:
                self.tend()
                continue
            except (StoreError, OSError) as error:
                self.trouble = str(error)


def environment() -> dict[str, str]:
    """The child finds this package, and starts with one thread; the engine gives torch as many as suit a run."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    single = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    return {**os.environ, **single, "PYTHONPATH": os.pathsep.join(paths)}
