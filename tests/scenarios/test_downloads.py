"""Data that is missing, out of reach, corrupt, or fetched from a server on this machine."""

import bz2
import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets

from tlcore import scenarios
from tlcore.errors import DataUnavailable
from tlcore.library import places
from tlcore.scenarios import downloads, sets
from tlcore.scenarios.downloads import Archive

NOWHERE = "http://127.0.0.1:9/"  # the discard port: refuses at once
Site = tuple[Path, str]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.MNIST, "mirrors", [NOWHERE])
    splits = {part: [NOWHERE + file, file, digest] for part, (_, file, digest) in datasets.USPS.split_list.items()}
    monkeypatch.setattr(datasets.USPS, "split_list", splits)
    monkeypatch.setattr(sets, "BSDS500", Archive("BSDS500", NOWHERE + "a.tgz", "0", "a", 71))


def idx(values: np.ndarray) -> bytes:
    """An IDX file of bytes: two zeros, the type, the number of sizes, the sizes, the bytes."""
    head = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return head + values.astype(np.uint8).tobytes()


def mnist_files() -> dict[str, bytes]:
    random = np.random.default_rng(0)
    files = {}
    for part, count in (("train", 60), ("t10k", 40)):
        files[f"{part}-images-idx3-ubyte"] = idx(random.integers(0, 256, (count, 28, 28)))
        files[f"{part}-labels-idx1-ubyte"] = idx(np.arange(count) % 10)
    return files


def usps_text(count: int) -> bytes:
    row = " ".join(f"{k}:{(k % 3 - 1):.1f}" for k in range(1, 257))
    return "".join(f"{k % 10 + 1} {row}\n" for k in range(count)).encode()


def small_archive(names: list[str]) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), (10, 200, 30)).save(picture, "JPEG")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(picture.getvalue())
            archive.addfile(member, io.BytesIO(picture.getvalue()))
    return packed.getvalue()


@pytest.mark.usefixtures("home", "offline")
@pytest.mark.parametrize("key", ["mnist-to-usps", "usps-to-mnist", "mnist-to-mnist-m"])
def test_without_data_and_network_one_sentence_says_what_to_do(key: str) -> None:
    for act in (scenarios.find(key).build, scenarios.find(key).preview):
        with pytest.raises(DataUnavailable) as told:
            act()
        for part in ("is not in", str(places.home()), "connect to the internet", "MB", "copy", "TLCORE_DATA"):
            assert part in str(told.value)
        assert "\n" not in str(told.value) and str(told.value).endswith(".")


def test_a_data_folder_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "gone"))
    with pytest.raises(DataUnavailable, match=r"TLCORE_DATA names '.*gone', which is not a folder: create it"):
        scenarios.find("mnist-to-usps").preview()


def test_the_data_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TLCORE_DATA", raising=False)
    assert places.home().parts[-2:] == ("transfer-lab", "data")


def test_mnist_is_downloaded_checked_and_read(home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, address = site
    resources = []
    for name, content in mnist_files().items():
        packed = gzip.compress(content)
        (folder / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", hashlib.md5(packed).hexdigest()))
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{address}/"])
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    split = sets.Mnist().whole(train=True)
    assert split.inputs.shape == (60, 1, 28, 28) and split.labels.tolist() == [k % 10 for k in range(60)]
    assert sets.Mnist().first(5).labels.tolist() == [0, 1, 2, 3, 4]
    assert (home / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file()

    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(b"something else")
    for file in (home / "MNIST" / "raw").iterdir():
        file.unlink()
    sets._mnist.cache_clear()
    with pytest.raises(DataUnavailable, match=r"MNIST is not in.*not be downloaded.*10k-images.*checksum differs"):
        sets.Mnist().whole(train=True)


@pytest.mark.usefixtures("offline")
def test_corrupt_files_of_mnist_are_named(home: Path) -> None:
    raw = home / "somewhere" / "MNIST" / "raw"  # one level below
    raw.mkdir(parents=True)
    for name, content in mnist_files().items():
        (raw / name).write_bytes(content)
    assert len(sets.Mnist().whole(train=False)) == 40
    sets._mnist.cache_clear()

    damaged = raw / "t10k-images-idx3-ubyte"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    with pytest.raises(DataUnavailable, match=r"t10k-images-idx3-ubyte' is corrupt .*31,276 bytes.*should have 31,376"):
        sets.Mnist().whole(train=False)
    damaged.write_bytes(b"no digits")
    with pytest.raises(DataUnavailable, match=r"t10k-images-idx3-ubyte' is corrupt .*not an IDX file"):
        sets.Mnist().whole(train=False)
    damaged.unlink()
    packed = raw / "t10k-images-idx3-ubyte.gz"
    packed.write_bytes(gzip.compress(b"half a file")[:-5])
    with pytest.raises(DataUnavailable, match=r"t10k-images-idx3-ubyte\.gz' is corrupt \(its md5 checksum"):
        sets.Mnist().whole(train=False)


@pytest.mark.usefixtures("offline")
def test_a_truncated_gzip_is_named_by_the_preview_too(home: Path) -> None:
    raw = home / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in mnist_files().items():
        (raw / f"{name}.gz").write_bytes(gzip.compress(content))
    assert sets.Mnist().first(3).labels.tolist() == [0, 1, 2]
    packed = raw / "train-images-idx3-ubyte.gz"
    packed.write_bytes(packed.read_bytes()[:200])
    with pytest.raises(DataUnavailable, match=r"train-images-idx3-ubyte\.gz' is corrupt"):
        sets.Mnist().first(3)


@pytest.mark.usefixtures("offline")
def test_corrupt_files_of_usps_are_named(home: Path) -> None:
    file = home / "usps.t.bz2"
    file.write_bytes(bz2.compress(usps_text(20)))
    assert sets.Usps().whole(train=False).labels.tolist() == [k % 10 for k in range(20)]
    sets._usps.cache_clear()
    for content in (bz2.compress(usps_text(20))[:-20], b"no bz2 at all", bz2.compress(b"1 2 3\n")):
        file.write_bytes(content)
        with pytest.raises(DataUnavailable, match=r"usps\.t\.bz2' is corrupt .*delete it and run again"):
            sets.Usps().whole(train=False)
        (home / "usps.bz2").write_bytes(content)
        with pytest.raises(DataUnavailable, match=r"usps\.bz2' is corrupt"):
            sets.Usps().first(3)


def test_an_archive_is_fetched_checked_and_kept_whole(home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, address = site
    packed = small_archive(["a/images/1.jpg", "a/images/2.jpg", "a/other/3.jpg", "../4.jpg", "a/images/../../../5.jpg"])
    (folder / "photos.tgz").write_bytes(packed)
    digest = hashlib.sha256(packed).hexdigest()
    archive = Archive("BSDS500", f"{address}/photos.tgz", digest, "a/images", 1)
    monkeypatch.setattr(sets, "BSDS500", archive)
    photos = sets.photographs()
    assert [photo.shape for photo in photos] == [(3, 40, 40)] * 2
    assert sorted(path.name for path in home.rglob("*.*")) == ["1.jpg", "2.jpg"]
    assert not list(home.parent.glob("*.jpg"))


def test_an_archive_with_a_wrong_checksum_leaves_nothing(home: Path, site: Site) -> None:
    folder, address = site
    (folder / "photos.tgz").write_bytes(small_archive(["a/1.jpg"]))
    with pytest.raises(DataUnavailable, match=r"downloaded \(what http.*photos\.tgz sent is not .*checksum differs\)"):
        downloads.fetch(Archive("BSDS500", f"{address}/photos.tgz", "0" * 64, "a", 1))
    assert not (home / "BSDS500").exists()
    with pytest.raises(DataUnavailable, match=r"could not be downloaded .*404"):
        downloads.fetch(Archive("BSDS500", f"{address}/gone.tgz", "0" * 64, "a", 1))
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_a_corrupt_photograph_is_named(home: Path) -> None:
    (home / "BSDS500").mkdir()
    (home / "BSDS500" / "7.jpg").write_bytes(b"no picture")
    with pytest.raises(DataUnavailable, match=r"7\.jpg' is corrupt"):
        sets.photographs()
