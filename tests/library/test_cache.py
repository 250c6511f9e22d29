"""Images are decoded once: into one file, whole or not at all, whatever else happens meanwhile."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tlcore.errors import DataUnavailable
from tlcore.library import cache, images, packfile, packing, waiting
from tlcore.library.images import Images, MappedFile
from tlcore.library.listing import FileListing, Listing, Part

CODE = """
import sys
from pathlib import Path
from tlcore.library import cache, packing
from tlcore.library.listing import FileListing
folder = Path(sys.argv[1])
packing.TOGETHER = 1
found = cache.packed(FileListing("d", {each.name: each.iterdir() for each in sorted(folder.iterdir())}), 16)
print(len(found), int(found.images.read().sum()))
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "library" / "cache"


def laid(folder: Path, count: int = 40, size: tuple[int, int] = (30, 20)) -> Path:
    """Noise in two classes; PNG, so that what is read is what was written."""
    random = np.random.default_rng(0)
    for k in range(count):
        file = folder / ("cat", "dog")[k % 2] / f"{k:03}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)).save(file)
    return folder


def listing(folder: Path) -> FileListing:
    return FileListing("d", {each.name: each.iterdir() for each in sorted(folder.iterdir())})


def never(self: Listing, row: int, near: int = 0) -> Image.Image:
    raise AssertionError("an image was decoded")


def test_the_second_time_nothing_is_decoded(tmp_path, monkeypatch):
    found = listing(laid(tmp_path / "d"))
    assert not cache.is_packed(found, 16)
    first = cache.packed(found, 16)
    monkeypatch.setattr(Listing, "read", never)
    again = cache.packed(listing(tmp_path / "d"), 16)
    assert cache.is_packed(found, 16) and first.images.shape == (40, 3, 16, 16)
    assert np.array_equal(first.images.read(), again.images.read()) and first.labels.tolist() == [0] * 20 + [1] * 20
    assert not np.array_equal(first.images[0], first.images[1])
    with pytest.raises(AssertionError, match="decoded"):
        cache.packed(found, 17)


def test_an_image_that_changed_is_decoded_again(tmp_path):
    laid(tmp_path / "d")
    before = cache.packed(listing(tmp_path / "d"), 16).images[0]
    Image.new("RGB", (30, 20), "red").save(tmp_path / "d" / "cat" / "000.png")
    after = cache.packed(listing(tmp_path / "d"), 16).images[0]
    assert not np.array_equal(before, after) and after[:, 0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("size", "side"), [((61, 40), 16), ((40, 61), 24), ((30, 20), 48), ((64, 64), 64)])
def test_images_are_cut_and_resized_as_torchvision_does_it(size, side):
    from torchvision.transforms.v2 import CenterCrop, Compose, Resize

    across, down = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    image = Image.fromarray(np.stack([4 * across, 4 * down, (across * down) % 256], axis=2).astype(np.uint8))
    theirs = np.asarray(Compose([Resize(side), CenterCrop(side)])(image)).transpose(2, 0, 1)
    ours = packing.square(image, side)
    assert ours.shape == (3, side, side) and ours.flags.c_contiguous
    assert np.abs(ours.astype(int) - theirs)[:2].mean() < 3, "up to a part of a pixel, where the cut falls between two"


def test_what_is_no_image_is_left_out_and_told(tmp_path):
    laid(tmp_path / "d")
    for k in (0, 7):
        (tmp_path / "d" / ("cat", "dog")[k % 2] / f"{k:03}.png").write_bytes(b"no image")
    for _ in range(2):  # decoded, and from the cache
        found = cache.packed(listing(tmp_path / "d"), 16)
        assert (len(found), found.left_out, len(found.images)) == (38, 2, 38)
        assert found.labels.tolist() == [0] * 19 + [1] * 19 and 0 not in found.kept and 23 not in found.kept
        assert "cat/000.png' cannot be read" in found.reasons[0] and "dog/007.png'" in found.reasons[1]
        assert found.images.read().any(axis=(1, 2, 3)).all(), "no row of zeros in place of a lost one"
    dogs = cache.packed(listing(tmp_path / "d").at(slice(20, None)), 16)
    assert (len(dogs), dogs.left_out, len(dogs.reasons)) == (19, 1, 1)


def test_nothing_but_rubbish_is_a_sentence(tmp_path):
    laid(tmp_path / "d", count=2)
    for file in (tmp_path / "d").rglob("*.png"):
        file.write_bytes(b"")
    with pytest.raises(DataUnavailable, match=r"Not one image of d can be read \('.*000.png' cannot be read"):
        cache.packed(listing(tmp_path / "d"), 16)


def test_a_part_comes_out_of_the_whole_unless_it_is_apart_and_small(tmp_path, place):
    whole = listing(laid(tmp_path / "d"))
    few = Part(whole, np.array([3, 30, 5]), apart=True)
    alone = cache.packed(few, 16)
    assert [kept.images for kept in cache.sizes()] == [3]
    inner = cache.packed(few.at(np.array([2, 0])), 16)
    assert np.array_equal(inner.images.read(), alone.images.read()[[2, 0]]) and len(cache.sizes()) == 1
    part = cache.packed(whole.at(np.array([30, 3])), 16)
    assert sorted(kept.images for kept in cache.sizes()) == [3, 40]
    assert np.array_equal(part.images.read(), alone.images.read()[[1, 0]]) and part.labels.tolist() == [1, 0]
    cache.clean([kept.file for kept in cache.sizes() if kept.images == 3])
    assert np.array_equal(cache.packed(few, 16).images.read(), alone.images.read()) and len(cache.sizes()) == 1


def test_who_waits_hears_how_far_it_is_and_may_stop_it(tmp_path, place, monkeypatch):
    monkeypatch.setattr(packing, "TOGETHER", 4)
    monkeypatch.setattr(packing, "THREADS", 1)
    found, seen = listing(laid(tmp_path / "d")), []

    def stop(what: str, done: int, total: int) -> None:
        seen.append((what, total))
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), waiting.heard_by(stop):
        cache.packed(found, 16)
    assert set(seen) == {("Reading images of d", 40)} and list(place.iterdir()) == [], "nothing is left behind"
    told = []
    cache.packed(found, 16, progress=lambda done, total: told.append(done))
    assert told == sorted(told) and told[-1] == 40 and len(told) > 1


@pytest.mark.parametrize("damage", ["shorter", "longer", "header", "end", "another's", "empty"])
def test_a_damaged_file_is_noticed_and_made_anew(tmp_path, place, damage):
    found = listing(laid(tmp_path / "d"))
    wanted = cache.packed(found, 16).images.read()
    (file,) = place.glob("*.images")
    whole = bytearray(file.read_bytes())
    size = len(whole)
    if damage == "end":
        whole[-3] ^= 1
    elif damage == "header":
        whole[100] ^= 1
    elif damage == "another's":
        whole = whole.replace(found.fingerprint.encode(), b"0" * 32)
    file.write_bytes({"shorter": whole[:-1], "longer": whole + b"0", "empty": b""}.get(damage, whole))
    assert np.array_equal(cache.packed(listing(tmp_path / "d"), 16).images.read(), wanted)
    assert packfile.opened(file, found.fingerprint, 16) is not None
    assert file.stat().st_size == size


def test_a_draft_of_a_process_that_died_goes_with_the_next(tmp_path, place):
    found = listing(laid(tmp_path / "d"))
    place.mkdir(parents=True)
    stale = place / f"{found.fingerprint}-16.1.draft"
    stale.write_bytes(b"half")
    cache.packed(found, 16)
    assert [file.suffix for file in place.iterdir()] == [".images"]


def test_two_processes_at_once_make_it_once(tmp_path, place):
    laid(tmp_path / "d", count=60)
    command = [sys.executable, "-c", CODE, str(tmp_path / "d")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=60)[0] for process in both]
    found = cache.packed(listing(tmp_path / "d"), 16)
    assert told == [f"60 {int(found.images.read().sum())}\n"] * 2 and [file.suffix for file in place.iterdir()] == [
        ".images"
    ]


def test_who_comes_second_waits_and_can_be_stopped(tmp_path, place):
    from tlcore.library.turns import turn

    found, told = listing(laid(tmp_path / "d")), []
    lock = place / f"{found.fingerprint}-16.lock"

    def impatient(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 2:
            raise KeyboardInterrupt

    with turn(lock, lambda: None), pytest.raises(KeyboardInterrupt):
        cache.packed(found, 16, progress=impatient)
    assert told == [(0, 40)] * 2 and not lock.exists()
    assert len(cache.packed(found, 16)) == 40


def test_a_full_disk_is_a_sentence_before_and_meanwhile(tmp_path, place, monkeypatch):
    found = listing(laid(tmp_path / "d"))
    full: Any = lambda _: type("Usage", (), {"free": 1000})  # noqa: E731
    with (
        monkeypatch.context() as patched,
        pytest.raises(DataUnavailable, match=r"0\.0 GB left, and 40 images of 16×16"),
    ):
        patched.setattr(cache.shutil, "disk_usage", full)
        cache.packed(found, 16)

    def failing(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched, pytest.raises(DataUnavailable, match=r"disk is full.*clean the cache"):
        patched.setattr(os, "pwrite", failing)
        cache.packed(found, 16)
    assert list(place.iterdir()) == []
    assert len(cache.packed(found, 16)) == 40


def test_the_cache_tells_its_sizes_and_is_cleaned_under_a_run(tmp_path, place):
    found = listing(laid(tmp_path / "d"))
    held = cache.packed(found, 16)
    cache.packed(found, 20)
    kept = cache.sizes()
    assert [(each.title, each.side, each.images) for each in kept] == [("d", 20, 40), ("d", 16, 40)]
    assert kept[1].bytes == kept[1].file.stat().st_size > 40 * 3 * 16 * 16
    cache.packed(found, 16)
    assert [each.side for each in cache.sizes()] == [16, 20], "the one that was used last comes first"
    wanted = held.images.read()
    assert cache.clean() == sum(each.bytes for each in kept) and cache.sizes() == []
    assert np.array_equal(held.images.read(), wanted), "who has it open keeps it"


class Counting:
    """A source that tells what was read of it."""

    shape = (10, 1, 2, 2)

    def __init__(self) -> None:
        self.asked: list[int] = []

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        self.asked += rows.tolist()
        return rows.astype(np.uint8)[:, None, None, None].repeat(2, 2).repeat(2, 3)


def test_rows_are_chosen_without_reading_any():
    source = Counting()
    some = Images(source)[np.array([8, 3, 5, 1])][1:]
    assert (len(some), some.shape, some.nbytes, source.asked) == (3, (3, 1, 2, 2), 12, [])
    assert some[1][0, 0, 0] == 5 and source.asked == [5]
    assert [int(image[0, 0, 0]) for image in some] == [3, 5, 1]
    assert np.asarray(some)[:, 0, 0, 0].tolist() == some.read()[:, 0, 0, 0].tolist() == [3, 5, 1]
    assert some.read(np.array([2, 2]))[:, 0, 0, 0].tolist() == [1, 1]


def test_a_map_is_opened_anew_before_it_fills_the_memory(tmp_path, monkeypatch):
    rows = np.arange(600, dtype=np.uint8).reshape(50, 3, 2, 2)
    file = tmp_path / "f"
    file.write_bytes(b"head" + rows.tobytes())
    source = MappedFile(file, 4, (50, 3, 2, 2))
    monkeypatch.setattr(images, "WINDOW", 100)
    opened = []
    monkeypatch.setattr(
        images.mmap, "mmap", lambda *args, _real=images.mmap.mmap, **more: opened.append(1) or _real(*args, **more)
    )
    for k in range(50):
        assert np.array_equal(source.read(np.array([49 - k, k])), rows[[49 - k, k]])
    assert 8 <= len(opened) <= 13, "24 bytes at a time, a hundred through each map"
