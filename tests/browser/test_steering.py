"""The transport, by keys and by buttons: what is pressed reaches the process that trains."""

from playwright.sync_api import expect

from tests.browser.lab import Lab
from tests.browser.page import Play
from tlcore.runs.rows import Run


def test_pause_step_go_on_and_stop(lab: Lab, play: Play, training: Run) -> None:
    keyboard, hundredth = play.page.keyboard, training.spec.hparams["steps"] // 100
    keyboard.press("Space")
    play.until("d.status === 'paused'")
    at = lab.store.run(training.id).step
    play.until("+d.last === given", at)
    keyboard.press("ArrowRight")
    play.until("d.status === 'paused' && +d.last === given", at + hundredth)
    play.button("Step").click()
    play.until("d.status === 'paused' && +d.last === given", at + 2 * hundredth)
    keyboard.press("Space")
    play.until("d.status === 'running' && +d.last > given", at + 2 * hundredth)
    play.button("Stop").click()
    play.until("d.status === 'stopped'")
    expect(play.stage.get_by_role("button", name="Resume from")).to_be_visible()
    assert lab.store.run(training.id).status == "stopped"


def test_slow_and_restart(lab: Lab, play: Play, training: Run) -> None:
    play.page.keyboard.press("s")
    expect(play.button("Slow")).to_have_attribute("aria-pressed", "true")
    play.page.keyboard.press("s")
    expect(play.button("Slow")).to_have_attribute("aria-pressed", "false")
    play.page.keyboard.press("0")
    play.until("+d.run > given && d.status === 'running'", training.id)
    again = lab.newest()
    assert play.told("run") == str(again.id) and again.parent == training.id
    play.until("d.ghost === String(given)", training.id)
    assert lab.store.run(training.id).status == "stopped"
