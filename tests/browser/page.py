"""The Play page in the words of whoever looks at it: labels and what the stage says of itself, never positions.

The stage tells its state in data attributes, so that nothing here has to sleep:

    run       the run on show ("" for the recorded one)      wanted    the run that was asked for
    step      the step on show                               last      the newest step of the run on show
    status    of the wanted run, or "replay"                 mode      "live" or "replay"
    frames    looks inside that have arrived                 held      "true" while the timeline is held
    ghost     the run behind                                 view      which big view; theme: "light" or "dark"
"""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

_STAGE = "document.querySelector('[data-testid=stage]')"
_CHART = "document.querySelector('[data-testid=stage] section[aria-label={0}] .js-plotly-plot')"
TIMELINE = "Timeline: step on show"

# When the big picture was first there, and when it, or the step beside it and the timeline, first looked different:
# milliseconds since the page was asked for.
WATCH_PICTURE = """
window.picture = { first: null, moved: null }
window.firstMode = null  // whose picture it was: the recording's, or a run's that was quicker than the page
const small = new OffscreenCanvas(48, 48).getContext("2d", { willReadFrequently: true })
let before = null
const look = () => {
  const canvas = document.querySelector("section[aria-label='Big view'] canvas")
  if (canvas?.width) {
    small.clearRect(0, 0, 48, 48)
    small.drawImage(canvas, 0, 0, 48, 48)
    const { data } = small.getImageData(0, 0, 48, 48)
    const { last } = document.querySelector("[data-testid=stage]").dataset
    const now = data.some(value => value) ? data.join() + last : null
    if (now && !before) {
      window.picture.first = performance.now()
      window.firstMode = document.querySelector("[data-testid=stage]").dataset.mode
    }
    if (now && before && now !== before) return void (window.picture.moved = performance.now())
    before = before ?? now
  }
  requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""


class Play:
    """One tab with the Play page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.stage = page.get_by_test_id("stage")
        self.run_button = page.get_by_role("button", name=re.compile("^Run"))

    def open(self, link: str = "/") -> None:
        self.page.goto(self.address + link)
        expect(self.stage).to_be_visible()

    # What the stage says

    def told(self, name: str) -> str:
        return self.stage.get_attribute(f"data-{name}") or ""

    def count(self, name: str) -> int:
        return int(self.told(name))

    def until(self, condition: str, given: Any = None) -> None:
        """Wait until a JavaScript condition on `d`, the stage's data, holds; `given` is another value in it."""
        asks = f"given => {{ const d = {_STAGE}?.dataset; return !!d && ({condition}) }}"
        try:
            self.page.wait_for_function(asks, arg=given)
        except TooLate as error:
            said = self.page.evaluate(f"() => ({{ ...{_STAGE}?.dataset }})")
            raise AssertionError(f"The stage never came to {condition} ({given=}); it says {said}.") from error

    def until_live(self, run: int) -> None:
        """Wait until a run is on stage and trains."""
        self.until("d.run === String(given) && d.status === 'running' && +d.frames > 1 && +d.last > 0", run)

    def until_shown(self, run: int) -> None:
        """Wait until a run is on stage and has something to show; a short one may have ended by then."""
        self.until("d.run === String(given) && +d.frames > 1", run)

    def until_more(self, name: str = "last", by: int = 1) -> None:
        self.until(f"+d.{name} >= given", self.count(name) + by)

    def picture(self) -> dict[str, float | None]:
        """When the first picture came and when it moved, in seconds; the page must have `WATCH_PICTURE`."""
        self.page.wait_for_function("() => window.picture.moved")
        told = self.page.evaluate("() => window.picture")
        return {name: None if at is None else at / 1000 for name, at in told.items()}

    # What one can press

    def button(self, name: str) -> Locator:
        return self.stage.get_by_role("button", name=name, exact=True)

    def chip(self, name: str) -> Locator:
        return self.page.get_by_role("radio", name=name, exact=True)

    def choose(self, words: str) -> None:
        """Find a strategy by typing, as with the keyboard alone."""
        self.page.keyboard.press("/")
        field = self.page.get_by_role("combobox", name="Find a technique")
        expect(field).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        expect(field).to_be_hidden()

    def tab(self, name: str) -> Locator:
        return self.stage.get_by_role("tab", name=name)

    def timeline(self) -> Locator:
        return self.stage.get_by_role("slider", name=TIMELINE)

    def scrub(self, share: float) -> None:
        """Take the timeline to a share of its length."""
        box = self.timeline().bounding_box()
        assert box is not None
        self.timeline().click(position={"x": share * box["width"], "y": box["height"] / 2})

    # The curves

    def until_drawn(self, chart: str, points: int) -> None:
        """Wait until a curve of a chart has so many points."""
        self.page.wait_for_function(f"given => {_points(chart)} >= given", arg=points)

    def points(self, chart: str) -> int:
        return int(self.page.evaluate(f"() => {_points(chart)}"))

    def axis(self, chart: str) -> list[float]:
        """The steps from which and to which a chart shows its curves."""
        return [float(end) for end in self.page.evaluate(f"() => {_CHART.format(chart)}._fullLayout.xaxis.range")]

    def until_axis(self, chart: str, ends: list[float]) -> None:
        axis = f"{_CHART.format(chart)}._fullLayout.xaxis"
        self.page.wait_for_function(f"given => String({axis}.range) === String(given)", arg=ends)

    def until_cursors(self, step: int | None) -> None:
        """Wait until both charts have their cursor at a step, or have none, as they do while the page is live."""
        both = f"[{_cursor('Accuracy')}, {_cursor('Loss')}]"
        self.page.wait_for_function(f"given => {both}.every(at => at === given)", arg=step)

    def zoom(self, chart: str, start: float, end: float) -> None:
        """Drag over a part of a chart, from one share of its width to another."""
        box = self.stage.get_by_role("region", name=chart, exact=True).locator(".nsewdrag").bounding_box()
        assert box is not None
        across, down = (lambda share: box["x"] + share * box["width"]), box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(across(start), down)
        mouse.down()
        mouse.move(across(end), down, steps=6)
        mouse.up()

    def press_name(self, chart: str, line: str) -> None:
        """Press the name at the end of a line: it goes, or comes back."""
        self.stage.get_by_role("region", name=chart, exact=True).get_by_text(line, exact=True).click()

    def hidden(self, chart: str) -> list[str]:
        """The lines of a chart that are out of sight."""
        return [str(name) for name in self.page.evaluate(f"() => {_hidden(chart)}")]

    def until_hidden(self, chart: str, lines: list[str]) -> None:
        self.page.wait_for_function(f"given => String({_hidden(chart)}) === String(given)", arg=lines)

    def shown_steps(self) -> dict[str, int | None]:
        """The step that each part of the page shows, read in one moment; a chart says it by its cursor."""
        return dict(self.page.evaluate(_SHOWN_STEPS))


def _points(chart: str) -> str:
    return f"Math.max(0, ...({_CHART.format(chart)}?.data ?? []).map(trace => trace.x.length))"


def _hidden(chart: str) -> str:
    return f"{_CHART.format(chart)}._fullData.filter(line => line.visible !== true).map(line => line.name)"


def _cursor(chart: str) -> str:
    return f"({_CHART.format(chart)}._fullLayout.shapes[0]?.x0 ?? null)"


_SHOWN_STEPS = f"""() => {{
  const stage = {_STAGE}
  return {{
    stage: +stage.dataset.step,
    timeline: +stage.querySelector("input[type=range]").ariaValueText.replace(/^step| of .*|\\D/g, ""),
    bubble: +stage.querySelector("[role=toolbar] output").textContent.replace(/\\D/g, ""),
    accuracy: {_cursor("Accuracy")},
    loss: {_cursor("Loss")},
  }}
}}"""
