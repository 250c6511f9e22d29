"""Every strategy once in a real browser, on the data of its promise: does its page work, to the end?

    python -m benchmarks.tour [KEY …] [--again | --kept] [--shots FOLDER] [--write]

Each is opened by its link, as a student gets it, and watched until it has finished. Then have to be there: curves, the
picture, the sketch of its card, its samples if it is about images, every special view that its card explains; and
nothing that says of a mistake: no alert, no broken number in any text, nothing in the browser's console, no request
to another machine. What was seen is remembered by the code of strategy and data (`benchmarks/.proof`), so a tour can
be stopped and goes on later; `--again` forgets it, `--kept` visits nothing and tells what is kept. `--shots` keeps
a screenshot of each, and one sheet of all.
"""

import argparse
import json
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError
from tqdm import tqdm

from benchmarks.measuring import RESULTS, key, machine
from dashboard import links, words
from dashboard.choices import families, home
from tests.browser.conftest import FLAGS, NAMES, SIZE, complaint, foreign
from tests.browser.lab import Lab
from tests.browser.page import Play
from tests.browser.test_fitting import PAINTED
from tlcore import catalogue, scenarios
from tlcore.errors import DataUnavailable
from tlcore.runs.rows import OVER
from tlcore.runs.spec import RunSpec

MEMORY = Path(__file__).parent / ".proof" / "tour.jsonl"
PATIENCE = 600.0  # seconds for one strategy; other work may be going on beside
PAGE = 90_000  # milliseconds for anything on it to appear
BROKEN = ("undefined", "NaN", "[object", "null")
SHEET, SHOT = 4, (720, 450)  # screenshots in a row, and their size on the sheet


@dataclass(frozen=True)
class Seen:
    """What one strategy's page had in the end; `wrong` is empty when all of it was as it should be."""

    strategy: str
    data: str
    seconds: float  # from asking for the page until the run had ended
    headline: str
    target: str
    exhibits: list[str]
    wrong: list[str]


def tour(strategies: Sequence[str], shots: Path | None, again: bool) -> tuple[dict[str, Seen], str]:
    """What was seen of each strategy, now or earlier, and the browser's version."""
    known = {} if again else _remembered()
    specs = {strategy: home(strategy) for strategy in strategies}
    left = [strategy for strategy in strategies if _name(strategy) not in known]
    program = next(filter(None, map(shutil.which, NAMES)))
    MEMORY.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright, lab() as running, MEMORY.open("a", encoding="utf-8") as memory:
        expect.set_options(timeout=PAGE)
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        running.warm()
        for strategy in tqdm(left, unit=" strategies"):
            seen = visit(browser, running, specs[strategy], shots)
            known[_name(strategy)] = seen
            memory.write(json.dumps({"key": _name(strategy), **asdict(seen)}) + "\n")
            memory.flush()
        return {strategy: known[_name(strategy)] for strategy in strategies}, browser.version


@contextmanager
def lab() -> Iterator[Lab]:
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        try:
            lab.open()
            yield lab
        finally:
            lab.close()


def visit(browser: Browser, lab: Lab, spec: RunSpec, shots: Path | None) -> Seen:
    """One strategy in a browser that has never been here."""
    context = browser.new_context(viewport=SIZE, color_scheme="light")
    context.set_default_timeout(PAGE)
    page, wrong, began = context.new_page(), list[str](), time.monotonic()
    page.on("pageerror", lambda error: wrong.append(f"error on the page: {error}"))
    page.on("console", lambda message: wrong.extend(complaint(message)))
    page.on("request", lambda request: wrong.extend(foreign(request.url)))
    play = Play(page, lab.address)
    seconds, told = 0.0, {"headline": "", "target": "", "exhibits": []}
    try:
        _run(play, lab, spec)
        seconds = time.monotonic() - began
        told = page.evaluate(TOLD)
        wrong += [*_missing(play, spec), *_unexplained(lab.newest().metrics)]
        if shots:
            shots.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=shots / f"{spec.strategy}.png")
    except (BrowserError, AssertionError) as error:
        wrong.append(str(error).split("\n")[0])
    finally:
        context.close()
        lab.rest()
    return Seen(spec.strategy, words.dialled(spec.completed()), seconds, wrong=wrong, **told)


def _run(play: Play, lab: Lab, spec: RunSpec) -> None:
    """Open the link, and wait until its run has ended and is drawn to its last step."""
    known = len(lab.store.runs())
    play.open(f"/?{links.query(spec)}")
    play.page.wait_for_timeout(1500)
    if len(lab.store.runs()) == known:  # a run that takes longer than a moment is not started unasked
        play.run_button.click()
    deadline = time.monotonic() + PATIENCE
    while len(lab.store.runs()) == known or lab.newest().status not in OVER:
        assert time.monotonic() < deadline, f"not finished within {PATIENCE:g} s"
        time.sleep(0.2)
    run = lab.newest()
    assert run.status == "finished", f"{run.status}: {run.error}"
    assert run.spec.completed() == spec.completed(), f"another run was started: {links.query(run.spec)}"
    play.until("d.run === String(given[0]) && d.status === 'finished' && +d.last === given[1]", [run.id, run.step])
    play.until("+d.frames >= 2")
    play.until_drawn("Accuracy", 2)
    play.page.wait_for_timeout(400)  # the last move of the map, and the last drawing of the curves


def _missing(play: Play, spec: RunSpec) -> Iterator[str]:
    """What should be on the page and is not, or is and should not be."""
    page, card = play.page, catalogue.strategy(spec.strategy)["card"]
    scenario = catalogue.scenario(spec.scenario)
    if play.points("Loss") < 2:
        yield "no curves in the chart of losses"
    if page.evaluate(f"() => ({PAINTED})()") < 10:
        yield "the big picture is empty"
    if page.locator(".st-key-flow svg rect").count() < 2:
        yield "no sketch"
    shown = set(page.evaluate(TOLD)["exhibits"])
    due = {*card["exhibits"], *(["An episode"] if scenario["exam"] == "episodes" else [])}
    if scenario["kind"] == "points":
        due = {title for title in due if "images" not in title}  # there are none
    if shown != due:
        yield f"special views {sorted(shown)} instead of {sorted(due)}"
    yield from (f"not drawn: {title}" for title in page.evaluate(EMPTY))
    if scenario["kind"] != "points":
        play.tab("Samples").click()
        if play.stage.get_by_role("listitem").count() < 10:
            yield "no samples"
        play.tab("Feature map").click()
    yield from (f"it says: {text}" for text in page.get_by_role("alert").all_inner_texts())
    said = f"{play.stage.inner_text()} {page.locator('[data-testid=stSidebar]').inner_text()}"
    yield from (f"'{word}' in a text" for word in BROKEN if word in said)
    if _scrolls(page):
        yield "the page scrolls"


def _unexplained(metrics: Mapping[str, float]) -> list[str]:
    """What an exam tells has to stand in the page's glossary."""
    return [f"no words for {name}" for name in metrics if name not in words.MEASURES and not name.endswith("_loss")]


def _scrolls(page: Page) -> bool:
    over = "box => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight"
    return bool(page.evaluate(f"() => ({over})(document.querySelector('[data-testid=stMain]'))"))


TOLD = """() => {
  const [stage, text] = [document.querySelector("[data-testid=stage]"), element => element?.innerText.trim() ?? ""]
  const target = [...stage.querySelectorAll(".tl-figure")].find(figure => text(figure).startsWith("Target"))
  const views = [...stage.querySelectorAll(".tl-exhibit")].filter(view => view.checkVisibility())
  return {
    headline: text(stage.querySelector("h2")), target: text(target?.querySelector(".tl-number")),
    exhibits: views.map(view => view.ariaLabel),
  }
}"""

# Special views without a drawing, or with one that nobody can see.
EMPTY = """() => [...document.querySelectorAll(".tl-exhibit")].filter(view => {
  const body = view.querySelector("[role=img]")
  return !body || body.clientHeight < 20 || body.clientWidth < 60 || /not drawn/.test(body.ariaLabel)
}).map(view => view.ariaLabel)"""


def _name(strategy: str) -> str:
    """Changes with the code of a strategy and of its data, and with its promise."""
    return key(home(strategy).completed())


def _remembered() -> dict[str, Seen]:
    if not MEMORY.is_file():
        return {}
    told = [json.loads(line) for line in MEMORY.read_text(encoding="utf-8").splitlines()]
    return {each.pop("key"): Seen(**each) for each in told if not each["wrong"]}


def can(strategy: str) -> bool:
    """Whether the data of its promise is on this machine."""
    try:
        scenarios.find(home(strategy).scenario).preview(count=1)
    except DataUnavailable:
        return False
    return True


def report(seen: dict[str, Seen], away: Sequence[str], chromium: str) -> str:
    """The table, family by family as on the page."""
    rows = [_row(seen[strategy]) for strategy in seen]
    fine = sum(not each.wrong for each in seen.values())
    versions = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "plotly", "playwright"))
    without = [f"Not visited as they are now, or for want of their data: {', '.join(away)}.", ""] if away else []
    return "\n".join([
        "# Every strategy once in a browser", "",
        "`python -m benchmarks.tour --write`; what is looked for is said at the top of `benchmarks/tour.py`.", "",
        f"{fine} of {len(seen)} as they should be: run to the end from their link, with curves, picture, sketch and "
        "every special view of their card, without a word of an error on the page or in the console.", "", *without,
        "| strategy | on | time | target | special views | what the page says in the end | as it should be |",
        "|---|---|---|---|---|---|---|", *rows, "",
        "Time is from asking for the page until the run had ended, on a machine with other work; 2-D points are "
        "stretched to eight seconds. One run each: how good a strategy is, is said in the table of the proof.", "",
        f"{versions}, Chromium {chromium}. {machine()}", "",
    ])  # fmt: skip


def _row(seen: Seen) -> str:
    title = catalogue.strategy(seen.strategy)["card"]["title"]
    cells = [f"{title} (`{seen.strategy}`)", seen.data, words.duration(round(seen.seconds)), seen.target]
    cells += [", ".join(seen.exhibits) or "–", seen.headline, f"**{'; '.join(seen.wrong)}**" if seen.wrong else "yes"]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def sheet(shots: Path) -> None:
    """All screenshots on one picture."""
    files = sorted(file for file in shots.glob("*.png") if file.stem != "sheet")
    wide, high = SHOT
    whole = Image.new("RGB", (SHEET * wide, -(-len(files) // SHEET) * high), "white")
    for k, file in enumerate(files):
        whole.paste(Image.open(file).convert("RGB").resize(SHOT), (k % SHEET * wide, k // SHEET * high))
    whole.save(shots / "sheet.png")


def main() -> None:
    parser: Any = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("strategies", nargs="*", metavar="KEY")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, so that no server is left behind
    every = [strategy for keys in families().values() for strategy in keys]
    wanted = options.strategies or every
    known = _remembered()
    away = [each for each in wanted if not can(each) or (options.kept and _name(each) not in known)]
    seen, chromium = tour([each for each in wanted if each not in away], options.shots, options.again)
    text = report(seen, away, chromium)
    print(text)
    if options.shots:
        sheet(options.shots)
    if options.write:
        (RESULTS / "tour.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
