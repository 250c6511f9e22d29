"""Work for a process that stays: one does it all, in order; it goes when nobody comes, and another is called."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tlcore.errors import DataUnavailable
from tlcore.runs import attendant, chore, chores, works
from tlcore.runs.chores import Chore
from tlcore.runs.processes import Process


@pytest.fixture(autouse=True)
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Thread]]:
    """The attendant is a thread of this process, and goes after a quarter of a second."""
    called: list[Thread] = []
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    monkeypatch.setattr(attendant, "IDLE", 0.25)
    monkeypatch.setattr(chore, "settle", lambda: None)

    def call() -> Process:
        me = Process.me()
        (chores.shelf() / "attendant.json").write_text(json.dumps([me.pid, me.started]))
        called.append(Thread(target=attendant.main))
        called[-1].start()
        return me

    def double(folder: Path, wishes: dict[str, int], tell: chore.Teller) -> int:
        if wishes["n"] < 0:
            raise DataUnavailable("Nothing below zero.")
        time.sleep(0.3)  # longer than it stays without an order
        return 2 * wishes["n"]

    monkeypatch.setattr(attendant, "_called", call)
    monkeypatch.setattr(works, "WORKS", {"some": double, "load": double})
    yield called
    for each in called:
        each.join(10)


def over(asked: Chore) -> Chore:
    deadline = time.monotonic() + 30
    while not (found := chores.find(asked.id)).over:
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found


def test_one_process_does_what_it_is_entrusted_with_goes_and_is_called_again(calls: list[Thread]) -> None:
    first, second, third = (attendant.entrust("some", n=n) for n in (1, -1, 3))
    assert second.status == "waiting"
    assert [over(each).status for each in (first, second, third)] == ["done", "failed", "done"]
    assert over(third).result == 6 and over(second).state["error"] == "Nothing below zero."
    assert len(calls) == 1
    calls[0].join(10)
    assert not calls[0].is_alive() and not (chores.shelf() / "attendant.json").exists()
    assert over(attendant.entrust("some", n=4)).result == 8 and len(calls) == 2


def test_what_is_loaded_or_being_loaded_is_not_loaded_again(calls: list[Thread]) -> None:
    for n in (1, 1, 2, 2):
        attendant.load(n=n)
        time.sleep(0.02)
    assert [each.order["wishes"]["n"] for each in chores.chores("load")] == [2, 1]
    for each in chores.chores("load"):
        over(each)
    attendant.load(n=2)
    assert len(chores.chores("load")) == 2
    attendant.load(n=3)
    assert [each.order["wishes"]["n"] for each in chores.chores("load")] == [3]  # the others' folders are gone
    over(chores.chores("load")[0])
