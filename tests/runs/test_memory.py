"""Where memory is full, a run goes on with half of its batch, once, and says so."""

import subprocess
import sys
import weakref
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch

from tests.runs.conftest import SMALL
from tests.runs.test_engine import curves, killed_at, status, submitted, taken
from tlcore.errors import OutOfMemory
from tlcore.runs import engine, machine, memory, steering
from tlcore.runs.encoding import Logged
from tlcore.runs.engine import execute
from tlcore.runs.steering import Control

CPU = torch.device("cpu")
BATCH = int(SMALL.completed().hparams["batch"])
SAID = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    for name in ("_TELL", "_LOOK"):
        monkeypatch.setattr(steering, name, 0.005)
    monkeypatch.setattr(steering, "_SAVE_SHARE", 100.0)
    rhythm = engine.Rhythm
    monkeypatch.setattr(engine, "Rhythm", lambda: rhythm(rest=0.0))


@contextmanager
def room_for(most, monkeypatch, after=0, error=lambda: torch.OutOfMemoryError("CUDA out of memory.")):
    """A machine on which a training step of more than `most` inputs fails, from the step `after` on.

    Gives a list of the batch sizes that were trained, and checks that nothing holds on to a network that failed.
    """
    trained, failed, build = [], [], engine.build

    def watched(spec, device):
        assert all(each() is None for each in failed), "the network that had no room still takes it"
        built = build(spec, device)
        backbone = built.strategy.network.backbone

        def forward(module, given):
            if module.training and torch.is_grad_enabled():
                if len(given[0]) > most and len(trained) >= after:
                    failed.append(weakref.ref(module))
                    raise error()
                trained.append(len(given[0]))

        backbone.register_forward_pre_hook(forward)
        return built

    with monkeypatch.context() as patch:
        patch.setattr(engine, "build", watched)
        yield trained


def remarks(store, run):
    return [each.event.text for each in store.events(run.id, kinds=["log"]) if isinstance(each.event, Logged)]


def test_a_run_goes_on_from_its_checkpoint_with_half_of_the_batch(store, monkeypatch):
    run = submitted(store, steps=20)
    with room_for(BATCH // 2, monkeypatch, after=8) as trained:
        execute(store, run.id, Control(save_every=0.0))
    done = store.run(run.id)
    assert (done.status, done.batch, done.error) == ("finished", BATCH // 2, None)
    assert trained[:8] == [BATCH] * 8 and set(trained[8:]) == {BATCH // 2}
    assert 12 <= len(trained) - 8 <= 14, "it went on from its checkpoint, and not from the start"
    assert [step for kind, step, _ in curves(store, run) if kind == "measured"] == list(range(1, 21))
    (told,) = [text for text in remarks(store, run) if "memory" in text]
    assert told.startswith(f"The GPU ran out of memory at batch size {BATCH}; going on from step ")
    assert told.endswith(f"with {BATCH // 2}.") and "from step 0" not in told


def test_the_record_tells_both_batches_and_the_experiment_stays_what_was_asked_for(store, monkeypatch):
    run = submitted(store)
    with room_for(40, monkeypatch):
        execute(store, run.id, Control())
    done = store.run(run.id)
    assert done.spec == run.spec and done.trained.hparams["batch"] == BATCH // 2
    assert (done.as_json()["hparams"]["batch"], done.as_json()["batch"]) == (BATCH, BATCH // 2)
    assert run.as_json()["batch"] == BATCH
    assert any("going on from step 0" in text for text in remarks(store, run))


def test_a_resumed_run_keeps_the_smaller_batch_and_ends_the_same(store, monkeypatch):
    whole, cut = submitted(store, steps=20), submitted(store, steps=20)
    with room_for(40, monkeypatch, after=0):
        execute(store, whole.id, Control())
        killed_at(store, cut, 10, save_every=0.0)
    with room_for(10**6, monkeypatch) as trained:  # even where there is more room now
        execute(store, taken(store, cut).id, Control())
    assert set(trained) == {BATCH // 2} and status(store, cut) == "finished"
    assert curves(store, cut) == curves(store, whole)
    assert any(f"The batch stays at {BATCH // 2}" in text for text in remarks(store, cut))


def test_the_second_time_it_ends_with_what_to_do(store, monkeypatch):
    run, control = submitted(store), Control()
    with room_for(8, monkeypatch):
        execute(store, run.id, control)
    done = store.run(run.id)
    assert done.status == "failed" and isinstance(control.failure, OutOfMemory)
    assert done.error.startswith(f"The GPU ran out of memory at batch size {BATCH // 2}, half of {BATCH}: choose a")
    assert control.failure.__context__ is None, "the traceback would hold the network in the worker's memory"


def test_a_batch_that_cannot_be_halved_fails_at_once(store, monkeypatch):
    run = submitted(store, hparams={"batch": 3})
    with room_for(2, monkeypatch):
        execute(store, run.id, Control())
    assert store.run(run.id).batch is None
    assert store.run(run.id).error.startswith("The GPU ran out of memory at batch size 3: choose")


@pytest.mark.parametrize(
    ("error", "whose"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "the GPU"),
        (RuntimeError("CUDA error: out of memory"), "the GPU"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), "the GPU"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "the GPU"),
        (RuntimeError(SAID), "this machine"),
        (RuntimeError("could not create a primitive"), "this machine"),
        (MemoryError("Unable to allocate 763. MiB for an array"), "this machine"),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), None),
        (ValueError("out of memory"), None),
    ],
)
def test_whose_memory_is_full(error, whose):
    assert memory.full(error) == whose


def test_what_the_cpu_has_no_room_for_fails_instead_of_ending_the_process(store, monkeypatch):
    """Linux promises memory that it does not have: only the bound makes it a matter that a run can answer."""
    monkeypatch.setattr(memory, "available", lambda device: 200_000_000)
    with memory.bounded(CPU):
        torch.zeros(10_000_000)  # 40 MB
        with pytest.raises(RuntimeError) as caught:
            torch.empty(100_000_000)
    assert memory.full(caught.value) == "this machine"
    assert len(torch.empty(100_000_000)) == 100_000_000, "the bound goes with the run"

    def greedy():
        torch.empty(100_000_000)
        return AssertionError("there was room")

    run = submitted(store)
    with room_for(40, monkeypatch, error=greedy):
        execute(store, run.id, Control())
    assert (status(store, run), store.run(run.id).batch) == ("finished", BATCH // 2)
    assert any(text.startswith("This machine ran out of memory") for text in remarks(store, run))


@pytest.mark.parametrize(
    ("line", "folder", "names"),
    [
        ("0::/lab/a", "lab/a", ("memory.max", "memory.current", "inactive_file")),
        ("0::/elsewhere", "", ("memory.max", "memory.current", "inactive_file")),
        ("4:memory:/lab", "memory/lab", ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")),
    ],
)
def test_what_a_container_allows_counts(tmp_path, line, folder, names):
    limit, usage, reclaimable = names
    group = tmp_path / "fs" / folder
    group.mkdir(parents=True)
    for name, text in {limit: "5000", usage: "3000", "memory.stat": f"anon 9\n{reclaimable} 400\n"}.items():
        (group / name).write_text(text)
    (tmp_path / "mine").write_text(f"1:cpu:/\n{line}\n")
    assert list(machine._allowances(tmp_path / "fs", tmp_path / "mine")) == [2400]
    (group / limit).write_text("max")
    assert list(machine._allowances(tmp_path / "fs", tmp_path / "mine")) == []


def test_free_memory_is_less_than_all_of_it():
    assert 0 < memory.available(CPU) < 2**44


def test_completed_specs_are_what_halving_starts_from():
    assert replace(SMALL, hparams={"batch": 128}).completed().hparams["batch"] == 128 and BATCH == 64


@pytest.mark.skipif(sys.platform != "linux", reason="the GNU library's own way with large blocks")
@pytest.mark.parametrize(("call", "kept"), [("kept_warm()", True), ("", False)])
def test_what_is_freed_is_kept_for_the_next_step(call: str, kept: bool) -> None:
    """Pages that a process fetches anew while it takes and frees two large blocks twenty times; 2,000 pages each."""
    program = f"""
import resource, numpy as np
from tlcore.runs.machine import kept_warm
{call}
def fetched():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        one, two = np.ones(1_000_000), np.ones(1_000_000)
        del one, two
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
fetched()
print(fetched())
"""
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert (int(told.stdout) < 4000) == kept
