"""Summaries: what they say is so, they are worked out once, and a failed one leaves nothing behind."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tlcore.errors import DataUnavailable
from tlcore.library import across, likeness, summary
from tlcore.library.drawn import DrawnListing
from tlcore.library.listing import FileListing
from tlcore.library.looking import compared
from tlcore.library.sheets import sampled


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "home"))


def pictures(folder: Path, classes: Mapping[str, int], seed: int, side: int = 60, light: int = 0) -> FileListing:
    """A folder of classes with so many noisy images each."""
    random = np.random.default_rng(seed)
    files: dict[str, list[Path]] = {}
    for name, many in classes.items():
        (folder / name).mkdir(parents=True)
        for number in range(many):
            blocks = random.integers(0, 200 - light, size=(6, 6, 3)).astype(np.uint8) + np.uint8(light)
            image = Image.fromarray(blocks).resize((side, side), Image.Resampling.NEAREST)
            image.save(folder / name / f"{number}.png")
        files[name] = sorted((folder / name).iterdir())
    return FileListing(folder.name, files)


def test_a_summary_says_what_is_there(tmp_path: Path) -> None:
    listing = pictures(tmp_path / "photo", {"cat": 5, "dog": 3}, seed=1)
    told = summary.summarise(listing).told
    assert (told["images"], told["counts"], told["classes"]) == (8, [5, 3], ["cat", "dog"])
    assert told["sizes"] == {"smallest": [60, 60], "median": [60, 60], "largest": [60, 60], "kinds": 1}
    values = np.stack([np.asarray(listing.read(row)) for row in range(8)]) / 255
    assert told["pixels"]["mean"] == pytest.approx(values.mean(axis=(0, 1, 2)), abs=0.01)
    assert told["pixels"]["std"] == pytest.approx(values.std(axis=(0, 1, 2)), abs=0.03)
    assert [sum(channel) for channel in told["pixels"]["histogram"]] == pytest.approx([1, 1, 1], abs=1e-3)
    assert sorted(row for row, _ in told["samples"]) == list(range(8))
    assert not told["grey"] and not told["unreadable"]


def test_an_average_image_is_the_average(tmp_path: Path) -> None:
    images = np.zeros((4, 1, 8, 8), dtype=np.uint8)
    images[0], images[1] = 100, 200  # class 0; class 1 is black
    listing = DrawnListing("squares", ("light", "dark"), images, np.array([0, 0, 1, 1]), "squares")
    found = summary.summarise(listing)
    with Image.open(found.folder / "means.png") as strip:
        every, light, dark = (np.asarray(strip)[:, k * 64 : k * 64 + 64].mean() for k in range(3))
    assert (every, light, dark) == pytest.approx((75, 150, 0), abs=1)


def test_it_is_worked_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = pictures(tmp_path / "photo", {"cat": 3}, seed=1)
    assert summary.find(listing.fingerprint) is None
    first = summary.summarise(listing)
    monkeypatch.setattr(FileListing, "opened", lambda *_: pytest.fail("an image was opened again"))
    assert summary.summarise(listing).folder == first.folder
    found = summary.find(listing.fingerprint)
    assert found is not None and found.told == first.told


def test_another_image_makes_another_summary(tmp_path: Path) -> None:
    listing = pictures(tmp_path / "photo", {"cat": 3}, seed=1)
    summary.summarise(listing)
    Image.new("RGB", (60, 60)).save(tmp_path / "photo" / "cat" / "9.png")
    again = FileListing("photo", {"cat": sorted((tmp_path / "photo" / "cat").iterdir())})
    assert summary.find(again.fingerprint) is None
    assert summary.summarise(again).told["images"] == 4


def test_duplicates_are_found_and_shown(tmp_path: Path) -> None:
    pictures(tmp_path / "photo", {"cat": 4}, seed=1)
    folder = tmp_path / "photo" / "cat"
    (folder / "copy.png").write_bytes((folder / "1.png").read_bytes())
    with Image.open(folder / "2.png") as image:
        image.convert("RGB").save(folder / "lossy.jpg", quality=70)
    listing = FileListing("photo", {"cat": sorted(folder.iterdir())})
    twins = summary.summarise(listing).told["twins"]
    assert (twins["equal"], twins["nearly"]) == (1, 1)
    names = [{Path(name.strip("'")).name for name in pair["names"]} for pair in twins["shown"]]
    assert names == [{"1.png", "copy.png"}, {"2.png", "lossy.jpg"}]


def test_damaged_files_are_named_and_left_out(tmp_path: Path) -> None:
    pictures(tmp_path / "photo", {"cat": 3}, seed=1)
    folder = tmp_path / "photo" / "cat"
    (folder / "1.png").write_bytes(b"no image at all")
    told = summary.summarise(FileListing("photo", {"cat": sorted(folder.iterdir())})).told
    assert len(told["unreadable"]) == 1 and "1.png" in told["unreadable"][0]
    assert sorted(row for row, _ in told["samples"]) == [0, 2]


def test_a_domain_without_a_readable_image_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "photo" / "cat"
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(b"no image at all")
    with pytest.raises(DataUnavailable, match="None of the 1 images"):
        summary.summarise(FileListing("photo", {"cat": sorted(folder.iterdir())}))
    assert list(summary.shelf().iterdir()) == []


def test_two_domains_share_what_is_in_both(tmp_path: Path) -> None:
    source = pictures(tmp_path / "photo", {"cat": 4}, seed=1)
    pictures(tmp_path / "sketch", {"cat": 4}, seed=2)
    folder = tmp_path / "sketch" / "cat"
    (folder / "leak.png").write_bytes((tmp_path / "photo" / "cat" / "2.png").read_bytes())
    target = FileListing("sketch", {"cat": sorted(folder.iterdir())})
    of_source, of_target = summary.summarise(source), summary.summarise(target)
    told = across.compare(source, target, of_source, of_target).told
    assert told["equal"] == 1
    assert [Path(name.strip("'")).name for name in told["shown"][0]["names"]] == ["2.png", "leak.png"]
    assert told["shown"][0]["alike"] == pytest.approx(1, abs=1e-3)
    found = across.find(of_source, of_target)
    assert found is not None and found.told == told


def test_nearest_pairs_use_no_image_twice() -> None:
    random = np.random.default_rng(0)
    target = random.normal(size=(5, 256)).astype(np.float32)
    target /= np.linalg.norm(target, axis=1, keepdims=True)
    pairs = likeness.nearest(np.concatenate([target[3:4], target[3:4], target[1:2]]), target)
    assert {(first, second) for first, second, _ in pairs[:2]} == {(0, 3), (2, 1)}
    assert len({second for _, second, _ in pairs}) == len(pairs)


def test_brightness_and_contrast_do_not_count() -> None:
    values = np.random.default_rng(3).integers(0, 100, size=(32, 32)).astype(np.uint8)
    plain, brighter = (compared(Image.fromarray(each)) for each in (values, values * 2 + 50))
    assert float(plain @ brighter) > 0.999
    assert not compared(Image.new("L", (9, 9), 77)).any()


def test_large_domains_are_looked_at_in_part_and_every_class_in_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.repeat([0, 1, 2], [800, 150, 50])
    rows = summary.chosen(labels, 100, seed=0)
    assert len(set(rows.tolist())) == 100
    assert np.bincount(labels[rows]).tolist() == pytest.approx([80, 15, 5], abs=1)
    assert summary.chosen(labels, 100, seed=0).tolist() == rows.tolist()


def test_a_gallery_has_the_same_number_of_every_class() -> None:
    labels = np.repeat([0, 1, 2], [800, 150, 5])
    assert np.bincount(labels[sampled(labels, 3, seed=0)]).tolist() == [48, 48, 5]
    assert sampled(labels, 3, seed=0) != sampled(labels, 3, seed=1)
