"""Long work beside the page: it is told, it stops, a killed one is noticed, and what is removed is gone."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tlcore.errors import DataUnavailable, UnknownKey
from tlcore.runs import chore, chores, works
from tlcore.runs.chores import Chore


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "home"))
    yield
    for each in chores.chores():
        chores.stop(each)


def until(holds: Callable[[Chore], bool], id: str) -> Chore:
    deadline = time.monotonic() + 90  # other work may be going on beside the tests
    while not holds(found := chores.find(id)):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def ordered(kind: str) -> Path:
    """An order that is carried out in this very process."""
    folder = chores.prepare()
    (folder / "order.json").write_text(
        json.dumps({"version": chores.VERSION, "kind": kind, "wishes": {"n": 3}, "asked": time.time()})
    )
    return folder


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[[chore.Work], Chore]:
    """Carries out a piece of work in this process."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(os, "nice", lambda _: 0)

    def carry_out(work: chore.Work) -> Chore:
        monkeypatch.setattr(works, "WORKS", {"some": work})
        folder = ordered("some")
        chore.main(folder)
        return chores.find(folder.name)

    return carry_out


def test_a_real_one_is_done_and_leaves_summaries(tmp_path: Path) -> None:
    asked = chores.start("summarise", scenario="shapes")
    assert chores.start("summarise", scenario="shapes").id == asked.id  # the same is not begun twice
    done = until(lambda each: each.over, asked.id)
    assert done.status == "done", (done.state, (done.folder / "log.txt").read_text())
    assert len(list((tmp_path / "home" / "library" / "summaries").glob("*/summary.json"))) == 3


def test_progress_and_result_are_told(here: Callable[[chore.Work], Chore]) -> None:
    def work(folder: Path, wishes: dict, tell: chore.Teller) -> dict:
        progress = tell.stage("Counting")
        progress(wishes["n"], wishes["n"])
        return {"counted": wishes["n"]}

    done = here(work)
    assert (done.status, done.result, done.state["doing"], done.share) == ("done", {"counted": 3}, "Counting", 1)


def test_a_mistake_of_the_user_s_is_its_sentence(here: Callable[[chore.Work], Chore]) -> None:
    def work(*_: object) -> None:
        raise DataUnavailable("The folder is gone: put it back.")

    assert (here(work).status, here(work).state["error"]) == ("failed", "The folder is gone: put it back.")


def test_a_mistake_of_ours_is_a_sentence_and_a_traceback_in_the_log(
    here: Callable[[chore.Work], Chore], capsys: pytest.CaptureFixture[str]
) -> None:
    def work(*_: object) -> None:
        raise ZeroDivisionError("in the middle")

    assert "mistake in the program" in here(work).state["error"]
    assert "in the middle" in capsys.readouterr().err


def test_time_left_is_what_the_rest_would_take_at_this_pace(tmp_path: Path) -> None:
    def told(**state: float) -> float | None:
        return Chore(tmp_path, {"kind": "x"}, state).left

    assert told(done=25, all=100, since=0, told=10) == 30
    assert told(done=75, all=100, since=0, told=10, first=50) == 10  # a download that goes on where it broke off
    assert told(done=0, all=100, since=0, told=10) is None


def test_one_that_is_asked_to_stop_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = chores.start("summarise", scenario="printed-to-handwritten")
    working = until(lambda each: each.status == "working", asked.id)
    chores.stop(working)
    assert chores.find(asked.id).status in ("stopped", "done")
    assert not list(chores.library().glob("summaries/.draft-*"))


def test_a_killed_one_is_noticed_and_can_be_removed() -> None:
    asked = chores.start("summarise", scenario="printed-to-handwritten")
    working = until(lambda each: each.process is not None, asked.id)
    assert working.process is not None
    os.kill(working.process.pid, signal.SIGKILL)
    killed = until(lambda each: each.over, asked.id)
    assert killed.status in ("gone", "done")
    chores.discard(killed)
    with pytest.raises(UnknownKey):
        chores.find(asked.id)
    assert not killed.folder.exists()


def test_one_that_never_began_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    asked = {"kind": "x", "wishes": {}, "asked": time.time()}
    assert Chore(tmp_path, asked, {}).status == "waiting"
    assert Chore(tmp_path, {**asked, "asked": time.time() - 60}, {}).status == "gone"


def test_work_of_another_version_is_not_taken_for_ours() -> None:
    folder = ordered("some")
    assert [each.id for each in chores.chores()] == [folder.name]
    order = json.loads((folder / "order.json").read_text())
    (folder / "order.json").write_text(json.dumps({**order, "version": 0}))
    assert chores.chores() == []


def test_half_written_files_are_not_there_yet() -> None:
    folder = chores.prepare()
    assert chores.chores() == []
    (folder / "order.json").write_text('{"kind": "x", "wi')
    assert chores.chores() == []
