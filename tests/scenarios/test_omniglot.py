"""Omniglot read where it lies, fetched from a server on this machine, incomplete, or damaged."""

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets

from tlcore import scenarios
from tlcore.errors import DataUnavailable
from tlcore.scenarios import omniglot
from tlcore.scenarios.omniglot import KNOWN, NEW

SCENARIO = scenarios.find("omniglot")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Omniglot of two known characters and a new one, and no network."""
    monkeypatch.setattr(omniglot, "KNOWN", {"Greek": 2})
    monkeypatch.setattr(omniglot, "NEW", {"Tagalog": 1})
    monkeypatch.setattr(datasets.Omniglot, "download_url_prefix", "http://127.0.0.1:9")


def drawings() -> dict[str, bytes]:
    files = {}
    for character in ("Greek/character01", "Greek/character02", "Tagalog/character01"):
        for k in range(20):
            stored = io.BytesIO()
            ink = Image.new("1", (105, 105), 1)
            ink.paste(0, (20, 20, 40 + 3 * k, 80))
            ink.save(stored, "PNG")
            files[f"{character}/{k:04}.png"] = stored.getvalue()
    return files


def unpacked(folder: Path) -> Path:
    for name, content in drawings().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_the_small_sets_are_five_alphabets_and_what_the_other_holds_beside(real_data: Path) -> None:
    one, other = (
        {each.name for each in (real_data / "omniglot" / f"images_background_small{k}").iterdir()} for k in (1, 2)
    )
    assert set(KNOWN) == one and set(NEW) == other - one
    pair = SCENARIO.build(seed=1)
    for split, per_class in (
        (pair.source_train, 14), (pair.source_test, 6), (pair.target_train, 10), (pair.target_test, 10)
    ):  # fmt: skip
        assert split.inputs.shape[1:] == SCENARIO.card.shape == (1, 28, 28) and split.inputs.dtype == np.uint8
        assert split.inputs.flags.writeable and split.labels.dtype == np.int64
        assert set(np.unique(split.labels, return_counts=True)[1]) == {per_class}
    known = {pair.classes[k].split()[0] for k in pair.source_train.labels}
    assert known == {"Balinese", "Aramaic", "Greek", "Korean", "Latin"}
    assert {pair.classes[k].split()[0] for k in pair.target_test.labels} == {"Katakana", "Sanskrit", "Tagalog"}
    drawn = np.concatenate([pair.source_train.inputs, pair.source_test.inputs]).reshape(-1, 784)
    assert len(np.unique(drawn, axis=0)) > 0.99 * len(drawn)


@pytest.mark.usefixtures("real_data")
def test_a_character_is_its_own_folder_s_drawings(real_data: Path) -> None:
    pair = SCENARIO.build(seed=2)
    label = SCENARIO.card.classes.index("Korean 7")
    files = (real_data / "omniglot/images_background_small1/Korean/character07").glob("*.png")
    exact = np.sort([255 * (1 - np.asarray(Image.open(file), float).mean()) for file in files])
    both = [split.inputs[split.labels == label] for split in (pair.source_train, pair.source_test)]
    found = np.sort(np.concatenate(both).mean(axis=(1, 2, 3)))
    np.testing.assert_allclose(found, exact, rtol=0.02)  # a smaller drawing has the same share of ink


@pytest.mark.usefixtures("real_data")
def test_equal_seeds_deal_equal_drawings() -> None:
    one, same, other = (SCENARIO.build(seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.source_train.inputs, same.source_train.inputs)
    assert not np.array_equal(one.source_train.labels, other.source_train.labels)


@pytest.mark.usefixtures("real_data")
def test_a_preview_shows_different_characters_and_needs_no_torch() -> None:
    program = (
        "import sys; from tlcore import scenarios; s, t = scenarios.find('omniglot').preview(count=8);"
        "print(s.inputs.shape, len(set(s.labels)), len(set(t.labels)), 'torch' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "(8, 1, 28, 28) 8 8 False"


@pytest.mark.usefixtures("small")
def test_without_data_and_network_one_sentence_says_what_to_do(home: Path) -> None:
    for act in (SCENARIO.build, SCENARIO.preview):
        with pytest.raises(DataUnavailable, match=r"Omniglot.*is not in.*connect to the internet.*copy") as told:
            act()
        assert str(home) in str(told.value)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("place", ["images_background", "omniglot/images_background_small1"])
def test_it_is_found_in_the_data_folder_or_one_below(home: Path, place: str) -> None:
    unpacked(home / place)
    pair = SCENARIO.build()
    assert set(pair.source_train.labels) == {0, 1} and set(pair.target_train.labels) == {136}
    assert pair.source_train.inputs.max() == 255 and np.median(pair.source_train.inputs) == 0  # ink is bright


@pytest.mark.usefixtures("small")
def test_what_is_incomplete_or_damaged_is_named(home: Path) -> None:
    folder = unpacked(home / "images_background")
    damaged = folder / "Greek" / "character02" / "0003.png"
    damaged.write_bytes(b"no picture")
    with pytest.raises(DataUnavailable, match=r"0003\.png' is corrupt"):
        SCENARIO.build()
    damaged.unlink()
    with pytest.raises(DataUnavailable, match=r"character02' is corrupt \(it has 19 drawings and should have 20\)"):
        SCENARIO.build()
    for file in damaged.parent.iterdir():
        file.unlink()
    damaged.parent.rmdir()
    with pytest.raises(DataUnavailable, match=r"Greek' is corrupt \(it has 1 characters and should have 2\)"):
        SCENARIO.preview()


@pytest.mark.usefixtures("small")
def test_it_is_downloaded_and_checked(home: Path, site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, address = site
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in drawings().items():
            archive.writestr(f"images_background/{name}", content)
    (folder / "images_background.zip").write_bytes(packed.getvalue())
    monkeypatch.setattr(datasets.Omniglot, "download_url_prefix", address)
    with pytest.raises(DataUnavailable, match="could not be downloaded"):  # not the file that was published
        SCENARIO.build()
    digest = hashlib.md5(packed.getvalue()).hexdigest()
    monkeypatch.setattr(datasets.Omniglot, "zips_md5", {"images_background": digest})
    assert len(SCENARIO.build().source_train) == 28
    assert (home / "omniglot-py" / "images_background" / "Greek").is_dir()
