"""What is wrong with a run is said on the page, and one press does something about it."""

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec

HOT = RunSpec("linear-probe", "moons", hparams={"lr": 10.0, "decay": 0.5, "source_steps": 150, "steps": 300})
GRAVE = ("serious", "critical")


@pytest.mark.slow
def test_a_run_that_left_the_numbers_is_tried_again_with_a_tenth_of_the_learning_rate(lab: Lab, play: Play) -> None:
    lab.warm()
    run = lab.submit(HOT, pace=40)
    play.open(lab.link(run))
    until(lambda: lab.store.run(run.id).step > 10, "it trains")
    lab.store.ask(run.id, want="pause")  # a run that pauses is looked at: there is a picture from before
    until(lambda: lab.store.run(run.id).status == "paused", "it rests")
    lab.store.ask(run.id, want="run", pace=None)
    play.until("d.run === String(given) && d.status === 'failed'", run.id)
    panel = play.stage.get_by_role("region", name="Alerts")
    expect(panel.get_by_text("Error: Not a number")).to_be_visible()
    broken = lab.store.run(run.id).step
    expect(panel).to_contain_text(f"The loss 'classification' became not-a-number or infinite at step {broken}.")
    expect(panel).to_contain_text("The learning rate, 10, is probably too high: try a tenth of it.")
    assert not [each["id"] for each in Axe().run(play.page).response["violations"] if each["impact"] in GRAVE]

    panel.get_by_role("button", name="Show step").click()
    play.until("d.held === 'true' && +d.step < given", broken)
    panel.get_by_role("button", name="What is this?").click()
    meaning = play.page.get_by_role("dialog", name="Alerts")
    expect(meaning.get_by_role("heading").first).to_have_text("Not a number")
    play.page.keyboard.press("Escape")

    panel.get_by_role("button", name="Retry with a learning rate of 1", exact=True).press("Enter")
    play.until("+d.run > given && d.status === 'finished'", run.id)
    again = lab.store.run(play.count("run"))
    assert (again.spec.hparams["lr"], again.parent) == (1.0, run.id)
    expect(play.stage.get_by_role("button", name="alerts")).not_to_contain_text("error")
    play.page.wait_for_function("given => location.search.includes(given)", arg="lr=1&")  # the sidebar has it too


@pytest.mark.slow
def test_errors_stay_until_they_are_closed_and_the_panel_folds(lab: Lab, play: Play) -> None:
    lab.warm()
    run = lab.submit(HOT)
    until(lambda: lab.store.run(run.id).status == "failed", "the loss has left the numbers")
    play.open(lab.link(run))
    panel, count = play.stage.get_by_role("region", name="Alerts"), play.stage.get_by_role("button", name="Alerts:")
    bar = play.stage.get_by_role("toolbar", name="Transport").bounding_box()
    expect(panel).to_be_visible()
    assert bar == play.stage.get_by_role("toolbar", name="Transport").bounding_box(), "nothing has moved"
    box = panel.bounding_box()
    assert bar and box and box["y"] + box["height"] <= bar["y"], "the transport bar is not covered"
    panel.get_by_role("button", name="Fold").focus()
    play.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(count).to_have_text("■1 error1")
    expect(count).to_be_focused()
    count.press("Enter")
    panel.get_by_role("button", name="Close: Not a number").click()
    expect(panel).to_be_hidden()
    play.stage.get_by_role("button", name="No alerts").click()
    expect(panel).to_contain_text("Nothing about this run's numbers looks wrong.")


@pytest.mark.slow
def test_a_run_whose_worker_died_says_so_and_goes_on(lab: Lab, play: Play, training: Run) -> None:
    until(lambda: lab.store.run(training.id).step > 150, "it has trained for a while")
    holder = lab.store.run(training.id).holder
    assert holder is not None
    psutil.Process(holder.pid).kill()
    panel = play.stage.get_by_role("region", name="Alerts")
    expect(panel.get_by_text("Error: Crashed")).to_be_visible()
    panel.get_by_role("button", name="Log").click()
    expect(panel.locator("pre")).to_contain_text("ended without a word")
    panel.get_by_role("button", name="Resume from").click()
    play.until_live(training.id)
    expect(panel).to_be_hidden()
