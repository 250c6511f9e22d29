"""Nothing that happens to a browser or to the page's server hurts a run."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tlcore.runs.roster import Roster
from tlcore.runs.rows import Run


def test_after_a_reload_the_same_run_is_on_stage(lab: Lab, play: Play, training: Run) -> None:
    before, known = play.count("last"), len(lab.store.runs())
    play.page.reload()
    play.until_live(training.id)
    play.until("+d.last > given", before)
    assert len(lab.store.runs()) == known
    assert lab.store.run(training.id).status == "running"


def test_a_second_tab_sees_the_same_run(play: Play, training: Run, new_tab: Callable[[], Play]) -> None:
    second = new_tab()
    second.open(play.page.url.removeprefix(play.address))
    second.until_live(training.id)
    for tab in (play, second):
        tab.page.bring_to_front()  # a tab in the background gets no animation frames
        tab.until("+d.last >= given", max(play.count("last"), second.count("last")) + 5)
    second.button("Pause").click()
    play.page.bring_to_front()
    play.until("d.status === 'paused'")
    expect(play.button("Go on")).to_be_visible()


def test_the_page_catches_up_after_its_server_was_killed_and_the_run_went_on(
    lab: Lab, play: Play, training: Run
) -> None:
    worker = Roster(lab.store).find("cpu").worker
    play.page.evaluate("() => { window.kept = true }")
    known = len(lab.store.runs())
    lab.kill_server()
    at = lab.store.run(training.id).step
    expect(play.stage.get_by_text("Reconnecting")).to_be_visible()
    until(lambda: lab.store.run(training.id).step > at + 20, "the run goes on without a page")
    missed = lab.store.run(training.id).step
    lab.open()
    play.until("d.run === String(given[0]) && d.status === 'running' && +d.last > given[1]", [training.id, missed])
    play.until_drawn("Loss", missed // 6)  # nothing of the time without a server is missing
    assert play.page.evaluate("() => window.kept")
    assert worker.alive() and Roster(lab.store).find("cpu").worker == worker
    assert len(lab.store.runs()) == known
