"""How soon does the page move, how late is it, what does it cost? A real Chromium on a real server.

    python -m benchmarks.page [--seconds 30] [--opens 5] [--write]

Measured one after the other, on servers of their own with their stores in a temporary folder:

- first moving pixel: from asking for the page until the big picture, or the step and the timeline beside it, looks
  different for the first time, by looking in every animation frame; on a warm server, and from a server's start;
- latency: from the moment at which a step of a training run is to be read in the store (looked for every two
  milliseconds) until it has been painted: as a number and in the timeline, and as a point of the curves;
- what a person has chosen, zoom and hidden line, after so many seconds of live data;
- the server's share of one core with a page open, and without one; whether it has torch in memory;
- how far the page scrolls at 1440 × 900.
"""

import argparse
import os
import platform
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.conftest import FLAGS, NAMES, SIZE
from tests.browser.lab import Lab
from tests.browser.page import WATCH_PICTURE, Play
from tlcore.runs.spec import RunSpec

NEWEST = "SELECT step, (SELECT max(step) FROM events WHERE run = id AND kind = 'measured') FROM runs WHERE id = ?"
PACE = 100.0  # steps per second of the run that is watched; about 17 of them are told
IDLE = 10.0  # seconds for which the server is watched without a page
LOOK = 0.002  # seconds between two looks into the store

# Notes at which moment each step had been painted: the task after an animation frame comes after its painting.
WATCH_STEPS = """
window.painted = { number: [], curves: [] }
const stage = document.querySelector("[data-testid=stage]")
const note = (list, step) => setTimeout(() => list.push([Date.now() / 1000, step]))
new MutationObserver(() => note(window.painted.number, +stage.dataset.last))
  .observe(stage, { attributes: true, attributeFilter: ["data-last"] })
const chart = document.querySelector("section[aria-label=Loss] .js-plotly-plot")
chart.on("plotly_afterplot", () => note(window.painted.curves, Math.max(...chart.data.map(line => line.x.at(-1) ?? 0))))
"""

Told = list[tuple[str, str, str]]  # what, measured, wanted


@contextmanager
def lab() -> Iterator[Lab]:
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        try:
            yield lab
        finally:
            lab.close()


@contextmanager
def fresh(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here: nothing is in its cache."""
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(120_000)
    context.add_init_script(WATCH_PICTURE)
    yield context
    context.close()


def first_picture(browser: Browser, lab: Lab) -> float:
    """Seconds from asking for the page until its picture has moved."""
    with fresh(browser) as context:
        play = Play(context.new_page(), lab.address)
        play.open()
        return float(play.picture()["moved"] or 0.0)


def cold(browser: Browser) -> float:
    """Seconds from the start of a server to the first moving pixel, on an empty store."""
    with lab() as fresh_lab:
        began = time.monotonic()
        fresh_lab.open()
        up = time.monotonic() - began
        return up + first_picture(browser, fresh_lab)


def warm(browser: Browser, lab: Lab, opens: int) -> list[float]:
    """Each time on an empty store, so that it is the recorded run that moves first."""
    times = []
    for _ in range(opens):
        lab.forget()
        times.append(first_picture(browser, lab))
    lab.rest()
    return times


class Commits(threading.Thread):
    """Notes when each step of a run could be read in the store for the first time."""

    def __init__(self, path: Path, run: int) -> None:
        super().__init__(daemon=True)
        self._path, self._run, self.over = path, run, threading.Event()
        self.rows: list[tuple[float, int]] = []  # (when, newest step of the row): what the number shows
        self.events: list[tuple[float, int]] = []  # … of the events: what the curves show

    def run(self) -> None:
        db = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None)
        seen = (-1, -1)
        while not self.over.wait(LOOK):
            now = db.execute(NEWEST, (self._run,)).fetchone()
            for place, known in enumerate((self.rows, self.events)):
                if now[place] != seen[place]:
                    known.append((time.time(), now[place] or 0))
            seen = now
        db.close()


def late(committed: Sequence[tuple[float, int]], painted: Sequence[tuple[float, int]]) -> list[float]:
    """Seconds from each commit until a picture that holds its step, or a later one."""
    begin = painted[0][0] if painted else 0.0
    found = []
    for when, step in committed:
        shown = next((at for at, newest in painted if newest >= step and at >= when), None)
        if shown is not None and when >= begin:
            found.append(shown - when)
    return found


def watch(browser: Browser, lab: Lab, seconds: float) -> Told:
    """Everything that is measured while one page looks at a training run."""
    idle = share(lab.server, lambda: time.sleep(IDLE))
    run = lab.submit(RunSpec("dann", "moons", steps=6000, seed=1), PACE)
    with fresh(browser) as context:
        play = Play(context.new_page(), lab.address)
        play.open(lab.link(run))
        play.until_live(run.id)
        told = choices(play, lambda: delays(play, lab, run.id, seconds), seconds)
        scrolled = play.page.evaluate(SCROLLED)
    lab.rest()
    return [
        *told,
        ("server, no page open: share of a core", f"{idle:.1%}", ""),
        ("torch in the server's memory", "**yes**" if has_torch(lab.server) else "no", "no"),
        ("scrolls at 1440 × 900, pixels", f"{scrolled}", "0"),
    ]


def choices(play: Play, during: Callable[[], Told], seconds: float) -> Told:
    """What became of a zoom and of a line that was put away, when something else has been done meanwhile."""
    play.until_drawn("Loss", 10)
    play.until_drawn("Accuracy", 4)
    play.zoom("Accuracy", 0.1, 0.5)
    play.press_name("Accuracy", "Source")
    play.until_hidden("Accuracy", ["Source"])
    chosen, points = play.axis("Accuracy"), play.points("Loss")
    told = during()
    kept, away = play.axis("Accuracy") == chosen, play.hidden("Accuracy") == ["Source"]
    after = f"after {seconds:.0f} s and {play.points('Loss') - points} more points"
    return [
        *told,
        (f"zoom, {after}", "kept" if kept else "**lost**", "kept"),
        (f"line that was put away, {after}", "still away" if away else "**back**", "still away"),
    ]


def delays(play: Play, lab: Lab, run: int, seconds: float) -> Told:
    """Latency, and the server's work meanwhile."""
    play.page.evaluate(f"() => {{ {WATCH_STEPS} }}")
    commits = Commits(lab.store.path, run)
    commits.start()
    busy = share(lab.server, lambda: play.page.wait_for_timeout(1000 * seconds))
    commits.over.set()
    commits.join()
    painted: dict[str, Any] = play.page.evaluate("() => window.painted")
    return [
        latency("step and timeline", late(commits.rows, painted["number"]), "p95 ≤ 400 ms"),
        latency("curves, which are drawn five times a second", late(commits.events, painted["curves"]), "p95 ≤ 400 ms"),
        ("server, one page open: share of a core", f"{busy:.1%}", "≤ 5 %"),
    ]


def latency(what: str, delays: Sequence[float], wanted: str) -> tuple[str, str, str]:
    if len(delays) < 2:
        return (f"commit → pixel, {what}", "too few steps were seen", "")
    p95 = quantiles(delays, n=20)[-1]
    said = f"p50 {1000 * median(delays):.0f} ms, p95 {1000 * p95:.0f} ms ({len(delays)} commits)"
    return (f"commit → pixel, {what}", said, wanted)


def share(process: psutil.Process, meanwhile: Callable[[], object]) -> float:
    """The process's share of one core while something else goes on."""
    before, began = process.cpu_times(), time.monotonic()
    meanwhile()
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / (time.monotonic() - began)


def has_torch(process: psutil.Process) -> bool:
    return any("libtorch" in each.path for each in process.memory_maps())


SCROLLED = """() => Math.max(...[document.scrollingElement, document.querySelector("[data-testid=stMain]")]
  .map(box => Math.max(box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight)))"""


def measure(seconds: float, opens: int) -> tuple[Told, str]:
    program = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        with lab() as running:
            running.open()
            running.warm()
            first_picture(browser, running)  # the server has seen a browser before
            times = warm(browser, running, opens)
            told = watch(browser, running, seconds)
        told[:0] = [
            ("first moving pixel, warm server", f"{_spread(times)}", "≤ 2 s"),
            ("first moving pixel, from the start of the server", _spread([cold(browser) for _ in range(3)]), "≤ 7 s"),
        ]
        return told, browser.version


def _spread(times: Sequence[float]) -> str:
    return f"{median(times):.1f} s ({min(times):.1f} to {max(times):.1f}, {len(times)} times)"


def report(told: Told, chromium: str, load: float) -> str:
    rows = [f"| {what} | {measured} | {wanted} |" for what, measured, wanted in told]
    versions = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "plotly", "playwright"))
    machine = f"{os.cpu_count()} cores without a GPU for the browser, load {load:.1f} when it began"
    return "\n".join([
        "# The page, measured", "",
        "`python -m benchmarks.page --write`; what each line means is said at the top of `benchmarks/page.py`.", "",
        "| what | measured | wanted |", "|---|---|---|", *rows, "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.system()} {platform.machine()}, {machine}; "
        f"Python {platform.python_version()}, {versions}, Chromium {chromium}.", "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--opens", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    text = report(*measure(options.seconds, options.opens), load)
    print(text)
    if options.write:
        (Path(__file__).parent / "results" / "page.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
