"""How soon does each page show what somebody came for? A real Chromium on a real server that is warm.

    python -m benchmarks.pages [--opens 5] [--only compare,inspect] [--write]

Each page is asked for by its address, every time in a browser that has never been here, on a store with fourteen short
runs. What is measured is the time from asking until the first animation frame in which the page's useful content is
there: `PAGES` says for each of them which that is. A table counts when its canvas has been painted, a picture when it
has arrived. What a page has worked out beside it at its first visit is there by then.
"""

import argparse
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from benchmarks.measuring import RESULTS, machine
from benchmarks.page import lab
from dashboard.present import scenes as deck
from dashboard.present.scenes import Scene
from tests.browser.conftest import FLAGS, NAMES, SIZE
from tests.browser.lab import Lab, until
from tlcore.runs import chores
from tlcore.runs.rows import OVER
from tlcore.runs.spec import RunSpec

AIM = 2.0  # seconds
PATIENCE = 90_000  # milliseconds
PRIMARY = "[data-testid=stMain] [data-testid=stBaseButton-primary]"
TABLE = "painted('[data-testid=stDataFrame] canvas')"


@dataclass(frozen=True)
class Page:
    """One page: its address, what somebody comes for, and when that is there, in JavaScript."""

    name: str
    link: str
    content: str
    there: str


PAGES = (
    Page("Play", "/?run={points}", "the picture of the run", "painted(\"section[aria-label='Big view'] canvas\")"),
    Page("Lessons", "/lessons", "the first lesson and its way in", "seen('[data-testid=stMain] a')"),
    Page("Compare", "/compare", "the table of the experiments", TABLE),
    Page("Inspect", "/inspect?run={images}", "the matrix of answers", "seen('[role=grid]')"),
    Page("Data", "/data", "images of both domains", "pictured('.tg-sides *', 2)"),
    Page("Shift", "/shift", "what the pair is, and the button that measures it", f"seen('{PRIMARY}')"),
    Page("Runs", "/runs", "the table of all runs", TABLE),
    Page("Present", "/?run={points}&present=1", "the scene with its picture", "painted('[data-ready=true] canvas')"),
)

WATCH = """
window.there = null
const seen = where => [...document.querySelectorAll(where)].some(each => each.checkVisibility() && each.clientHeight)
const loaded = address => performance.getEntriesByName(address).some(entry => entry.responseEnd > 0)
const pictured = (where, many) => [...document.querySelectorAll(where)]
  .filter(each => loaded((each.style.backgroundImage.match(/"(.*)"/) ?? [])[1] ?? "")).length >= many
const small = new OffscreenCanvas(32, 32).getContext("2d", { willReadFrequently: true })
const painted = where => [...document.querySelectorAll(where)].some(canvas => {
  if (!canvas.width || !canvas.height) return false
  small.clearRect(0, 0, 32, 32)
  small.drawImage(canvas, 0, 0, 32, 32)
  return new Set(new Uint32Array(small.getImageData(0, 0, 32, 32).data.buffer)).size > 3
})
const look = () => { if (%s) window.there = performance.now(); else requestAnimationFrame(look) }
requestAnimationFrame(look)
"""


@contextmanager
def filled() -> Iterator[tuple[Lab, dict[str, int]]]:
    """A lab with two handfuls of short runs, a pair of digits among them, and one scene to present."""
    with lab() as running:
        os.environ["TLCORE_DATA"] = str(running.data)
        running.open()
        running.warm()
        for seed in range(3):
            for strategy in ("source-only", "dann", "deep-coral", "mmd"):
                running.submit(RunSpec(strategy, "moons", seed=seed, steps=60))
        running.submit(RunSpec("source-only", "printed-to-handwritten", steps=60))
        images = running.submit(RunSpec("dann", "printed-to-handwritten", steps=60)).id
        until(lambda: all(run.status in OVER for run in running.store.runs()), "all runs have ended", 300)
        points = running.store.runs()[2].id
        deck.pin(running.store, Scene(points, 60, "input", "The end"))
        yield running, {"points": points, "images": images}


def opened(browser: Browser, address: str, page: Page) -> float:
    """Seconds from asking for a page until what somebody came for is there."""
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(WATCH % page.there)
    try:
        tab = context.new_page()
        tab.goto(address)
        tab.wait_for_function("() => window.there")
        return float(tab.evaluate("() => window.there")) / 1000
    finally:
        context.close()


def measure(pages: Sequence[Page], opens: int) -> list[tuple[Page, list[float]]]:
    program = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright, filled() as (running, runs):
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        told = []
        for page in pages:
            address = running.address + page.link.format(**runs)
            opened(browser, address, page)  # the server has drawn it before
            until(lambda: all(each.over for each in chores.chores()), "nothing is worked out beside it", 300)
            told.append((page, [opened(browser, address, page) for _ in range(opens)]))
            print(f"{page.name}: {_spread(told[-1][1])}", flush=True)
        browser.close()
        return told


def _spread(times: Sequence[float]) -> str:
    return f"{median(times):.1f} s ({min(times):.1f} to {max(times):.1f})"


def report(told: Sequence[tuple[Page, list[float]]]) -> str:
    rows = [f"| {page.name} | {page.content} | {_spread(times)} |" for page, times in told]
    return "\n".join([
        "# First useful paint of every page, measured", "",
        "`python -m benchmarks.pages --write`; what is measured is said at the top of `benchmarks/pages.py`. "
        f"Median and range of {len(told[0][1])} openings, each in a fresh browser; the aim is {AIM:g} s.", "",
        "| page | useful content | from asking to paint |", "|---|---|---|", *rows, "", machine(), "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--opens", type=int, default=5)
    parser.add_argument("--only", default="", help="names of pages with commas between")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    wanted = [each for each in options.only.lower().split(",") if each]
    told = measure([page for page in PAGES if not wanted or page.name.lower() in wanted], options.opens)
    print(text := report(told))
    if options.write:
        (RESULTS / "pages.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
