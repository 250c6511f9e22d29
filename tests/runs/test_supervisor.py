"""Real processes: a worker is kept, found again, and replaced when it is killed; its run goes on."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.runs.conftest import SMALL, until
from tlcore.runs import supervisor as module
from tlcore.runs.processes import Process
from tlcore.runs.reaping import reap
from tlcore.runs.roster import Roster
from tlcore.runs.supervisor import Supervisor


@pytest.fixture
def supervised(store, monkeypatch):
    """A store, and the end of every process that was started for it."""
    monkeypatch.setattr(module, "gpus", lambda: 0)
    yield store
    post = Roster(store).find("cpu")
    if post is not None and post.worker.alive():
        os.kill(post.worker.pid, signal.SIGKILL)


def worker(store):
    post = Roster(store).find("cpu")
    return post.worker if post is not None and post.worker.alive() else None


def test_a_worker_outlives_its_supervisor_and_its_run_outlives_a_kill(supervised):
    store, first = supervised, Supervisor(supervised)
    run = store.submit(replace(SMALL, steps=400))
    store.ask(run.id, pace=100)
    first.tend()
    kept = until(lambda: worker(store))
    assert os.getsid(kept.pid) == kept.pid  # a session of its own: no Ctrl-C reaches it

    second = Supervisor(store)  # the page's server was restarted
    second.tend()
    second.tend()
    assert worker(store) == kept
    assert second._children == {}

    until(lambda: store.run(run.id).step > 5)
    assert store.run(run.id).holder == kept
    os.kill(kept.pid, signal.SIGINT)
    os.kill(kept.pid, signal.SIGHUP)
    store.ask(run.id, want="pause")
    until(lambda: store.run(run.id).status == "paused")
    store.ask(run.id, want="run")
    until(lambda: store.run(run.id).status == "running")

    os.kill(kept.pid, signal.SIGKILL)
    until(lambda: not kept.alive())  # a zombie still: the first supervisor has not waited for it
    assert [each.id for each in reap(store)] == [run.id]
    assert store.run(run.id).status == "crashed"
    store.ask(run.id, pace=None)
    store.resume(run.id)
    assert until(lambda: first.tend() or worker(store)) != kept
    until(lambda: store.run(run.id).status == "finished")
    measured = [each.step for each in store.events(run.id, kinds=["measured"])]
    assert measured == list(range(1, 401))

    replaced = worker(store)
    os.kill(replaced.pid, signal.SIGTERM)
    first._children["cpu"].wait(60)
    assert Roster(store).find("cpu") is None


def test_a_worker_that_cannot_start_is_tried_ever_less_often_and_told_of(supervised, monkeypatch):
    now, started = [0.0], []

    def start(command, **options):
        started.append(now[0])
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"], stdin=subprocess.DEVNULL)

    class Broken:
        Popen, DEVNULL = staticmethod(start), subprocess.DEVNULL

    monkeypatch.setattr(module, "subprocess", Broken)
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    supervisor = Supervisor(supervised)
    for _ in range(60):
        supervisor.tend()
        supervisor._children["cpu"].wait()
        now[0] += 0.5
    assert started == [0.0, 1.0, 3.0, 7.0, 15.0]
    assert "ends right after its start" in supervisor.trouble
    assert "cpu.log" in supervisor.trouble


def test_the_projector_of_a_run_is_started_once(supervised, monkeypatch):
    started = []

    def start(command, **options):
        started.append(command)
        return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    class Waiting:
        Popen, DEVNULL = staticmethod(start), subprocess.DEVNULL

    monkeypatch.setattr(module, "subprocess", Waiting)
    supervisor = Supervisor(supervised)
    supervisor.project(3)
    supervisor.project(3)
    (command,) = started
    assert command[-2:] == ["--run", "3"]
    child = supervisor._children["projector-3"]
    child.communicate(b"\n")
    supervisor.project(3)
    assert len(started) == 2
    supervisor._children["projector-3"].communicate(b"\n")


def test_the_supervisor_turns_by_itself_and_stops(supervised, monkeypatch):
    turned = []
    monkeypatch.setattr(module, "_TURN", 0.01)
    monkeypatch.setattr(Supervisor, "tend", lambda self: turned.append(1))
    supervisor = Supervisor(supervised)
    supervisor.start()
    until(lambda: len(turned) > 2)
    supervisor.stop()
    assert Process.me().alive()
