"""The page fits: into a screen, into either theme, and under a keyboard."""

import pytest
from playwright.sync_api import Page

from tests.browser.page import TIMELINE, Play
from tlcore.runs.rows import Run

CONTROLS = (
    'button "Data: Moons', 'radio "Rotated moons"', 'slider "How far? Rotation', 'button "Backbone: Tiny MLP',
    'button "Strategy: DANN', 'radio "DANN"', 'slider "Reversal strength λ', 'spinbutton "Seed"', 'button "Another"',
    "More settings", 'button "Run ', 'link "Play"', 'link "Runs"', 'tab "Input space"', 'button "Log scale"',
    'button "Pause"',
    'button "Slow"', 'button "Restart"', 'button "Stop"', f'slider "{TIMELINE}"', 'button "Pin run', 'button "Share"',
    'button "Copy as Python"',
)  # fmt: skip
MOST = 80  # presses of Tab
DARK, LIGHT = 60, 180  # brightness that is certainly one or the other


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_drawn_in_both_themes(play: Play, theme: str) -> None:
    play.page.emulate_media(color_scheme=theme)
    play.open("/?d=moons&s=dann&seed=22")
    play.until("d.theme === given && +d.frames > 0", theme)
    ground, ink = (brightness(play.page, "[data-testid=stage]", name) for name in ("backgroundColor", "color"))
    dark, light = (ground, ink) if theme == "dark" else (ink, ground)
    assert dark < DARK and light > LIGHT
    play.page.wait_for_function(f"() => ({PAINTED})() > 20")  # the picture is drawn one frame after its size is known


def test_nothing_scrolls_at_1440_by_900(play: Play, training: Run) -> None:
    play.until_drawn("Loss", 5)
    sizes = play.page.evaluate(SCROLLED)
    assert sizes == {name: [0, 0] for name in sizes}, sizes


def test_every_control_is_reached_by_tab(play: Play, training: Run) -> None:
    reached, focus = [], play.page.locator("body :focus")
    play.page.keyboard.press("Tab")
    while focus.count() and len(reached) < MOST:
        reached.append(focus.aria_snapshot().split("\n")[0])
        play.page.keyboard.press("Tab")
    missing = [control for control in CONTROLS if not any(control in each for each in reached)]
    assert not missing, reached


def brightness(page: Page, selector: str, name: str) -> float:
    """Mean of red, green and blue, 0 to 255; of the nearest ancestor that is not transparent."""
    return float(page.evaluate(BRIGHTNESS, [selector, name]))


BRIGHTNESS = """([selector, name]) => {
  for (let at = document.querySelector(selector); at; at = at.parentElement) {
    const [red, green, blue, alpha] = getComputedStyle(at)[name].match(/[\\d.]+/g).map(Number)
    if (alpha !== 0) return (red + green + blue) / 3
  }
  return 255
}"""

# How many colours the big picture has.
PAINTED = """() => {
  const canvas = document.querySelector("section[aria-label='Big view'] canvas")
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  return new Set(new Uint32Array(data.buffer)).size
}"""

SCROLLED = """() => {
  const boxes = { page: document.scrollingElement, main: document.querySelector("[data-testid=stMain]") }
  const over = box => [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight]
  return Object.fromEntries(Object.entries(boxes).map(([name, box]) => [name, over(box)]))
}"""
