"""The engine: takes one run from where it stands to where it ends. A worker and the command line share it."""

import errno
import traceback
from pathlib import Path

import torch

from tlcore import catalogue
from tlcore.errors import StoreError, TransferError
from tlcore.runs import checkpoints
from tlcore.runs.building import build, device_of, suitable_threads
from tlcore.runs.checkpoints import About, misfits
from tlcore.runs.hold import Hold, Lost, Pulse
from tlcore.runs.rows import Status
from tlcore.runs.spec import RunSpec
from tlcore.runs.steering import Control, Leave, Steering
from tlcore.runs.store import Store
from tlcore.training.loop import Rhythm, train


def execute(store: Store, run_id: int, control: Control) -> None:
    """Train a run that this process holds, until it is finished, stopped, failed or let go.

    What goes wrong in the run is written into its row as one sentence, and kept in
    `control.failure` if it is a `TransferError`. Raises `StoreError` only when not even that can
    be written.
    """
    try:
        hold = Hold(store, store.run(run_id))
        with Pulse(hold.beat):
            hold.end(*_outcome(hold, control))
    except Lost:
        return  # deleted, taken over or let go: it is no longer ours to write about


def _outcome(hold: Hold, control: Control) -> tuple[Status, str | None]:
    try:
        _train(hold, control)
    except Lost:
        raise
    except Leave as leave:
        return leave.status, None
    except KeyboardInterrupt:
        return "stopped", None
    except TransferError as error:
        control.failure = error
        return "failed", str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends this run and not the worker
        log = log_file(hold.store, hold.id)
        _append(log, traceback.format_exc())
        control.failure = StoreError(sentence) if (sentence := _full(error)) else None
        return "failed", sentence or f"A mistake in the program ended the run ({_brief(error)}); {log} has the details."
    return "finished", None


def _train(hold: Hold, control: Control) -> None:
    run = hold.look()
    spec, path = run.spec, checkpoint_file(hold.store, run.id)
    found = checkpoints.load(path) if path.exists() else None
    threads = suitable_threads(catalogue.scenario(spec.scenario)["kind"])
    torch.set_num_threads(found[0].threads if found else threads)
    built = build(spec, device_of(spec, run.device))
    strategy = built.strategy

    def about(seq: int, step: int, seconds: float) -> About:
        names = {"key": spec.strategy, "backbone": spec.backbone, "device": built.device.type}
        return About.now(type(strategy), seq=seq, step=step, seconds=seconds, **names)

    def save(seq: int, step: int, seconds: float) -> None:
        checkpoints.save(path, about(seq, step, seconds), strategy.journal.state())

    rhythm = Rhythm()
    steering = Steering(hold, control, rhythm, save, found[0] if found else None)
    if found:
        before, state = found
        for text in (f"Went on from the checkpoint at step {before.step}.", *misfits(before, about(0, 0, 0.0))):
            steering.remark(text)
        strategy.journal.load(state)
    hold.begin(strategy.length())
    try:
        for event in train(strategy, built.prepared.task, built.evaluators, built.observers, rhythm):
            steering.hear(event)
    except Leave:
        steering.save()
        raise
    steering.save()


def warm_up() -> None:
    """Train a little that nobody sees: much of torch and scikit-learn is only loaded at its first use."""
    spec = RunSpec("source-only", "printed-to-handwritten", steps=2, device="cpu").completed()
    built = build(spec, torch.device("cpu"))
    for _ in train(built.strategy, built.prepared.task, built.evaluators, built.observers):
        pass


def checkpoint_file(store: Store, run_id: int) -> Path:
    return store.folder(run_id) / "checkpoint.pt"


def log_file(store: Store, run_id: int) -> Path:
    """Where the traceback of a run lies that ended by a mistake of ours."""
    return store.folder(run_id) / "log.txt"


def _full(error: Exception) -> str | None:
    """A sentence for what a machine runs out of; None for everything else."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return (
            "The disk is full, so no checkpoint could be written: free some space and resume, it goes on from the last."
        )
    if isinstance(error, torch.OutOfMemoryError):
        return "The GPU's memory is full: choose a smaller batch or a smaller backbone."
    if isinstance(error, MemoryError):
        return "This machine's memory is full: choose a smaller batch or a smaller backbone."
    return None


def _brief(error: Exception) -> str:
    first = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {first[:160]}" if first else type(error).__name__


def _append(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return  # a full disk has no room for the reason either; the row still has the sentence
