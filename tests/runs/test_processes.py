"""Who is alive, who is gone, and what becomes of the runs of those who are gone."""

import os
import subprocess
import sys
import time

import pytest

from tests.runs.conftest import SMALL, until
from tlcore.runs.hold import Hold, Pulse
from tlcore.runs.processes import Process
from tlcore.runs.reaping import SILENCE, Listener, reap
from tlcore.runs.roster import Roster
from tlcore.runs.worker import ABANDONED, Worker


@pytest.fixture
def sleeper():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield child
    child.kill()
    child.wait()


def test_a_pid_alone_is_no_identity(me):
    assert me.alive()
    assert not Process(me.pid, me.started - 100).alive()


def test_a_zombie_is_dead(sleeper):
    process = Process.of(sleeper.pid)
    assert process.alive()
    sleeper.kill()
    until(lambda: not process.alive(), seconds=5)
    os.kill(sleeper.pid, 0)  # the system still answers for it: nobody has waited for it yet


@pytest.mark.parametrize(
    ("status", "expected"), [("starting", "crashed"), ("running", "crashed"), ("paused", "paused")]
)
def test_runs_of_a_process_that_is_gone_can_be_resumed(store, gone, status, expected):
    run = store.submit(SMALL, holder=gone)
    with store.database.writing() as db:
        db.execute("UPDATE runs SET status = ?, step = 12 WHERE id = ?", (status, run.id))
    crashed = reap(store)
    after = store.run(run.id)
    assert (after.status, after.holder) == (expected, None)
    assert [each.id for each in crashed] == ([run.id] if expected == "crashed" else [])
    if expected == "crashed":
        assert "about step 12" in after.error
    assert reap(store) == []
    assert store.resume(run.id).status == "queued"


def test_the_living_are_left_alone(store, me):
    run = store.submit(SMALL, holder=me)
    assert reap(store) == []
    assert store.run(run.id).status == "starting"


def test_a_run_that_is_silent_and_does_not_move_gets_a_note_until_it_does(store, me):
    run = store.submit(SMALL, holder=me)
    hold, listener, now = Hold(store, run), Listener(store), time.time()
    hold.record([], step=3, seconds=1.0)
    listener.listen(now)
    listener.listen(now + SILENCE - 2)
    assert store.run(run.id).note is None
    listener.listen(now + SILENCE + 2)
    assert "No sign of life for 1" in store.run(run.id).note
    hold.beat()
    assert store.run(run.id).note is None


def test_a_run_that_still_moves_is_not_hung(store, me):
    run = store.submit(SMALL, holder=me)
    listener, now = Listener(store), time.time()
    for seconds, step in ((0, 1), (12, 2), (24, 3)):
        with store.database.writing() as db:
            db.execute("UPDATE runs SET step = ? WHERE id = ?", (step, run.id))
        listener.listen(now + seconds)
    assert store.run(run.id).note is None


def test_the_pulse_beats_while_the_run_is_busy(store, me):
    hold = Hold(store, store.submit(SMALL, holder=me))
    before = store.run(hold.id).beat
    with Pulse(hold.beat, every=0.01):
        until(lambda: store.run(hold.id).beat > before)


def test_a_device_has_one_worker(store, me, gone, sleeper):
    roster, other = Roster(store), Process.of(sleeper.pid)
    assert roster.sign_on("cpu", gone)
    assert roster.sign_on("cpu", me)
    assert roster.sign_on("cpu", me)
    assert not roster.sign_on("cpu", other)
    assert roster.sign_on("cuda", other)
    assert not roster.find("cpu").ready
    roster.sign_ready("cpu", me)
    assert roster.find("cpu").ready
    roster.sign_off("cpu", other)
    assert roster.find("cpu").worker == me
    roster.sign_off("cpu", me)
    assert roster.find("cpu") is None


def worker(store, me, clock=time.time):
    """A worker that trains in no time, and the list of what it trained."""
    trained = []

    def train(store, run):
        trained.append(run)
        Hold(store, store.run(run)).end("finished")

    Roster(store).sign_on("cpu", me)
    return Worker(store, "cpu", me, train, clock), trained


def test_a_turn_trains_one_run(store, me):
    turning, trained = worker(store, me)
    first, second = store.submit(SMALL).id, store.submit(SMALL).id
    assert turning.loop()
    assert trained == [first]
    assert turning.loop()
    assert turning.loop()
    assert trained == [first, second]


def test_a_worker_frees_the_device_from_a_run_that_crashed(store, me, gone):
    turning, trained = worker(store, me)
    crashed, waiting = store.submit(SMALL, holder=gone).id, store.submit(SMALL).id
    turning.loop()
    assert trained == [waiting]
    assert store.run(crashed).status == "crashed"


def test_a_worker_waits_while_somebody_looks_and_goes_home_when_nobody_does(store, me):
    now = [time.time()]
    turning, trained = worker(store, me, lambda: now[0])
    now[0] += ABANDONED - 1
    assert turning.loop()
    now[0] += 2
    id = store.submit(SMALL).id
    assert turning.loop()
    assert trained == [id]
    now[0] += 2
    assert not turning.loop()
    Roster(store).watch()
    now[0] = time.time() + ABANDONED - 1
    assert turning.loop()


def test_a_worker_goes_when_it_is_told_or_replaced(store, me, gone):
    turning, trained = worker(store, me)
    Roster(store).sign_off("cpu", me)
    assert not turning.loop()
    turning, trained = worker(store, me)
    store.submit(SMALL)
    turning.leaving = True
    assert not turning.loop()
    assert trained == []
