"""A comparison on a Ray cluster: runs are handed to its nodes, and their events and files come back into the store.

Every node needs Transfer Lab installed, and the data of the runs. A node that is lost takes nothing with it but the
steps since the last checkpoint that came back: its run goes on from there on another one, to the same numbers.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tlcore.runs.headway import Clock, to_do
from tlcore.runs.hold import Hold, Lost
from tlcore.runs.ray_cluster import Leaving, connected, imported
from tlcore.runs.ray_node import News, Trainer
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.runs.sweeping import Watch, taken

LANE = "ray"  # of a run while a cluster trains it
LOSSES = 5  # nodes that a run may lose before it is given up: it is then likely what they die of
CHECKPOINT = "checkpoint.pt"
_WAIT = 1.0


def sweep_on_ray(
    place: Path, specs: Sequence[RunSpec], address: str, jobs: int = 0, watch: Watch | None = None
) -> bool:
    """Train what is missing of completed specs on the cluster at `address` ("auto" finds one on this machine).

    `jobs` at a time; as many as the cluster has cores, or GPUs if it has any, if 0. A Ctrl-C lets every run save and
    stop; False then. Raises `RequestError` without Ray or without a cluster, and `StoreError`.
    """
    ray = imported()
    store = Store(place)
    try:
        lacking = to_do(store, specs)
        if not lacking:
            return True
        with connected(ray, address), Leaving() as leaving:
            return _Cluster(ray, store, lacking, jobs).train(Clock(store, specs), watch, leaving)
    finally:
        store.close()


class _Seat:
    """One trainer on the cluster, and the run that it has."""

    def __init__(self, trainer: Any, hold: Hold, losses: int) -> None:
        self.trainer, self.hold, self.losses = trainer, hold, losses
        self.asked: Any = None  # what we wait for: how many events count, then news


class _Cluster:
    """Keeps the cluster's trainers busy until there is nothing left."""

    def __init__(self, ray: Any, store: Store, specs: Sequence[RunSpec], jobs: int) -> None:
        self._ray, self._store = ray, store
        self._waiting: list[tuple[RunSpec, int]] = [(spec, 0) for spec in specs]
        self._seats: list[_Seat] = []
        there = ray.cluster_resources()
        self._gpus = 1 if there.get("GPU", 0) >= 1 else 0
        self._most = jobs or max(1, int(there.get("GPU" if self._gpus else "CPU", 1)))
        self._trainer = ray.remote(num_cpus=1, num_gpus=self._gpus, max_restarts=0)(Trainer)

    def train(self, clock: Clock, watch: Watch | None, leaving: Leaving) -> bool:
        while self._seats or (self._waiting and not leaving.asked):
            while self._waiting and len(self._seats) < self._most and not leaving.asked:
                self._seat(*self._waiting.pop(0))
            if leaving.late:
                break
            self._hear(leaving)
            if watch is not None:
                watch(clock.progress())
        for seat in self._seats:  # they had their time to save
            self._leave(seat, "stopped")
        return not leaving.asked

    def _seat(self, spec: RunSpec, losses: int, trainer: Any = None) -> None:
        """Take a run and hand it to a trainer, with the files that it goes on from."""
        run = taken(self._store, spec)
        if run is None:
            return
        hold = Hold(self._store, run)
        hold.elsewhere(LANE)
        seat = _Seat(trainer or self._trainer.remote(), hold, losses)
        self._begin(seat, run)
        self._seats.append(seat)

    def _begin(self, seat: _Seat, run: Run) -> None:
        folder = self._store.folder(run.id)
        files = {each.name: each.read_bytes() for each in folder.iterdir()} if folder.is_dir() else {}
        spec = {**run.spec.as_json(), "device": "auto"}  # which device, is the node's business
        seat.asked = seat.trainer.begin.remote(spec, files, run.batch)

    def _hear(self, leaving: Leaving) -> None:
        """One turn: what has come back goes into the store, and whoever has answered is asked again."""
        answered = []
        if self._seats:
            refs = [seat.asked for seat in self._seats]
            answered, _ = self._ray.wait(refs, num_returns=len(refs), timeout=_WAIT)
        for seat in list(self._seats):
            try:
                seat.hold.beat()
                if seat.asked in answered:
                    self._answered(seat, leaving)
            except Lost:  # deleted, or taken over from here
                self._leave(seat, None)

    def _answered(self, seat: _Seat, leaving: Leaving) -> None:
        try:
            told = self._ray.get(seat.asked)
        except self._ray.exceptions.RayTaskError as error:  # a mistake in the program: it would happen elsewhere, too
            self._leave(seat, "failed", f"A mistake in the program ended the run ({error.cause!r:.160}).")
            return
        except self._ray.exceptions.RayError:
            self._lost(seat)
            return
        if isinstance(told, News):
            self._write(seat, told)
            if told.over:
                self._ended(seat, told, leaving)
                return
        else:
            self._store.rewind(seat.hold.id, told)  # what came after the checkpoint happens again
        want = "stop" if leaving.asked else seat.hold.look().want
        seat.asked = seat.trainer.news.remote(want)

    def _write(self, seat: _Seat, told: News) -> None:
        """Events first, then files: a checkpoint never counts on what is not there."""
        run = seat.hold.look()
        if (told.steps and run.steps != told.steps) or run.status == "starting":
            seat.hold.begin(told.steps)
        if told.batch is not None and run.batch != told.batch:
            seat.hold.lower(told.batch)
        if told.events or run.step != told.step:
            metrics = told.metrics or None
            seat.hold.record(told.events, step=told.step, seconds=told.seconds, metrics=metrics, after=told.after)
        folder = self._store.folder(run.id)
        for name in sorted(told.files, key=lambda name: name == CHECKPOINT):  # what it names is there before it
            folder.mkdir(parents=True, exist_ok=True)
            draft = folder / f"{name}.draft"
            draft.write_bytes(told.files[name])
            draft.replace(folder / name)
        for each in folder.iterdir() if folder.is_dir() else ():
            if each.name not in told.names:  # the engine has put it away
                each.unlink()
        if told.status == "paused":
            seat.hold.pause()
        elif told.status == "running":
            seat.hold.go_on()

    def _ended(self, seat: _Seat, told: News, leaving: Leaving) -> None:
        seat.hold.end(told.status, told.error)
        self._seats.remove(seat)
        while self._waiting and not leaving.asked:
            before = len(self._seats)
            self._seat(*self._waiting.pop(0), trainer=seat.trainer)  # it has torch loaded already
            if len(self._seats) > before:
                return
        self._ray.kill(seat.trainer)  # its place is free for one that waits for it

    def _lost(self, seat: _Seat) -> None:
        """Its node is gone: the run waits for another one, with all that came back."""
        number, spec = seat.hold.id, seat.hold.look().spec
        self._leave(seat, "crashed", "The cluster's node that trained it was lost.")
        if seat.losses + 1 < LOSSES:
            self._waiting.insert(0, (spec, seat.losses + 1))
            return
        with self._store.database.writing() as db:
            said = f"It lost {LOSSES} of the cluster's nodes, one after the other: it is likely what they die of."
            db.execute("UPDATE runs SET status = 'failed', error = ? WHERE id = ?", (said, number))

    def _leave(self, seat: _Seat, status: Any, error: str | None = None) -> None:
        self._seats.remove(seat)
        with suppress(Lost):
            if status is not None:
                seat.hold.end(status, error)
        with suppress(self._ray.exceptions.RayError):
            self._ray.kill(seat.trainer)
