"""A listing reads any image as the eye sees it, and changes its fingerprint when an image changes."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tlcore.errors import DataUnavailable
from tlcore.library.listing import FileListing, Joined, Part

Pixels = np.ndarray


def ramp(wide: int = 40, high: int = 30) -> Pixels:
    """Colours (H, W, 3) that tell left from right and top from bottom."""
    across, down = np.meshgrid(np.linspace(0, 255, wide), np.linspace(0, 255, high))
    return np.stack([across, down, np.full_like(down, 40)], axis=2).astype(np.uint8)


def listing(folder: Path) -> FileListing:
    return FileListing("d", {each.name: each.iterdir() for each in sorted(folder.iterdir())})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, count in (("cat", 3), ("dog", 2)):
        (tmp_path / "d" / name).mkdir(parents=True)
        for k in range(count):
            Image.fromarray(np.full((20, 24, 3), 10 * k, np.uint8)).save(tmp_path / "d" / name / f"{k}.png")
    return tmp_path / "d"


def test_rows_go_by_class_and_name(folder: Path) -> None:
    found = listing(folder)
    assert found.classes == ("cat", "dog") and found.labels.tolist() == [0, 0, 0, 1, 1]
    assert [int(np.asarray(found.read(row))[0, 0, 0]) for row in range(5)] == [0, 10, 20, 0, 10]
    assert found.told(3).endswith("dog/0.png'")


def test_parts_of_parts_and_several_in_a_row(folder: Path) -> None:
    whole = listing(folder)
    whole.twins = np.array([7, -1, -1, 7, -1])
    part = whole.at(np.array([4, 2, 0])).at(slice(1, None))
    assert part.labels.tolist() == [0, 0] and part.twins is not None and part.twins.tolist() == [-1, 7]
    assert np.asarray(part.read(0))[0, 0, 0] == 20 and part.told(1).endswith("cat/0.png'")
    both = Joined("both", [whole, part])
    assert both.labels.tolist() == [0, 0, 0, 1, 1, 0, 0] and len(both) == 7
    assert [int(np.asarray(both.read(row))[0, 0, 0]) for row in (4, 5, 6)] == [10, 20, 0]
    assert len({each.fingerprint for each in (whole, part, both, Part(whole, np.array([0, 2])))}) == 4


def test_a_fingerprint_is_of_names_sizes_times_and_classes(folder: Path, tmp_path: Path) -> None:
    before = listing(folder).fingerprint
    assert listing(folder.rename(tmp_path / "moved")).fingerprint == before
    (tmp_path / "moved").rename(folder)
    os.utime(folder / "cat" / "1.png", (1, 1))
    touched = listing(folder).fingerprint
    (folder / "cat" / "2.png").rename(folder / "dog" / "2.png")
    assert len({before, touched, listing(folder).fingerprint}) == 3
    seen = listing(folder)
    (folder / "dog" / "2.png").unlink()
    with pytest.raises(DataUnavailable, match=r"dog/2.png' of d is gone .*import the folder again"):
        _ = seen.fingerprint


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_stands_as_it_was_taken(tmp_path: Path, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    upright = Image.fromarray(ramp())
    turned = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]
    lying = upright if turned is None else upright.transpose(Image.Transpose(turned))
    (tmp_path / "c").mkdir()
    lying.save(tmp_path / "c" / "1.png", exif=exif)
    assert np.array_equal(np.asarray(listing(tmp_path).read(0)), ramp())


def as_mode(mode: str) -> tuple[Image.Image, str]:
    grey = Image.fromarray(ramp()[..., 0])
    if mode == "I;16":
        return Image.fromarray(ramp()[..., 0].astype(np.uint16) * 257), "png"
    if mode == "F":
        return Image.fromarray(ramp()[..., 0].astype(np.float32) / 255), "tiff"
    if mode == "CMYK":
        return Image.fromarray(ramp()).convert("CMYK"), "tiff"
    if mode in ("RGBA", "LA"):
        image = (Image.fromarray(ramp()) if mode == "RGBA" else grey).convert(mode)
        clear = Image.new("L", image.size, 255)
        clear.paste(0, (0, 0, 10, 30))
        image.putalpha(clear)
        return image, "png"
    return (grey if mode in ("L", "1") else Image.fromarray(ramp())).convert(mode), "png"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_every_kind_of_image_becomes_eight_bits_of_grey_or_colour(tmp_path: Path, mode: str) -> None:
    (tmp_path / "c").mkdir()
    image, suffix = as_mode(mode)
    image.save(tmp_path / "c" / f"1.{suffix}")
    seen = listing(tmp_path).read(0)
    assert seen.mode in ("L", "RGB") and seen.size == (40, 30)
    values = np.asarray(seen.convert("RGB")).astype(int)
    if mode != "1":
        near = {"P": 24, "CMYK": 4}.get(mode, 1)
        colour = mode in ("RGB", "RGBA", "P", "CMYK")
        wanted = ramp().astype(int) if colour else ramp()[..., :1].repeat(3, 2).astype(int)
        assert np.abs(values - wanted)[:, 12:].mean() <= near
    if mode in ("RGBA", "LA"):
        assert (values[:, :10] == 255).all(), "what is transparent lies on white"


def test_a_large_photograph_is_decoded_small(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    Image.fromarray(ramp(1600, 1200)).save(tmp_path / "c" / "1.jpg")
    assert listing(tmp_path).read(0).size == (1600, 1200)
    assert listing(tmp_path).read(0, near=64).size == (200, 150), "the smallest eighth that holds 128 pixels"


@pytest.mark.parametrize("damage", ["empty", "text", "cut"])
def test_what_is_no_image_is_one_sentence(tmp_path: Path, damage: str) -> None:
    (tmp_path / "c").mkdir()
    file = tmp_path / "c" / "1.jpg"
    Image.fromarray(ramp(400, 300)).save(file)
    content = {"empty": b"", "text": b"no image", "cut": file.read_bytes()[:900]}[damage]
    file.write_bytes(content)
    with pytest.raises(DataUnavailable, match=r"c/1.jpg' cannot be read as an image \(.+\)\.$"):
        listing(tmp_path).read(0)


def test_a_failing_disk_is_no_fault_of_the_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c").mkdir()
    Image.fromarray(ramp()).save(tmp_path / "c" / "1.png")
    found = listing(tmp_path)

    def failing(row: int) -> Image.Image:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(found, "opened", failing)
    with pytest.raises(OSError, match="Input/output"):
        found.read(0)
