"""The Shift page in a browser: a pair and a backbone are chosen, measured, and every number stands beside chance."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab
from tests.browser.page import Play
from tests.browser.test_fitting import DARK, LIGHT, brightness
from tlcore.runs import chores
from tlcore.shift.examining import METRICS

INK = "text => getComputedStyle(text).fill.match(/[\\d.]+/g).slice(0, 3).reduce((sum, each) => sum + +each, 0) / 3"
SAID = r"\d[\d.e+-]*, p (≤ .005|= [\d.]+)(: no more than chance)?"  # of a metric: its value and its p-value


def pick(page: Page, what: str, typed: str, title: str) -> None:
    """Choose a pair or a backbone by typing into the dialog with all of them."""
    page.get_by_role("button", name=re.compile(f"^{what}: ")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("option").first).to_be_visible()
    page.keyboard.type(typed)
    expect(dialog.get_by_role("option").first).to_contain_text(title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile(f"^{what}: {title}"))).to_be_visible()


def rows(page: Page, which: int) -> list[list[str]]:
    """The cells of a chart's table twin, which a press opens and Escape closes."""
    page.get_by_role("button", name="Table", exact=True).nth(which).click()
    table = page.get_by_role("table")
    expect(table).to_be_visible()
    found = table.evaluate("table => [...table.rows].map(row => [...row.cells].map(cell => cell.innerText.trim()))")
    page.keyboard.press("Escape")
    expect(table).to_be_hidden()
    return [list(map(str, row)) for row in found]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_pair_and_a_backbone_are_measured_and_every_metric_stands_beside_chance(
    lab: Lab, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLCORE_DATA", str(lab.data))
    page = play.page
    page.goto(f"{lab.address}/shift?d=moons")
    pick(page, "Data", "printed", "Printed → handwritten digits")
    pick(page, "Backbone", "letters", "Small CNN that knows letters")
    title = "Printed → handwritten digits, seen by Small CNN that knows letters"
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("Nothing is trained for this")).to_be_visible()
    page.get_by_role("button", name=re.compile("Measure")).click()
    strips = page.get_by_role("img", name=re.compile("^Shift metrics. "))
    expect(strips).to_be_visible(timeout=240_000)

    verdict = r"^Worlds apart\. The judge names the domain of \d+\.\d% of 2,000 samples \(95 % interval .* to .*\); "
    expect(page.get_by_text(re.compile(verdict + rf"\d of {len(METRICS)} metrics are beyond chance\."))).to_be_visible()
    said = strips.get_attribute("aria-label") or ""
    assert all(re.search(f"{re.escape(each.title)} {SAID}", said) for each in METRICS), said

    head, *told = rows(page, 0)
    assert head == ["Metric", "Value", "Null", "Chance reaches", "p", "Unit", "Rows a domain"]
    assert [row[0] for row in told] == [each.title for each in METRICS]
    for _, value, null, reach, p, _, many in told:
        assert float(value) > float(reach) > 0 and float(null) < float(value)
        assert p == "≤\N{NO-BREAK SPACE}.005", "in one line"
        assert many == "1,000"

    head, *layers = rows(page, 1)
    assert head[0] == "Layer" and [row[0] for row in layers] == ["input", "stage 1", "stage 2", "stage 3"]
    assert layers[-1][1:] == [f"{row[1]}, p ≤ .005" for row in told], "the last stage is what the head sees"
    heat = page.get_by_role("img", name="Shift metrics of input, stage 1, stage 2, stage 3.")
    drawn = heat.locator("text").all_text_contents()
    assert [row[1].split(",")[0] for row in layers] == drawn[5:9], "the judge's line, layer by layer"

    page.get_by_role("button", name="How to read this").first.click()
    expect(page.get_by_text("the share of flips that reach the measured value")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_text("What each metric is").click()
    for each in METRICS:
        expect(page.get_by_text(each.source, exact=False).first).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.reload()
        expect(strips).to_be_visible()
        ground, ink = brightness(page, ".stApp", "backgroundColor"), float(heat.locator("text").first.evaluate(INK))
        dark, light = (ground, ink) if theme == "dark" else (ink, ground)
        assert dark < DARK and light > LIGHT
    for chore in chores.chores():
        chores.discard(chore)
