"""The Inspect page in a browser: with the pointer, and with the keys alone."""

import re
import time

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tests.browser.test_fitting import DARK, LIGHT, brightness
from tests.dashboard.test_inspect_page import looks
from tlcore.runs import chores
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec


@pytest.fixture(scope="module")
def run(lab: Lab) -> Run:
    """A run with two looks, and a checkpoint that is none."""
    made = lab.store.submit(RunSpec("source-only", "printed-to-handwritten"))
    with lab.store.database.writing() as db:
        db.execute("UPDATE runs SET status = 'finished', step = 50, steps = 50 WHERE id = ?", (made.id,))
    lab.store.record(made.id, looks())
    lab.store.folder(made.id).mkdir(parents=True)
    (lab.store.folder(made.id) / "checkpoint.pt").write_bytes(b"torn")
    return made


def samples(page: Page) -> list[str]:
    return [each or "" for each in page.locator(".ti-samples").first.get_by_role("button").evaluate_all(
        "all => all.map(each => each.ariaLabel)")]  # fmt: skip


@pytest.mark.slow
def test_a_cell_opens_its_gallery_a_sample_its_neighbours_and_a_drawing_leaves_for_the_network(
    lab: Lab, play: Play, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLCORE_DATA", str(lab.data))
    page = play.page
    page.goto(f"{lab.address}/inspect?run={run.id}")
    cell = page.get_by_role("button", name="zero answered as one: 2 of 4, 50 %")
    page.get_by_role("button", name="zero answered as zero: 2 of 4, 50 %").focus()
    page.keyboard.press("ArrowRight")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("2 of 8 samples", exact=True)).to_be_visible()
    assert [each.partition(":")[0] for each in samples(page)] == ["target image 4", "target image 5"]
    page.get_by_role("button", name="target image 5").first.click()
    near = page.get_by_role("list", name="Nearest in the target").get_by_role("button")
    expect(near).to_have_count(3)
    near.first.click()
    expect(page.get_by_text("Sample 4")).to_be_visible()
    page.get_by_role("radio", name="Try your own").click()
    square = page.get_by_role("application")
    ask = page.get_by_role("button", name="Ask the network")
    expect(ask).to_be_disabled()
    square.focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_text("The pen is down.")).to_be_visible()
    ask.click()
    until(lambda: bool(chores.chores("own")), "the network is asked")
    (asked,) = chores.chores("own")
    with Image.open(asked.folder / "own.bin") as drawn:
        ink = np.asarray(drawn.convert("L")) < 128
    assert 22 * 22 / 2 < ink.sum() < 22 * 60  # three short strokes of the pen, around the middle
    assert ink[140:160, 130:150].any() and not ink[:100].any()
    for chore in chores.chores():
        chores.discard(chore)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_drawn_in_both_themes(lab: Lab, play: Play, run: Run, theme: str) -> None:
    play.page.emulate_media(color_scheme=theme)
    play.page.goto(f"{lab.address}/inspect?run={run.id}")
    expect(play.page.get_by_role("grid")).to_be_visible()
    ground = brightness(play.page, ".stApp", "backgroundColor")
    ink = brightness(play.page, ".ti-matrix", "color")
    dark, light = (ground, ink) if theme == "dark" else (ink, ground)
    assert dark < DARK and light > LIGHT


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_from_play_to_inspect_and_away_with_the_model(lab: Lab, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLCORE_DATA", str(lab.data))
    lab.warm()
    trained = lab.submit(RunSpec("source-only", "printed-to-handwritten", steps=40))
    until(lambda: lab.store.run(trained.id).status in OVER, "the run has ended")
    page = play.page
    play.open(lab.link(trained))
    play.until_shown(trained.id)
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile(rf"/inspect\?run={trained.id}$"))
    expect(page.get_by_role("grid")).to_be_visible()
    page.get_by_role("button", name="Model", exact=True).click()
    page.get_by_role("button", name="Prepare").click()
    with page.expect_download(timeout=120_000) as taken:
        page.get_by_role("button", name=re.compile(r"^.*Save .*safetensors \(")).click(timeout=120_000)
    assert taken.value.path().stat().st_size > 4 * 10_000  # bytes of the weights
    page.go_back()
    expect(play.stage).to_be_visible()
    page.get_by_role("button", name=re.compile("^Inspect")).first.click()
    expect(page).to_have_url(re.compile(rf"/inspect\?run={trained.id}$"))
    for chore in chores.chores():
        chores.discard(chore)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_picture_of_ones_own_is_drawn_uploaded_or_photographed(
    lab: Lab, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLCORE_DATA", str(lab.data))
    lab.warm()
    trained = lab.submit(RunSpec("source-only", "printed-to-handwritten", steps=300))
    until(lambda: lab.store.run(trained.id).status in OVER, "the run has ended")
    page = play.page
    page.goto(f"{lab.address}/inspect?run={trained.id}")
    page.get_by_role("radio", name="Try your own").click()
    box = page.get_by_role("application").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.85 * box["height"], steps=8)
    page.mouse.up()
    ask, answer = page.get_by_role("button", name="Ask the network"), page.get_by_role("heading", name="sure").first
    ask.click()
    expect(answer).to_have_text(re.compile("^1, "), timeout=120_000)  # one straight line
    expect(page.get_by_text("The drawing was centred")).to_be_visible()

    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "holiday.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    ask.click()
    expect(page.get_by_text("'holiday.png' cannot be read as an image: choose a JPEG")).to_be_visible()
    expect(answer).to_be_hidden()

    page.context.grant_permissions(["camera"])
    page.get_by_role("radio", name="Camera").click()
    page.wait_for_function("document.querySelector('video')?.readyState === 4")  # dark, it takes none
    page.get_by_role("button", name="Take Photo").click()
    began = time.monotonic()
    ask.click()
    expect(answer).to_be_visible()
    assert time.monotonic() - began < 15  # an aim of three seconds, beside whatever else goes on here
    expect(page.get_by_text("The network saw 8 × 8 pixels, grey.")).to_be_visible()
    for chore in chores.chores():
        chores.discard(chore)
