"""Somebody opens the page: something is alive at once, and what a link says is there."""

import logging

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab
from tests.browser.page import WATCH_PICTURE, Play

log = logging.getLogger("transfer_lab.tests")  # shown with --log-cli-level=info
FIRST_MOVE = 15.0  # seconds; on a quiet machine it takes two (see benchmarks/results/page.md)


def test_the_first_visit_moves_at_once_and_the_recording_gives_way_to_the_real_run(lab: Lab, play: Play) -> None:
    lab.forget()
    play.page.add_init_script(WATCH_PICTURE)
    play.open()
    moved = play.picture()["moved"]
    log.info("first moving pixel after %.1f s", moved)
    assert moved < FIRST_MOVE
    if play.page.evaluate("() => window.firstMode") == "replay":  # unless the run was there before the page was
        assert not play.told("ghost")
    run = lab.newest()
    play.until_shown(run.id)
    assert (play.told("mode"), play.told("ghost")) == ("live", "")
    assert f"run={run.id}" in play.page.url
    assert len(lab.store.runs()) == 1


@pytest.mark.slow
def test_a_link_with_an_unknown_setting_says_so_and_shows_the_rest(lab: Lab, play: Play) -> None:
    play.open("/?d=moons&s=source-only&seed=3&wibble=3")
    notice = "One setting in this link is unknown and was ignored: wibble."
    expect(play.page.get_by_role("alert").get_by_text(notice)).to_be_visible()
    expect(play.chip("Source only")).to_be_checked()
    assert (lab.newest().spec.strategy, lab.newest().spec.seed) == ("source-only", 3)
    play.page.get_by_role("button", name="Close", exact=True).click()
    expect(play.page.get_by_text(notice)).to_have_count(0)
