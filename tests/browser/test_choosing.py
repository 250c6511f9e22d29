"""Another experiment: a changed one starts by itself, Run starts it again, the Runs page has them all."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import long_run
from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tlcore import catalogue
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec


def test_another_strategy_starts_by_itself_with_the_run_before_as_its_ghost(lab: Lab, play: Play) -> None:
    lab.warm()
    play.open("/?d=moons&s=dann&seed=21")  # nobody has run that yet, so the page does
    play.until("d.run !== '' && +d.frames > 1")
    before = lab.newest()
    play.choose("deep coral")
    until(lambda: lab.newest().id > before.id, "a new run is submitted")
    new = lab.newest()
    assert (new.spec.strategy, new.spec.seed) == ("deep-coral", 21)
    play.until("d.run === String(given[0]) && d.ghost === String(given[1])", [new.id, before.id])
    play.page.wait_for_url(re.compile(rf"s=deep-coral.*run={new.id}"))
    assert lab.store.run(before.id).status in ("stopped", "finished")  # it made room


def test_strategies_are_found_by_family_by_typing_and_with_what_they_need(lab: Lab, play: Play, training: Run) -> None:
    page = play.page
    page.get_by_role("button", name="Strategy: DANN, Adversarial").click()
    dialog = page.get_by_role("dialog", name="All strategies, by family")
    expect(dialog.get_by_role("option")).to_have_count(len(catalogue.strategies()))
    expect(dialog.get_by_role("option", name="DANN", exact=False).first).to_have_attribute("aria-selected", "true")
    page.keyboard.type("batch norm")
    expect(dialog.get_by_text("Needs a backbone with batch norms").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    play.choose("adabn")  # there is no batch norm among points: it brings data that has some
    page.wait_for_url(re.compile("d=handwritten-to-low-contrast&s=adabn"))
    expect(play.chip("AdaBN")).to_be_checked()
    expect(play.chip("Low contrast")).to_be_checked()
    play.chip("In the dark").press("Enter")
    page.wait_for_url(re.compile("d=handwritten-to-dark&s=adabn"))


@pytest.mark.slow
def test_run_starts_the_same_experiment_again(lab: Lab, play: Play, training: Run) -> None:
    play.run_button.click()
    until(lambda: lab.newest().id > training.id, "a new run is submitted")
    lab.store.ask(training.id, want="stop")
    again = lab.newest()
    assert again.spec == training.spec
    play.until_shown(again.id)
    play.page.keyboard.press("Control+Enter")
    until(lambda: lab.newest().id > again.id, "the key starts one as well")
    # This page started the one before, so it makes room by itself.
    play.until_shown(lab.newest().id)
    assert lab.store.run(again.id).status in ("stopped", "finished")
    play.until("d.ghost === String(given)", again.id)


def test_the_runs_page_lists_every_run_and_opens_one(lab: Lab, play: Play) -> None:
    lab.submit(long_run(seed=70), pace=100)
    first, second = (lab.submit(RunSpec("adabn", "handwritten-to-dark", seed=seed)) for seed in (71, 72))
    for run in (first, second):
        lab.store.ask(run.id, want="stop")
    play.page.goto(f"{lab.address}/runs")
    table(play.page, len(lab.store.runs()))
    play.page.get_by_role("textbox", name="Filter").fill("adabn dark seed=71")
    play.page.keyboard.press("Enter")
    table(play.page, 1)
    play.page.get_by_role("button", name="Open", exact=True).click()
    play.until("d.wanted === String(given)", first.id)
    expect(play.chip("AdaBN")).to_be_checked()
    expect(play.page.get_by_label("Seed", exact=True)).to_have_value("71")


def test_a_run_that_ended_before_its_first_numbers_is_shown_as_it_is(lab: Lab, play: Play, training: Run) -> None:
    why = "The data folder is gone."
    run = lab.submit(RunSpec("adabn", "handwritten-to-dark", seed=74))  # it waits, for another one trains
    with lab.store.database.writing() as db:
        db.execute("UPDATE runs SET status = 'failed', error = ? WHERE id = ?", (why, run.id))
    play.open(lab.link(run))
    play.until("d.run === String(given) && d.status === 'failed'", run.id)
    expect(play.stage.get_by_role("heading", name="Training could not go on.")).to_be_visible()
    expect(play.stage.get_by_title(why)).to_be_visible()
    expect(play.stage.get_by_role("region", name="Alerts").get_by_text(why)).to_be_visible()


def table(page: Page, runs: int) -> None:
    expect(page.get_by_role("region", name=f"Table of {runs} runs")).to_be_visible()
