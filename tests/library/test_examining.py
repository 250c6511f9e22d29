"""The check says what is there, what cannot be read, what is doubled, and what leaks."""

import io
import json
import struct
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from PIL import Image

from tests.library.packing import laid, pets, picture
from tlcore.errors import DataUnavailable
from tlcore.library import duplicates, opening
from tlcore.library.examining import examine
from tlcore.library.layout import found

BLACK = Image.new("L", (40, 30))


def report(folder: Path, files):
    return examine(found(laid(folder, files), "mine"))


def warned(about, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in about.warnings)


def saved(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def test_what_is_there_is_counted(tmp_path):
    files = pets(2, 10) | {f"domain0/cat/big{number}.png": picture(100 + number, (64, 48)) for number in range(3)}
    told = report(tmp_path, files).as_json()
    assert json.loads(json.dumps(told))["images"] == 43
    assert {name: each["classes"] for name, each in told["domains"].items()} == {
        "domain0": {"cat": 13, "dog": 10}, "domain1": {"cat": 10, "dog": 10}
    }  # fmt: skip
    sizes = told["domains"]["domain0"]["sizes"]
    assert (sizes["smallest"], sizes["median"], sizes["largest"], sizes["side"]) == ((24, 20), (24, 20), (64, 48), 20)
    assert told["classes"] == ["cat", "dog"]
    assert told["bytes"] == sum(map(len, files.values()))
    assert (told["unreadable"], told["duplicates"], told["warnings"]) == ([], [], [])


def test_thumbnails_are_twelve_from_all_classes(tmp_path):
    told = report(tmp_path, pets(2, 10)).as_json()["thumbnails"]
    assert {name: len(some) for name, some in told.items()} == {"domain0": 12, "domain1": 12}
    assert sum("cat" in each["file"] for each in told["domain0"]) == 6
    assert all((tmp_path / each["path"]).is_file() for each in told["domain1"])


def _bomb() -> bytes:
    """A small PNG that claims 3.6 gigapixels."""
    header, small = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), picture()
    return small[:16] + header + struct.pack(">I", crc32(b"IHDR" + header)) + small[33:]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jpg", b"", "empty"), ("a.jpg", b"<html>no", "HTML"), ("a.png", b"MZ" + bytes(99), "a Windows program"),
        ("a.jpg", bytes(99), "nothing but zeros"), ("a.jpg", picture(kind="JPEG")[:400], "damaged"),
        ("a.png", picture()[:-60], "damaged"), ("a.gif", b"GIF89a", "damaged"), ("a.png", _bomb(), "pixels"),
        ("a.tif", b"II*\0" + b"\xff" * 40, "damaged"), ("a.heic", b"", ""), ("a.jpg", b"%!PS-Adobe", "PostScript"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_with_its_reason(tmp_path, name, content, why):
    about = report(tmp_path, {**pets(0, 10), f"dog/{name}": content})
    assert len(about.layout) == 20
    if why:
        (lost,) = about.as_json()["unreadable"]
        assert lost["file"] == f"dog/{name}" and why in lost["reason"]
        assert warned(about, "left out: 1 file", f"dog/{name}")


def test_nothing_readable_is_a_sentence(tmp_path):
    with pytest.raises(DataUnavailable, match=r"Of 1 image of 'mine' none can be read \('dog/a.jpg' is empty\)"):
        report(tmp_path, {"dog/a.jpg": b""})


def test_equal_images_are_found_whatever_their_files_are(tmp_path):
    image = Image.open(io.BytesIO(picture(5)))
    files = {
        **pets(2, 10),
        "domain0/cat/same.png": picture(5),
        "domain0/dog/copy.bmp": saved(image, "BMP"),
        "domain1/cat/copy.png": saved(image, compress_level=0),
    }
    about = report(tmp_path, files)
    (group,) = about.as_json()["duplicates"]
    assert (group["kind"], group["domains"], group["classes"]) == ("exact", ["domain0", "domain1"], ["cat", "dog"])
    assert group["files"] == [
        "domain0/cat/5.png",
        "domain0/cat/same.png",
        "domain0/dog/copy.bmp",
        "domain1/cat/copy.png",
    ]
    assert about.groups() == [[tmp_path / file for file in group["files"]]]
    assert warned(about, "Stored more than once: 1 image, as 4 files", "keeps all copies")
    assert warned(about, "In several classes at once")
    assert warned(about, "In two domains at once: 1 image")


def test_nearly_equal_images_are_found(tmp_path):
    image = Image.open(io.BytesIO(picture(5, (96, 80))))
    files = {
        **pets(1, 10),
        "domain0/dog/a.png": picture(5, (96, 80)),
        "x/dog/b.jpg": saved(image.resize((60, 50)), "JPEG"),
    }
    about = report(tmp_path, files)
    (pair,) = [each for each in about.as_json()["duplicates"] if each["kind"] == "near" and "x" in each["domains"]]
    assert pair["files"] == ["domain0/dog/a.png", "x/dog/b.jpg"]
    assert warned(about, "Nearly the same: ")
    assert warned(about, "In two domains at once: 0 images, and nearly so 1 pair")


def test_images_in_two_parts_leak(tmp_path):
    files = {f"{part}/{name}/{number}.png": picture(crc32(f"{part}{name}{number}".encode()))
             for part in ("train", "test") for name in ("cat", "dog") for number in range(10)}  # fmt: skip
    files["test/dog/leak.png"] = files["train/dog/0.png"]
    about = report(tmp_path, files)
    assert about.as_json()["domains"]["mine"]["parts"] == {"test": 21, "train": 20}
    assert warned(about, "In two parts at once: 1 image")
    assert not warned(about, "In two domains at once")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (picture(mode="CMYK", kind="JPEG"), "In CMYK, converted to RGB: 1 image"),
        (picture(mode="RGBA"), "Transparent, laid on white paper: 1 image"),
        (saved(Image.fromarray(np.arange(900, dtype=np.uint16).reshape(30, 30) * 70)), "More than 8 bits"),
        (
            saved(Image.new("L", (40, 30)), "GIF", save_all=True, append_images=[Image.new("L", (40, 30), 99)]),
            "Animated",
        ),
        (picture(size=(8, 8)), "Less than 16 pixels high or wide: 1 image"),
        (picture(size=(200, 20)), "More than four times as long as wide"),
        (picture(kind="JPEG"), "Of another type than the name says, read by content: 1 image, such as 'dog/odd.png'"),
    ],
)
def test_unusual_images_are_read_and_told_of(tmp_path, content, words):
    about = report(tmp_path, {**pets(0, 10), "dog/odd.png": content})
    assert len(about.seen) == 21
    assert warned(about, words)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({f"cat/{number}.png": picture(number) for number in range(10)}, "has only one class, 'cat'"),
        (pets(0, 9), "Classes of 'mine' with fewer than 10 images: 2, 'cat', 'dog'"),
        (
            {**pets(0, 1), **{f"cat/{number}.png": picture(number) for number in range(12)}},
            "'mine' is uneven: 12 images of 'cat', 1 of 'dog'",
        ),
        ({"a/cat/1.png": picture(1), "b/dog/1.png": picture(2)}, "No class is in all domains"),
        ({"a/cat_1/1.png": picture(1), "a/dog/1.png": picture(3), "b/Cat 1/1.png": picture(2)}, "1 of 2 classes are"),
        ({**pets(0), "read.txt": b"x"}, "No images, left out: 1 file (.txt × 1)"),
    ],
)
def test_what_makes_training_hard_is_said(tmp_path, files, words):
    assert warned(report(tmp_path, files), words)


@pytest.mark.parametrize("mode", ["RGBA", "P", "L"])
def test_large_images_are_looked_at_in_fewer_pixels(mode, monkeypatch):
    monkeypatch.setattr(opening, "LARGE", 10_000)
    image = Image.open(io.BytesIO(picture(3, (600, 400), mode)))
    small = opening.reduced(image, 100)
    assert small.size == (150, 100)
    assert abs(int(np.asarray(small.convert("L")).mean()) - int(np.asarray(image.convert("L")).mean())) < 3
    assert opening.reduced(image, 300) is image


def test_looking_can_be_watched_and_stopped(tmp_path):
    layout, told = found(laid(tmp_path, pets(2, 10))), []
    examine(layout, lambda done, whole: told.append((done, whole)))
    assert told == [(done, 40) for done in range(1, 41)]

    def stop(done: int, whole: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(layout, stop)


def test_content_is_the_same_however_files_are_called(tmp_path):
    files = pets()
    one = report(tmp_path / "one", files)
    two = report(tmp_path / "two", {name.replace("cat/", "cat/x"): content for name, content in files.items()})
    other = report(tmp_path / "three", {name.replace("cat", "cow"): content for name, content in files.items()})
    assert one.content == two.content != other.content


def test_among_many_images_the_near_ones_are_found_without_comparing_all():
    random = np.random.default_rng(0)
    axes = random.standard_normal((40, 256)) / np.arange(1, 41)[:, None]  # as of photographs: few directions count
    tiny = random.standard_normal((3000, 40)) @ axes + 0.01 * random.standard_normal((3000, 256))
    tiny[2000:2300] = tiny[:300] + 0.02 * random.standard_normal((300, 256))
    tiny -= tiny.mean(axis=1, keepdims=True)
    tiny /= np.linalg.norm(tiny, axis=1, keepdims=True)
    tiny[2999] = 0  # an even image is like no other
    pairs, likeness = duplicates.near(tiny.astype(np.float16))
    whole = np.triu(tiny @ tiny.T, k=1)
    expected = {tuple(pair) for pair in np.argwhere(whole >= 0.991)}
    assert len(expected) >= 290
    assert len(expected - set(map(tuple, pairs.tolist()))) <= 1
    assert (whole[pairs[:, 0], pairs[:, 1]] >= 0.989).all()
    assert (np.diff(likeness) <= 0).all()
