"""What is read for a first time stands in the run's row, and can be stopped."""

import threading
import time
from dataclasses import replace

import pytest

from tests.runs.conftest import SMALL, until
from tlcore.library import waiting
from tlcore.runs import engine, preparing
from tlcore.runs.encoding import Logged
from tlcore.runs.engine import execute
from tlcore.runs.foreground import train_here
from tlcore.runs.preparing import told
from tlcore.runs.processes import Process
from tlcore.runs.steering import Control


@pytest.fixture(autouse=True)
def slow(monkeypatch):
    """A scenario that takes as long as it is let: `go_on` is what it waits for."""
    monkeypatch.setattr(preparing, "_TELL", 0.0)
    monkeypatch.setattr(preparing, "_SURE", 0.0)
    go_on, build = threading.Event(), engine.build

    def reading(spec, device):
        k = 300
        while not go_on.is_set() and k < 1000:
            waiting.tell("Reading images of photo", k, 1670)
            time.sleep(0.01)
            k += 1
        built = build(spec, device)
        pair = replace(built.prepared.pair, remarks=("2 images were left out.",))
        return replace(built, prepared=replace(built.prepared, pair=pair))

    monkeypatch.setattr(engine, "build", reading)
    return go_on


def started(store, control):
    run = store.submit(SMALL, holder=Process.me())
    thread = threading.Thread(target=execute, args=(store, run.id, control))
    thread.start()
    return run.id, thread


def test_the_row_says_how_far_the_data_is_until_it_trains(store, slow):
    heard = []
    control = Control(hear=lambda *said: heard.append(said))
    id, thread = started(store, control)
    note = until(lambda: store.run(id).note)
    assert note.startswith("Reading images of photo: 3") and " of 1,670" in note
    assert " left)" in until(lambda: (now := store.run(id).note) and "left" in now and now)
    assert store.run(id).status == "starting" and heard[0] == ("Reading images of photo", 300, 1670)
    slow.set()
    thread.join()
    run = store.run(id)
    assert (run.status, run.note) == ("finished", None)
    said = [each.event.text for each in store.events(id) if isinstance(each.event, Logged)]
    assert said == ["2 images were left out."]


@pytest.mark.parametrize("how", ["page", "signal"])
def test_it_can_be_stopped_meanwhile(store, slow, how):
    control = Control()
    id, thread = started(store, control)
    until(lambda: store.run(id).note)
    if how == "page":
        store.ask(id, want="stop")
    else:
        control.leave = "stopped"
    thread.join(10)
    assert not thread.is_alive() and not slow.is_set()
    run = store.run(id)
    assert (run.status, run.step, run.error) == ("stopped", 0, None)


def test_on_the_command_line_it_is_a_bar_of_its_own(store, slow, capfd):
    run = store.submit(SMALL, holder=Process.me())
    threading.Timer(0.5, slow.set).start()
    assert train_here(store, run).run.status == "finished"
    seen = capfd.readouterr().err
    assert "Reading images of photo:" in seen and "/1670" in seen and "source-only on moons: 100%" in seen


def test_times_are_said_as_people_say_them():
    assert [told(seconds) for seconds in (4.4, 89, 91, 5000, 9000)] == ["4 s", "89 s", "2 min", "83 min", "2.5 h"]
