"""For whoever wants no motion: no page plays by itself, nothing glides, and the recorded run is there at its end."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.present import scenes as deck
from dashboard.present.scenes import Scene
from dashboard.replaying import page as replay
from tests.browser.conftest import PATIENCE, SIZE
from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tests.browser.test_accessible import LINKS, opened
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec

# Seconds that any element, or what stands before or after it, would take to move; with its name if that is to be seen.
MOVING = """() => {
  const seconds = each => parseFloat(each) * (each.trim().endsWith("ms") ? 0.001 : 1)
  const long = list => list.split(",").some(each => seconds(each) > 0.001)
  const named = style => style.animationName !== "none" && long(style.animationDuration)
  const moves = style => long(style.transitionDuration) || named(style)
  const found = document.getAnimations().filter(each => each.playState === "running").map(each => `running: ${each.id}`)
  for (const each of document.querySelectorAll("body, body *"))
    for (const part of [null, "::before", "::after"])
      if (moves(getComputedStyle(each, part))) found.push(`${each.tagName}.${each.className}${part ?? ""}`)
  return found
}"""
A_FEW_WORDS = 0.003  # of the screen, such as "2 min ago"


@pytest.fixture(scope="module")
def calm(context: BrowserContext) -> Iterator[BrowserContext]:
    assert context.browser is not None
    calm = context.browser.new_context(viewport=SIZE, reduced_motion="reduce")
    calm.set_default_timeout(PATIENCE)
    yield calm
    calm.close()


@pytest.fixture(scope="module")
def shown(lab: Lab) -> Run:
    """A run that has ended, with a scene of it."""
    lab.warm()
    run = lab.submit(RunSpec("dann", "moons", steps=200))
    until(lambda: lab.store.run(run.id).status in OVER, "the run has ended")
    deck.pin(lab.store, Scene(run.id, 200, "input", "The end"))
    return run


def still(page: Page) -> None:
    """Nothing on the page would take its time to move; and once what was on its way has come, nothing changes."""
    assert page.evaluate(MOVING) == []
    changed, now = 1.0, _pixels(page)
    for _ in range(5):  # of 1.5 seconds: shorter than the recorded run, and than a scene that plays
        page.wait_for_timeout(1500)
        before, now = now, _pixels(page)
        changed = (now != before).any(2).mean()
        if changed < A_FEW_WORDS:
            return
    raise AssertionError(f"{changed:.1%} of the page still changes.")


def _pixels(page: Page) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"))


@pytest.mark.slow
@pytest.mark.parametrize("name", LINKS)
def test_nothing_moves_by_itself(name: str, lab: Lab, shown: Run, calm: BrowserContext) -> None:
    page = opened(calm, lab, LINKS[name].format(run=shown.id))
    still(page)
    page.close()


@pytest.mark.slow
def test_a_run_in_a_file_stands_still(lab: Lab, shown: Run, calm: BrowserContext, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    file.write_bytes(replay(lab.store, shown.id, deck.scenes(lab.store)))
    page = calm.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready=true]")
    still(page)
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("heading", name="The end", exact=True)).to_be_visible()
    still(page)
    page.close()


@pytest.mark.slow
def test_the_recorded_run_is_there_at_its_end(lab: Lab, calm: BrowserContext) -> None:
    page = calm.new_page()
    play = Play(page, lab.address)
    page.add_init_script("""window.steps = []
        setInterval(() => { const d = document.querySelector("[data-testid=stage]")?.dataset
          if (d?.mode === "replay" && +d.frames) window.steps.push(d.step) }, 20)""")
    play.open("/?d=blobs&s=source-only&seed=977")
    play.until("+d.frames > 0")
    page.wait_for_timeout(1000)
    assert len(set(page.evaluate("window.steps"))) <= 1
    page.close()
