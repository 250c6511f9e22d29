"""The Compare page in a browser: never empty, a link keeps what was filtered, and an experimenter's whole journey."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tlcore.runs import queueing
from tlcore.runs.likeness import by_mark
from tlcore.runs.standings import standings, winner

HOUR = 900_000  # milliseconds, of eighteen runs on a machine that has other things to do


def chart(page: Page) -> None:
    """Wait until a chart is drawn."""
    expect(page.locator("[data-testid=stPlotlyChart] svg.main-svg").first).to_be_visible()


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()


@pytest.mark.slow
def test_examples_fill_the_page_and_a_link_keeps_the_filter(lab: Lab, play: Play) -> None:
    lab.forget()
    page = play.page
    page.goto(f"{lab.address}/compare")
    expect(page.get_by_text("gains most over source-only")).to_be_visible()
    chart(page)
    field = page.get_by_role("textbox", name="Filter")
    field.fill("strategy:dann data:blobs")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"q=strategy"))
    expect(page.get_by_text("1 rows of 3 runs")).to_be_visible()
    view(page, "Gain")
    expect(page).to_have_url(re.compile(r"view=Gain"))
    page.reload()
    expect(page.get_by_text("1 rows of 3 runs")).to_be_visible()
    expect(page.get_by_role("radio", name="Gain", exact=True)).to_be_checked()
    chart(page)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_experimenter_starts_watches_compares_finds_the_winner_and_takes_it_away(
    lab: Lab, play: Play, tmp_path: Path
) -> None:
    lab.forget()
    page = play.page
    page.goto(f"{lab.address}/compare")
    page.get_by_role("button", name="New comparison").click()
    settings = page.get_by_role("textbox", name="Settings")
    settings.fill("steps=150")
    settings.press("Enter")
    start = page.get_by_role("button", name=re.compile("^Run 18 runs"))
    expect(start).to_be_visible()
    start.click()
    line = page.get_by_text(re.compile(r"of 18 runs"))
    expect(line).to_be_visible()
    until(lambda: any(run.status == "finished" for run in lab.store.runs()), "the first run is finished")

    pause, go_on = (page.get_by_role("button", name=name, exact=True) for name in ("Pause", "Go on"))
    node, place = pause.element_handle(), pause.bounding_box()
    pause.click()
    (asked,) = queueing.all_asked(lab.store)
    until(lambda: asked.state(lab.store) == "paused", "the comparison rests")
    expect(page.get_by_text(re.compile(r"of 18 runs · paused"))).to_be_visible()
    for press, after in ((go_on, "running"), (pause, "paused"), (go_on, "running")):
        expect(press).to_be_enabled()  # while the rest of the page is still being drawn
        assert (node.inner_text().endswith(press.inner_text()), press.bounding_box()) == (True, place)  # the same one
        press.click()
        until(lambda after=after: asked.state(lab.store) == after, f"it is {after}")
    page.reload()  # nothing that happens to a browser hurts it
    expect(page.get_by_text(re.compile(r"of 18 runs"))).to_be_visible()
    expect(page.get_by_text("18 of 18 runs · done")).to_be_visible(timeout=HOUR)

    expect(page.get_by_text("6 rows of 18 runs")).to_be_visible()
    told = standings(by_mark(lab.store.runs()).values())
    best = max((each for each in told if each.gain), key=lambda each: each.gain.value)
    said = page.get_by_text("gains most over source-only")
    expect(said).to_contain_text(f"{100 * best.gain.value:+.0f}".replace("-", "−"))
    first = winner(told)
    expect(said).to_contain_text("clear of all others" if first is not None and first.spec == best.spec else "no clear")
    view(page, "Who wins where")
    chart(page)

    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV", exact=True).last.click()
    taken.value.save_as(tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(int(row["run"]) for row in rows) == sorted(run.id for run in lab.store.runs())
    accuracies = {run.id: run.metrics["target_accuracy"] for run in lab.store.runs()}
    assert all(float(row["last"]) == pytest.approx(accuracies[int(row["run"])]) for row in rows)
