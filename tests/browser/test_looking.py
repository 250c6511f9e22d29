"""Looking closer while it trains: what somebody has chosen to see stays, and all views show one moment."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.page import Play
from tlcore.runs.rows import Run

MORE = 20  # points of a curve: each is a step that was told


def test_a_zoom_is_kept_while_new_data_comes_in(play: Play, training: Run) -> None:
    play.until_drawn("Accuracy", 4)
    play.until_drawn("Loss", 10)
    whole = play.axis("Loss")
    play.zoom("Loss", 0.02, 0.4)
    play.zoom("Accuracy", 0.1, 0.5)
    before = {chart: play.axis(chart) for chart in ("Loss", "Accuracy")}
    assert all(end < whole[1] for _, end in before.values())
    play.until_drawn("Loss", play.points("Loss") + MORE)
    assert {chart: play.axis(chart) for chart in before} == before
    play.stage.get_by_role("region", name="Loss", exact=True).locator(".nsewdrag").dblclick()
    play.until_axis("Loss", whole)


@pytest.mark.slow
def test_a_line_that_was_put_away_stays_away_while_new_data_comes_in(play: Play, training: Run) -> None:
    play.until_drawn("Accuracy", 3)
    play.press_name("Accuracy", "Source")
    play.until_hidden("Accuracy", ["Source"])
    play.until_drawn("Accuracy", play.points("Accuracy") + 3)
    play.until_hidden("Accuracy", ["Source"])
    play.press_name("Accuracy", "Source")
    play.until_hidden("Accuracy", [])


def test_the_chosen_view_and_scale_stay_while_new_data_comes_in(play: Play, training: Run) -> None:
    play.tab("Feature map").click()
    play.button("Log scale").click()
    play.until_more("frames")
    expect(play.tab("Feature map")).to_have_attribute("aria-selected", "true")
    expect(play.button("Log scale")).to_have_attribute("aria-pressed", "true")
    assert play.told("view") == "map"


def test_the_timeline_holds_every_view_at_one_step_until_back_to_live(play: Play, training: Run) -> None:
    play.until("+d.frames >= 5")
    play.scrub(play.count("last") / training.spec.hparams["steps"] / 2)
    play.until("d.held === 'true'")
    step = play.count("step")
    play.until_cursors(step)
    play.until_more("frames")
    shown = play.shown_steps()
    assert set(shown.values()) == {step} and step < play.count("last"), shown
    play.button("Back to live").click()
    play.until("d.held === 'false' && +d.step > given", step)
    play.until_cursors(None)


def test_the_layers_follow_the_timeline_and_are_read_with_the_keys(play: Play, training: Run) -> None:
    play.tab("Layers").click()
    play.until("+d.frames >= 4")
    heat = play.stage.get_by_role("img", name="Layer by layer")
    for words in ("Input: ", "; Stage 1: ", "; Stage 2: ", " chance"):
        expect(heat).to_have_accessible_name(re.compile(words))
    expect(play.stage.get_by_role("img", name="Class by class ⚑")).to_have_accessible_name(
        re.compile("upper moon: [0-9−]")
    )
    play.scrub(0)
    play.until("d.held === 'true' && +d.step === 0")
    expect(heat).to_have_accessible_name(re.compile(r"step 0\."))
    heat.press("ArrowRight")
    heat.press("ArrowLeft")
    heat.press("ArrowDown")
    expect(play.stage.get_by_role("status").filter(has_text=re.compile(r"^Stage 1 at step \d+: "))).to_be_visible()
    assert play.told("held") == "true"
    play.stage.get_by_role("region", name="Big view").get_by_role("button", name="Table").click()
    expect(play.stage.get_by_role("cell", name="Class lower moon ⚑")).to_be_visible()
