"""Another experiment: a changed one starts by itself, Run starts it again, the Runs page has them all."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import long_run
from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec


def test_another_strategy_starts_by_itself_with_the_run_before_as_its_ghost(
    lab: Lab, play: Play, training: Run
) -> None:
    play.chip("Deep CORAL").click()
    until(lambda: lab.newest().id > training.id, "a new run is submitted")
    lab.store.ask(training.id, want="stop")  # it was not started from this page, which therefore lets it be
    new = lab.newest()
    assert (new.spec.strategy, new.spec.seed) == ("deep-coral", training.spec.seed)
    play.until("d.run === String(given[0]) && d.ghost === String(given[1])", [new.id, training.id])
    play.page.wait_for_url(re.compile(rf"s=deep-coral.*run={new.id}"))


def test_run_starts_the_same_experiment_again(lab: Lab, play: Play, training: Run) -> None:
    play.run_button.click()
    until(lambda: lab.newest().id > training.id, "a new run is submitted")
    lab.store.ask(training.id, want="stop")
    again = lab.newest()
    assert again.spec == training.spec
    play.until_live(again.id)
    play.page.keyboard.press("Control+Enter")
    until(lambda: lab.newest().id > again.id, "the key starts one as well")
    # This page started the one before, so it makes room by itself.
    play.until_live(lab.newest().id)
    assert lab.store.run(again.id).status == "stopped"
    assert play.told("ghost") == str(again.id)


def test_the_runs_page_lists_every_run_and_opens_one(lab: Lab, play: Play) -> None:
    first, second = (
        lab.store.ask(lab.store.submit(RunSpec("adabn", "handwritten-to-dark", seed=seed)).id, want="stop")
        for seed in (71, 72)
    )
    live = lab.submit(long_run(seed=73), pace=100)
    play.open(lab.link(live))
    play.page.get_by_role("link", name="Runs").click()
    table(play.page, len(lab.store.runs()))
    play.page.get_by_role("textbox", name="Filter").fill("adabn dark seed=71")
    play.page.keyboard.press("Enter")
    table(play.page, 1)
    play.page.get_by_role("button", name="Open", exact=True).click()
    play.until("d.wanted === String(given)", first.id)
    expect(play.chip("AdaBN")).to_be_checked()
    expect(play.page.get_by_label("Seed", exact=True)).to_have_value("71")
    assert second.id not in (int(play.told("wanted")), live.id)


def table(page: Page, runs: int) -> None:
    expect(page.get_by_role("region", name=f"Table of {runs} runs")).to_be_visible()
