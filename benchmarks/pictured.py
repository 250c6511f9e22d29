"""Pictures of every page, in both themes, and a short tour, taken from the real app.

    python -m benchmarks.pictured [PAGE ...] [--tour]

Without a page's name: all of them and the tour. They go to `docs/images`, where the README shows them. The lab has a
store of its own, with a run of DANN on moons and the two runs that a comparison needs, trained here.
"""

import argparse
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS, NAMES, SIZE
from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tlcore.runs.rows import OVER
from tlcore.runs.spec import RunSpec

IMAGES = Path(__file__).parents[1] / "docs" / "images"
THEMES = ("light", "dark")
PATIENCE = 120_000  # milliseconds
QUIET = 1500  # milliseconds without a skeleton or a spinner, after which a page counts as drawn
FRAMES, APART, WIDTH = 60, 200, 960  # the tour: how many pictures, milliseconds between them, pixels across
WAITS = "[data-testid=stSkeleton], [data-testid=stSpinner], [data-testid=stStatusWidget], [data-testid=stProgress]"


def pages(run: int) -> Mapping[str, str]:
    """Every page by name, and its address."""
    return {
        "play": f"/?run={run}",
        "lessons": "/lessons",
        "lesson": "/?lesson=7",
        "compare": "/compare",
        "inspect": f"/inspect?run={run}",
        "shift": "/shift",
        "data": "/data",
        "runs": "/runs",
        "present": f"/?run={run}&present=1",
    }


@contextmanager
def lab() -> Iterator[tuple[Lab, int]]:
    """A lab whose runs have ended, and the one to show."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        try:
            lab.open()
            lab.warm()
            specs = [
                RunSpec(key, "moons", seed=seed) for seed in (1, 2) for key in ("source-only", "deep-coral", "dann")
            ]
            shown = [lab.submit(spec) for spec in (*specs, RunSpec("dann", "moons", steps=1200))][-1]
            until(lambda: all(run.status in OVER for run in lab.store.runs()), "all runs have ended", PATIENCE / 1000)
            yield lab, shown.id
        finally:
            lab.close()


def settled(page: Page) -> None:
    """Wait until nothing of a page is on its way any more."""
    expect(page.get_by_test_id("stAppViewContainer")).to_be_visible(timeout=PATIENCE)
    quiet = 0
    while quiet < QUIET:
        page.wait_for_timeout(250)
        quiet = 0 if page.locator(WAITS).count() else quiet + 250


def pictures(browser: Browser, lab: Lab, run: int, wanted: list[str]) -> None:
    for theme in THEMES:
        context = browser.new_context(viewport=SIZE, color_scheme=theme)
        context.set_default_timeout(PATIENCE)
        for name, link in pages(run).items():
            if wanted and name not in wanted:
                continue
            page = context.new_page()
            page.goto(lab.address + link)
            settled(page)
            measure = page.get_by_role("button", name="Measure")
            if name == "shift" and measure.count():  # what was measured once is there
                measure.click()
                settled(page)
            saved(Image.open(io.BytesIO(page.screenshot())), f"{name}-{theme}.png")
            page.close()
        context.close()


def saved(image: Image.Image, name: str) -> None:
    """As few bytes as 256 colours take: these pictures are part of the repository."""
    IMAGES.mkdir(exist_ok=True)
    image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)
    print(f"{name}: {(IMAGES / name).stat().st_size / 1000:.0f} kB", flush=True)


def tour(browser: Browser, lab: Lab) -> None:
    """The first minute of a visit: a run under way, the feature map, the layers, the timeline back to the start."""
    context = browser.new_context(viewport=SIZE, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    play = Play(context.new_page(), lab.address)
    run = lab.submit(RunSpec("dann", "moons", steps=1200), pace=120)
    play.open(lab.link(run))
    play.until_live(run.id)
    taken = list(taken_of(play.page, FRAMES))
    for view in ("Feature map", "Layers"):
        play.tab(view).click()
        taken += taken_of(play.page, FRAMES // 6)
    context.close()
    small = [
        frame.resize((WIDTH, WIDTH * SIZE["height"] // SIZE["width"]), Image.Resampling.LANCZOS) for frame in taken
    ]
    palette = small[len(small) // 2].quantize(256, dither=Image.Dither.NONE)
    flat = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    path = IMAGES / "tour.gif"
    flat[0].save(path, save_all=True, append_images=flat[1:], duration=APART, loop=0, optimize=True)
    print(f"tour.gif: {path.stat().st_size / 1e6:.1f} MB", flush=True)


def taken_of(page: Page, count: int) -> Iterator[Image.Image]:
    for _ in range(count):
        yield Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        page.wait_for_timeout(APART)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("pages", nargs="*", help=f"only these: {', '.join(pages(0))}")
    parser.add_argument("--tour", action="store_true", help="only the tour")
    chosen = parser.parse_args()
    if strange := set(chosen.pages) - set(pages(0)):
        parser.error(f"no such page: {', '.join(sorted(strange))}")
    program = next(filter(None, map(shutil.which, NAMES)))
    with lab() as (there, run), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        if not chosen.tour:
            pictures(browser, there, run, chosen.pages)
        if chosen.tour or not chosen.pages:
            tour(browser, there)
        browser.close()


if __name__ == "__main__":
    main()
