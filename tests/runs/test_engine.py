"""A run obeys within moments, survives whatever ends its process, and fails in one sentence."""

import errno
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from math import isnan, nan

import pytest
import torch

from tests.runs.conftest import SMALL, until
from tlcore.errors import Diverged, OutOfRange
from tlcore.runs import engine, steering
from tlcore.runs.checkpoints import load
from tlcore.runs.encoding import Logged
from tlcore.runs.engine import checkpoint_file, execute, log_file
from tlcore.runs.foreground import train_here
from tlcore.runs.processes import Process
from tlcore.runs.steering import Control
from tlcore.training.events import Measured
from tlcore.training.rhythm import Looking


class Killed(BaseException):
    """Stands for a SIGKILL: nothing after it is written."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Tell, look and rest far more often, so that small runs have many moments."""
    for name in ("_TELL", "_LOOK"):
        monkeypatch.setattr(steering, name, 0.005)
    rhythm = engine.Rhythm
    monkeypatch.setattr(engine, "Rhythm", lambda: rhythm(rest=0.0))


def submitted(store, pace=None, **changes):
    run = store.submit(replace(SMALL, **changes), holder=Process.me())
    return store.ask(run.id, pace=pace)


@contextmanager
def training(store, run, control=None):
    control = control or Control()
    thread = threading.Thread(target=execute, args=(store, run.id, control))
    thread.start()
    yield control
    control.leave = control.leave or "stopped"
    thread.join()


def status(store, run):
    return store.run(run.id).status


def curves(store, run):
    """Everything that a resumed run must tell again: (kind, step, values)."""
    return [(each.kind, each.step, each.event.values) for each in store.events(run.id) if each.kind != "log"]


def killed_at(store, run, step, **options):
    """Train until a step is told, and then die without a word."""

    def watch(now, metrics):
        if now >= step:
            raise Killed

    with pytest.raises(Killed):
        execute(store, run.id, Control(watch=watch, **options))
    with store.database.writing() as db:
        db.execute("UPDATE runs SET pid_started = 1.0 WHERE id = ?", (run.id,))


def test_a_killed_run_on_varied_images_sees_the_same_views_again(store):
    """Its weights at the end tell every pixel that it was shown."""
    choices = {"scenario": "printed-to-handwritten", "steps": 12, "augment": "strong", "strategy": "mean-teacher"}
    whole, cut = submitted(store, **choices), submitted(store, **choices)
    execute(store, whole.id, Control())
    killed_at(store, cut, 6, save_every=0.0)
    execute(store, taken(store, cut).id, Control())
    assert status(store, cut) == "finished" and curves(store, cut) == curves(store, whole)


def kept_file(store, run):
    """The one network that a validator picked."""
    (found,) = store.folder(run.id).glob("kept-*")
    assert found.name == f"kept-{store.run(run.id).metrics['kept_step']:.0f}.safetensors"
    return found


def taken(store, run):
    return store.take(run.id, Process.me())


def test_a_run_is_trained_to_its_end(store):
    run = submitted(store)
    seen = []
    execute(store, run.id, Control(watch=lambda step, metrics: seen.append(step)))
    done = store.run(run.id)
    assert (done.status, done.step, done.steps, done.holder, done.error) == ("finished", 60, 60, None, None)
    assert 0.5 < done.metrics["source_accuracy"] <= 1
    told = {f"{name}_{each}" for name in ("source", "target") for each in ("accuracy", "loss", "items", "ece")}
    kept = {"kept_step", "kept_source_accuracy", "kept_target_accuracy", "kept_target_items"}
    spread = {"target_top_answer", "target_top_label"}
    assert set(done.metrics) == told | kept | spread | {"validator_source_validation"}
    kinds = [each.kind for each in store.events(run.id)]
    assert kinds.count("measured") == 60
    assert kinds[0] == "evaluated"
    assert kinds[-1] == "finished"
    assert seen[-1] == 60
    assert load(checkpoint_file(store, run.id))[0].step == 60


@pytest.mark.parametrize("deaths", [(1,), (20, 41), (33, 34, 59)])
def test_a_killed_run_ends_in_the_same_curves_and_weights(store, deaths):
    whole, cut = submitted(store), submitted(store)
    execute(store, whole.id, Control())
    for step in deaths:
        killed_at(store, cut, step, save_every=0.0)
        taken(store, cut)
    execute(store, cut.id, Control())
    assert status(store, cut) == "finished"
    assert curves(store, cut) == curves(store, whole)
    assert store.run(cut.id).metrics == store.run(whole.id).metrics
    ours, theirs = (kept_file(store, run).read_bytes() for run in (whole, cut))
    assert ours == theirs
    weights = [load(checkpoint_file(store, run.id))[1][-1]["kept"][0] for run in (whole, cut)]
    assert all(torch.equal(one, other) for one, other in zip(*(each.values() for each in weights), strict=True))


def test_a_run_killed_before_its_first_checkpoint_begins_again(store):
    run = submitted(store)
    killed_at(store, run, 10)
    assert not checkpoint_file(store, run.id).exists()
    taken(store, run)
    execute(store, run.id, Control())
    assert [step for kind, step, _ in curves(store, run) if kind == "measured"] == list(range(1, 61))
    assert store.run(run.id).rewinds == 1


def test_a_resumed_run_says_where_it_went_on(store):
    run = submitted(store)
    killed_at(store, run, 30, save_every=0.0)
    taken(store, run)
    execute(store, run.id, Control())
    (remark,) = [each.event for each in store.events(run.id, kinds=["log"])]
    assert isinstance(remark, Logged)
    assert f"checkpoint at step {remark.step}" in remark.text


def test_pause_and_play(store):
    run = submitted(store, pace=100)
    with training(store, run):
        until(lambda: store.run(run.id).step > 5)
        store.ask(run.id, want="pause")
        until(lambda: status(store, run) == "paused")
        at = store.run(run.id).step
        assert load(checkpoint_file(store, run.id))[0].step == at
        assert store.run(run.id).holder == Process.me()
        before = store.run(run.id).seconds
        time.sleep(0.3)
        store.ask(run.id, want="run")
        until(lambda: store.run(run.id).step > at)
        assert store.run(run.id).seconds - before < 0.2  # a pause is no training time
        store.ask(run.id, pace=None)
        until(lambda: status(store, run) == "finished")
    assert [step for kind, step, _ in curves(store, run) if kind == "measured"] == list(range(1, 61))


def test_step_by_step(store):
    run = submitted(store)
    store.ask(run.id, budget=1)
    with training(store, run):
        for target in (1, 2, 3, 4):
            until(lambda target=target: status(store, run) == "paused" and store.run(run.id).step == target)
            store.ask(run.id, budget=1)
        until(lambda: status(store, run) == "paused" and store.run(run.id).step == 5)
        store.ask(run.id, budget=10)
        until(lambda: store.run(run.id).step == 15 and status(store, run) == "paused")


def test_a_slow_pace_is_kept_and_a_wish_is_not_kept_waiting(store):
    run = submitted(store, pace=20)
    with training(store, run):
        until(lambda: status(store, run) == "running")
        began = store.run(run.id)
        until(lambda: store.run(run.id).step >= began.step + 10)
        assert store.run(run.id).seconds - began.seconds > 10 / 20 * 0.8
        store.ask(run.id, pace=0.01)
        store.ask(run.id, want="stop")
        until(lambda: status(store, run) == "stopped", seconds=2)


def test_what_a_slowed_run_waits_may_go_into_looks(store, monkeypatch):
    waited, due = [], Looking.due
    monkeypatch.setattr(Looking, "due", lambda self, step: waited.append(self._rhythm.waited) or due(self, step))
    execute(store, submitted(store).id, Control())
    assert waited[-1] < 0.01
    execute(store, submitted(store, pace=100, seed=1).id, Control())
    assert 0.3 < waited[-1] < 0.6, "60 steps, a hundredth of a second each at least"


def test_a_stopped_run_goes_on_where_it_stopped(store):
    whole, run = submitted(store), submitted(store, pace=100)
    execute(store, whole.id, Control())
    with training(store, run):
        until(lambda: store.run(run.id).step > 5)
        store.ask(run.id, want="stop")
        until(lambda: status(store, run) == "stopped")
    store.ask(run.id, pace=None)
    taken(store, run)
    execute(store, run.id, Control())
    assert curves(store, run) == curves(store, whole)
    assert store.run(run.id).rewinds == 0


def test_a_paused_run_makes_room_for_a_waiting_one_and_goes_on_after_it(store):
    run = submitted(store, pace=100)
    with training(store, run):
        until(lambda: store.run(run.id).step > 5)
        store.ask(run.id, want="pause")
        until(lambda: status(store, run) == "paused")
        other = store.submit(SMALL)
        until(lambda: store.run(run.id).holder is None)
    assert status(store, run) == "paused"
    assert store.claim("cpu", Process.me()).id == other.id


def test_a_paused_run_that_is_taken_over_is_dropped_in_silence(store, gone):
    run = submitted(store, pace=100)
    with training(store, run):
        until(lambda: store.run(run.id).step > 5)
        store.ask(run.id, want="pause")
        until(lambda: status(store, run) == "paused")
        store.take(run.id, gone)
    assert (status(store, run), store.run(run.id).holder) == ("starting", gone)


def test_a_run_that_is_deleted_while_paused_is_dropped_in_silence(store):
    run = submitted(store, pace=100)
    with training(store, run):
        until(lambda: store.run(run.id).step > 5)
        store.ask(run.id, want="pause")
        until(lambda: status(store, run) == "paused")
        store.delete(run.id)
    assert store.runs() == []


@pytest.mark.parametrize(("leave", "paused", "expected"), [("queued", False, "queued"), ("queued", True, "paused")])
def test_a_process_that_is_told_to_go_leaves_the_run_for_the_next(store, leave, paused, expected):
    run = submitted(store, pace=100)
    with training(store, run) as control:
        until(lambda: store.run(run.id).step > 5)
        if paused:
            store.ask(run.id, want="pause")
            until(lambda: status(store, run) == "paused")
        control.leave = leave
        until(lambda: store.run(run.id).holder is None)
    assert status(store, run) == expected
    assert load(checkpoint_file(store, run.id))[0].step == store.run(run.id).step


def test_divergence_is_a_sentence_with_the_step(store):
    run = submitted(store, hparams={"lr": 10.0}, strategy="mmd")
    control = Control()
    store.ask(run.id, pace=None)

    def burst(*args):
        yield Measured(6, {"classification": 0.5})
        yield Measured(7, {"classification": nan})
        raise Diverged("The loss 'classification' became not-a-number at step 7. Try a tenth of the learning rate.", 7)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "train", burst)
        execute(store, run.id, control)
    assert status(store, run) == "failed"
    assert "at step 7" in store.run(run.id).error
    assert isinstance(control.failure, Diverged)
    steps = [(each.step, isnan(each.event.values["classification"])) for each in store.events(run.id)]
    assert steps == [(6, False), (7, True)], "what had not been written yet is not lost"


def test_our_own_mistake_is_one_sentence_and_its_traceback_is_in_the_log(store, monkeypatch):
    run, nothing = submitted(store), list[int]()
    monkeypatch.setattr(engine, "build", lambda *args: nothing[0])
    execute(store, run.id, Control())
    error = store.run(run.id).error
    assert "\n" not in error
    assert "IndexError" in error
    assert str(log_file(store, run.id)) in error
    assert "Traceback" in log_file(store, run.id).read_text()


def test_a_mistake_in_the_request_keeps_its_kind(store, monkeypatch):
    def refuse(*args):
        raise OutOfRange("The shift should be less.")

    run, control = submitted(store), Control()
    monkeypatch.setattr(engine, "build", refuse)
    execute(store, run.id, control)
    assert store.run(run.id).error == "The shift should be less."
    assert isinstance(control.failure, OutOfRange)


def test_a_full_disk_fails_in_words_and_the_last_checkpoint_stays(store, monkeypatch):
    run = submitted(store, pace=100)
    killed_at(store, run, 10, save_every=0.0)
    step = load(checkpoint_file(store, run.id))[0].step

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    taken(store, run)
    store.ask(run.id, pace=None)
    with monkeypatch.context() as patch:
        patch.setattr(engine.checkpoints, "save", full)
        execute(store, run.id, Control(save_every=0.0))
    assert status(store, run) == "failed"
    assert "disk is full" in store.run(run.id).error
    assert load(checkpoint_file(store, run.id))[0].step == step
    taken(store, run)
    execute(store, run.id, Control())
    assert status(store, run) == "finished"


def test_a_truncated_checkpoint_fails_in_words_and_loses_no_event(store):
    run = submitted(store)
    killed_at(store, run, 20, save_every=0.0)
    path = checkpoint_file(store, run.id)
    path.write_bytes(path.read_bytes()[:1000])
    before = curves(store, run)
    taken(store, run)
    execute(store, run.id, Control())
    assert status(store, run) == "failed"
    assert "truncated or damaged" in store.run(run.id).error
    assert curves(store, run) == before


def test_threads_of_a_checkpoint_are_used_again(store):
    run = submitted(store)
    torch.set_num_threads(1)
    killed_at(store, run, 20, save_every=0.0)
    path = checkpoint_file(store, run.id)
    about, state = load(path)
    engine.checkpoints.save(path, replace(about, threads=2), state)
    taken(store, run)
    try:
        execute(store, run.id, Control())
        assert torch.get_num_threads() == 2
        assert load(path)[0].threads == 2
    finally:
        torch.set_num_threads(1)


def test_ctrl_c_saves_and_stops(store):
    run = submitted(store, pace=100)
    threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGINT)).start()
    outcome = train_here(store, run)
    assert (outcome.run.status, outcome.signal) == ("stopped", signal.SIGINT)
    assert load(checkpoint_file(store, run.id))[0].step == outcome.run.step
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_device_that_torch_lacks_is_a_sentence(store, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    run = submitted(store)
    with store.database.writing() as db:
        db.execute(
            "UPDATE runs SET device = 'cuda', spec = replace(spec, '\"cpu\"', '\"cuda\"') WHERE id = ?", (run.id,)
        )
    execute(store, run.id, Control())
    assert "no GPU" in store.run(run.id).error


def test_the_checkpoint_of_a_finished_run_holds_its_end(store, monkeypatch):
    monkeypatch.setattr(steering, "_SAVE_SHARE", 1e9)
    run = submitted(store)
    execute(store, run.id, Control(save_every=0.0))  # saves at every rest, the one at the last step included
    _, phases = load(checkpoint_file(store, run.id))
    assert status(store, run) == "finished"
    assert phases[-1]["name"] == "end"
