"""The engine: takes one run from where it stands to where it ends. A worker and the command line share it."""

import errno
import traceback
from collections.abc import Iterator
from pathlib import Path

import torch

from tlcore import catalogue
from tlcore.errors import Diverged, OutOfMemory, StoreError, TransferError
from tlcore.picking import NONE
from tlcore.runs import checkpoints, kept, memory
from tlcore.runs.building import build, device_of, suitable_threads
from tlcore.runs.checkpoints import About, misfits
from tlcore.runs.hold import Hold, Lost, Pulse
from tlcore.runs.preparing import prepared
from tlcore.runs.rows import Run, Status
from tlcore.runs.spec import RunSpec
from tlcore.runs.steering import Control, Leave, Steering
from tlcore.runs.store import Store
from tlcore.training.keeping import Keeper
from tlcore.training.loop import Rhythm, train

_SMALLEST = 2  # a batch: what batch norm needs


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
    """Train it to its end; where memory is full, once from the last checkpoint on with half of the batch.

    The stream then goes on at step k in portions of the new size: the pass over the images begins elsewhere in its
    order, so that some come again sooner and others later. Before and after, every pass is a shuffle of them all.
    """
    run, news = hold.look(), ""
    device = device_of(run.spec, run.device)
    while True:
        try:
            with memory.bounded(device):
                _walk(hold, control, device, news)
            return
        except Exception as error:
            whose = memory.full(error)
            if whose is None:
                raise
        # Only here, where the exception is gone, does nothing hold on to the network and its graph any more.
        memory.free()
        news = _halved(hold, whose)


def _halved(hold: Hold, whose: str) -> str:
    """Halve the batch of a run, and say so. Raises `OutOfMemory` where that was done before, or cannot be."""
    run = hold.look()
    batch = int(run.trained.hparams.get("batch", 0))
    told = f"{whose[:1].upper()}{whose[1:]} ran out of memory at batch size {batch}"
    if run.batch is not None or batch < 2 * _SMALLEST:
        again = f", half of {run.spec.hparams['batch']}" if run.batch is not None else ""
        raise OutOfMemory(f"{told}{again}: choose a smaller batch, smaller images or a smaller backbone.")
    hold.lower(batch // 2)
    return told


def _walk(hold: Hold, control: Control, device: torch.device, news: str) -> None:
    run = hold.look()
    spec, path = run.trained, checkpoint_file(hold.store, run.id)
    found = checkpoints.load(path) if path.exists() else None
    threads = suitable_threads(catalogue.scenario(spec.scenario)["kind"])
    torch.set_num_threads(found[0].threads if found else threads)
    with prepared(hold, control):
        built = build(spec, device)
    strategy = built.strategy

    best = kept.read(path.parent, found[0].kept) if found and found[0].kept is not None else None
    kept.sweep(path.parent, best.step if best else None)  # what lies there beside was kept by a future that never came
    keeper = Keeper(strategy, spec.validator or NONE, best)

    def about(seq: int, step: int, seconds: float, best: int | None = None) -> About:
        names = {"key": spec.strategy, "backbone": spec.backbone, "device": built.device.type}
        return About.now(type(strategy), seq=seq, step=step, seconds=seconds, kept=best, **names)

    def save(seq: int, step: int, seconds: float) -> None:
        best = keeper.best
        if best is not None:
            kept.write(path.parent, best)
        at = None if best is None else best.step
        checkpoints.save(path, about(seq, step, seconds, at), strategy.journal.state())
        kept.sweep(path.parent, at)

    rhythm = Rhythm()
    steering = Steering(hold, control, rhythm, save, found[0] if found else None)
    for text in (*built.prepared.pair.remarks, *_remarks(run, found[0] if found else None, about(0, 0, 0.0), news)):
        steering.remark(text)
    if news:
        steering.tell()  # at once: what is remarked later may be lost, if memory runs out again
    if found:
        strategy.journal.load(found[1])
    hold.begin(strategy.length())
    try:
        events = train(strategy, built.prepared.task, built.evaluators, built.observers, rhythm)
        for event in keeper.watch(events, built.evaluators):
            steering.hear(event)
    except Leave:
        steering.save()
        raise
    except Diverged:
        steering.tell()  # what it was about to tell ends with the number that was none
        raise
    steering.save()


def _remarks(run: Run, before: About | None, here: About, news: str) -> Iterator[str]:
    """What there is to say before a run goes on. Raises `CheckpointError` where it cannot."""
    if before is not None:
        yield from (f"Went on from the checkpoint at step {before.step}.", *misfits(before, here))
    if news:
        yield f"{news}; going on from step {before.step if before else 0} with {run.batch}."
    elif run.batch is not None:
        yield f"The batch stays at {run.batch}: memory had no room for {run.spec.hparams['batch']}."


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
    """A sentence for a full disk; None for everything else."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return (
            "The disk is full, so no checkpoint could be written: free some space and resume, it goes on from the last."
        )
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
