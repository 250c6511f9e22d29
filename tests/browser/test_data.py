"""The Data page: somebody brings a folder of images, looks at it, and trains on it."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tests.browser.test_fitting import DARK, LIGHT, brightness
from tlcore.library import shelf
from tlcore.runs import chores

CLASSES = ("blot", "bar")
EACH = 12


@pytest.fixture
def library(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """This test sees the data folder of the lab, as it was left by no other test."""
    monkeypatch.setenv("TLCORE_DATA", str(lab.data))
    for key in shelf.entries():
        shelf.remove(key)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two domains of two classes: dark marks on light paper, and light ones on dark."""
    random = np.random.default_rng(0)
    for domain, ground in (("day", 230), ("night", 25)):
        for name in CLASSES:
            (tmp_path / "marks" / domain / name).mkdir(parents=True)
            for number in range(EACH):
                image = np.full((40, 40, 3), ground, dtype=np.uint8)
                x, y = random.integers(4, 20, size=2)
                image[y : y + (14 if name == "blot" else 4), x : x + 14] = 255 - ground - random.integers(0, 20)
                Image.fromarray(image).save(tmp_path / "marks" / domain / name / f"{number}.png")
    return tmp_path / "marks"


def section(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()


def galleries(page: Page) -> tuple[int, int]:
    """How many thumbnails each of the two shows."""
    both = [page.get_by_role("list", name=role).get_by_role("listitem") for role in ("Source:", "Target:")]
    return both[0].count(), both[1].count()


def test_a_folder_is_checked_kept_looked_at_and_opened_on_play(
    lab: Lab, play: Play, library: None, pictures: Path
) -> None:
    page = play.page
    page.goto(f"{lab.address}/data?d=shapes")
    section(page, "Bring your own")
    page.get_by_label("Path", exact=True).fill(str(pictures))
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text("48 images")).to_be_visible()
    assert not shelf.entries()  # nothing is kept before somebody says so
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Look at it").click()
    gallery = page.get_by_test_id("gallery")
    expect(gallery).to_be_visible()
    assert galleries(page) == (24, 24)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    gallery.get_by_role("button", name="bar", exact=True).click()
    expect(gallery).to_have_attribute("data-class", "bar")
    assert galleries(page) == (EACH, EACH)
    assert [
        each for each in asked if "/api/" not in each
    ] == []  # a click on a gallery is none of the server's business
    page.get_by_role("link", name="Open on Play").click()
    expect(play.chip("Day → night")).to_be_checked()
    assert "d=marks" in page.url


@pytest.mark.slow
def test_an_upload_that_is_discarded_leaves_nothing_behind(lab: Lab, play: Play, library: None, pictures: Path) -> None:
    archive = pictures.parent / "marks.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(pictures.rglob("*.png")):
            packed.write(file, file.relative_to(pictures.parent))
    page = play.page
    page.goto(f"{lab.address}/data?d=shapes")
    section(page, "Bring your own")
    page.set_input_files("input[type=file]", archive)
    discard = page.get_by_role("button", name="Discard")
    discard.click()
    expect(discard).to_be_hidden()
    until(lambda: not chores.chores("check"), "nothing is left")
    assert not shelf.entries()
    assert not list((lab.data / "library").rglob("000001.*"))


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_drawn_in_both_themes(lab: Lab, play: Play, theme: str) -> None:
    play.page.emulate_media(color_scheme=theme)
    play.page.goto(f"{lab.address}/data?d=shapes")
    expect(play.page.get_by_test_id("gallery")).to_be_visible()
    ground, ink = (brightness(play.page, ".tg", name) for name in ("backgroundColor", "color"))
    dark, light = (ground, ink) if theme == "dark" else (ink, ground)
    assert dark < DARK and light > LIGHT
