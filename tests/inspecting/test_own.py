"""Somebody's own picture becomes what the run was trained on, or a sentence."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tlcore.errors import DataUnavailable, RequestError
from tlcore.inspecting.own import fitted

BARS = np.zeros((10, 1, 8, 8), dtype=np.uint8)  # light bars on dark, six pixels high, in the middle
BARS[:, :, 1:7, 3:5] = 250


def saved(place: Path, image: Image.Image, name: str = "own.png") -> Path:
    image.save(place / name)
    return place / name


def drawing(paper: int, ink: int, box: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("L", (160, 160), paper)
    ImageDraw.Draw(image).rectangle(box, fill=ink)
    return image


def test_a_small_mark_in_a_corner_is_centred_enlarged_and_turned(tmp_path: Path) -> None:
    made = fitted(saved(tmp_path, drawing(255, 0, (5, 5, 14, 34))), "mine", BARS, drawn=True)
    assert made.pixels.shape == (1, 8, 8)
    assert len(made.remarks) == 2 and made.remarks[0].endswith("light on dark.")
    ink = made.pixels[0] > 120
    assert list(np.flatnonzero(ink.any(1))) == [1, 2, 3, 4, 5, 6]
    assert list(np.flatnonzero(ink.any(0))) == [3, 4]


def test_a_picture_keeps_its_place_and_its_light_where_that_fits(tmp_path: Path) -> None:
    made = fitted(saved(tmp_path, drawing(0, 255, (0, 80, 79, 159))), "mine", BARS)
    assert made.remarks == ()
    assert made.pixels[0, 6, 1] == 255 and made.pixels[0, 1, 1] == 0


def test_pale_images_on_grey_are_light_on_dark_as_well(tmp_path: Path) -> None:
    """Half of them are bars on black, half pale ones on grey: both are lighter than their ground."""
    pale = (100 + BARS / 5).astype(np.uint8)
    made = fitted(saved(tmp_path, drawing(255, 0, (40, 20, 60, 140))), "mine", np.concatenate([BARS, pale]), drawn=True)
    assert len(made.remarks) == 2


def test_where_the_data_has_no_rule_nothing_is_turned(tmp_path: Path) -> None:
    both = np.concatenate([BARS, 255 - BARS])
    assert fitted(saved(tmp_path, drawing(255, 0, (40, 20, 60, 140))), "mine", both).remarks == ()


def test_colours_stay_where_the_data_has_some(tmp_path: Path) -> None:
    like = np.random.default_rng(0).integers(0, 255, (5, 3, 16, 16), dtype=np.uint8)
    made = fitted(saved(tmp_path, Image.new("RGB", (40, 20), (200, 30, 10))), "mine", like)
    assert made.pixels.shape == (3, 16, 16)
    assert made.pixels[:, 8, 8].tolist() == [200, 30, 10]


def test_nothing_drawn_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="nothing drawn yet"):
        fitted(saved(tmp_path, Image.new("L", (90, 90), 255)), "mine", BARS, drawn=True)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(40), b"MZ not an image at all", b"<svg/>"])
def test_a_hostile_upload_is_a_sentence_without_a_path(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.png"
    file.write_bytes(content)
    with pytest.raises(DataUnavailable, match=r"'cat\.png' cannot be read as an image") as refused:
        fitted(file, "cat.png", BARS)
    assert str(tmp_path) not in str(refused.value)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    file = saved(tmp_path, Image.new("1", (9000, 9000)))
    with pytest.raises(DataUnavailable, match="more than 60,000,000 pixels"):
        fitted(file, "bomb.png", BARS)
