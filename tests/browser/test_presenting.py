"""A run in a file opens with the network off; scenes are pinned, ordered, presented and taken along."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.present import scenes as deck
from dashboard.present.scenes import Scene
from dashboard.replaying import page as replay
from tests.browser.lab import Lab, until
from tests.browser.page import TIMELINE, Play
from tlcore.runs.processes import Process
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

HERE = ("file:", "data:", "blob:")
MOST = 4_000_000  # bytes of a file with one run of points and Plotly


@pytest.fixture
def offline(context: BrowserContext) -> Iterator[Page]:
    """A tab of a browser without a network; nothing may be asked for, and no script may fail."""
    browser: Browser | None = context.browser
    assert browser is not None
    alone = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    alone.set_default_timeout(60_000)
    troubles: list[str] = []
    tab = alone.new_page()
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("console", lambda said: troubles.extend([said.text] if said.type == "error" else []))
    tab.on("request", lambda asked: troubles.extend([] if asked.url.startswith(HERE) else [asked.url]))
    yield tab
    alone.close()
    assert not troubles


# Whether a presentation's ground is as light or dark as its theme.
GROUND = """theme => {
  const ground = getComputedStyle(document.querySelector("[data-testid=present]")).backgroundColor
  const light = ground.match(/\\d+/g).slice(0, 3).every(each => +each > 180)
  return light === (theme === "light")
}"""


def opened(tab: Page, file: Path) -> None:
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-ready=true]")


def trained(store: Store) -> Run:
    from tlcore.runs.engine import execute
    from tlcore.runs.steering import Control

    run = store.submit(RunSpec("dann", "moons", hparams={"steps": 60}, device="cpu"), holder=Process.me())
    store.ask(run.id, pace=60)  # so that it is looked at more than twice
    execute(store, run.id, Control())
    return store.run(run.id)


def test_a_run_in_a_file_replays_and_presents_without_a_network(offline: Page, tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.sqlite3")
    run = trained(store)
    scenes = [Scene(run.id, 0, "input", "Before"), Scene(run.id, run.steps, "map", "After")]
    file = tmp_path / "run.html"
    file.write_bytes(replay(store, run.id, scenes))
    store.close()
    assert file.stat().st_size < MOST
    opened(offline, file)
    stage = offline.get_by_test_id("stage")
    expect(stage).to_have_attribute("data-run", str(run.id))
    expect(stage).to_have_attribute("data-step", str(run.steps))
    for name in ("Accuracy", "Loss"):
        expect(offline.locator(f"section[aria-label={name}] .js-plotly-plot")).to_be_visible()
    offline.get_by_role("slider", name=TIMELINE).fill("0")
    expect(stage).to_have_attribute("data-step", "0")
    expect(stage.get_by_role("button", name="Restart")).to_be_hidden()
    expect(offline.locator("#about")).to_contain_text(f"{run.metrics['target_accuracy']:.4f}")
    offline.get_by_role("button", name="Present").click()
    show = offline.get_by_test_id("present")
    expect(show.get_by_role("heading", name="Before")).to_be_visible()
    expect(show).to_have_attribute("data-ready", "true")
    offline.keyboard.press("ArrowRight")
    expect(show.get_by_role("heading", name="After")).to_be_visible()
    expect(show).to_have_attribute("data-step", str(run.steps))
    assert small_letters(offline) == []
    offline.keyboard.press("Escape")
    expect(show).to_be_hidden()


def small_letters(tab: Page) -> list[str]:
    """What a presentation says in letters below 24 pixels."""
    found: list[str] = tab.evaluate("""() => [...document.querySelectorAll(".tl-present *")]
      .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
      .filter(each => parseFloat(getComputedStyle(each).fontSize) < 24 && each.checkVisibility())
      .map(each => `${each.className} ${each.textContent}`)""")
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_presenter_pins_three_scenes_orders_them_presents_and_takes_them_along(
    lab: Lab, new_tab: Callable[[], Play], offline: Page, tmp_path: Path
) -> None:
    run = trained(lab.store)
    for _ in deck.scenes(lab.store):
        deck.remove(lab.store, 0)
    play = new_tab()
    play.open(lab.link(run))
    play.until_shown(run.id)
    play.tab("Input space").click()
    for view, share in (("Input space", 0.0), ("Feature map", 0.5), ("Layers", 1.0)):
        play.tab(view).click()
        play.scrub(share)
        before = len(deck.scenes(lab.store))
        play.page.keyboard.press("m") if share == 0 else play.button("Pin this moment as a scene to present").click()
        play.page.wait_for_timeout(50)
        for _ in range(400):
            if len(deck.scenes(lab.store)) > before:
                break
            play.page.wait_for_timeout(50)
    assert [scene.view for scene in deck.scenes(lab.store)] == ["input", "map", "layers"]
    page = play.page
    page.get_by_role("button", name=re.compile("Present")).click()
    page.get_by_role("button", name="Scene 3 earlier").click()
    expect(page.get_by_text(re.compile(f"Run {run.id}, step .*, Layers"))).to_be_visible()
    page.get_by_label("Sentence of scene 1").fill("It begins")
    page.get_by_label("Sentence of scene 1").press("Enter")
    expect(page.get_by_role("button", name="Save as one HTML file")).to_be_visible()
    until(lambda: deck.scenes(lab.store)[0].sentence == "It begins", "the sentence is kept")
    expect(page.get_by_test_id("stStatusWidget")).to_be_hidden()  # the popover is drawn anew with that sentence
    page.wait_for_timeout(1000)
    with page.expect_download() as found:
        page.get_by_role("button", name="Save as one HTML file").click()
    file = tmp_path / "scenes.html"
    found.value.save_as(file)
    assert [scene.view for scene in deck.scenes(lab.store)] == ["input", "layers", "map"]
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Present").click()
    show = page.get_by_test_id("present")
    expect(show.get_by_role("heading", name="It begins")).to_be_visible()
    expect(show).to_have_attribute("data-ready", "true")
    assert small_letters(page) == []
    assert "present=1" in page.url
    keys = {"ArrowRight": "1", "End": "2", "ArrowLeft": "1", "Home": "0", "PageDown": "1"}
    for key, scene in keys.items():
        page.keyboard.press(key)
        expect(show).to_have_attribute("data-scene", scene)
    end = show.get_attribute("data-step")
    page.keyboard.press("Space")  # plays the run to the scene's own moment …
    page.wait_for_function("end => +document.querySelector('[data-testid=present]').dataset.step < +end", arg=end)
    page.keyboard.press("Space")  # … and back at once
    expect(show).to_have_attribute("data-step", str(end))
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(GROUND, arg=theme)
    page.keyboard.press("Escape")
    expect(play.stage).to_be_visible()
    expect(page).not_to_have_url(re.compile("present="))
    opened(offline, file)
    offline.get_by_role("button", name="Present").click()
    there = offline.get_by_test_id("present")
    expect(there.get_by_role("heading", name="It begins")).to_be_visible()
    for scene in ("1", "2"):
        offline.keyboard.press("ArrowRight")
        expect(there).to_have_attribute("data-scene", scene)
        assert small_letters(offline) == []
