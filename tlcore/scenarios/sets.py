"""Real data sets: read whole through torchvision's own classes, and glanced at without importing them."""

import bz2
import gzip
from abc import ABC, abstractmethod
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tlcore.errors import DataUnavailable
from tlcore.library import sets as library
from tlcore.library import waiting
from tlcore.library.absence import corrupt, in_short, missing, places, reached
from tlcore.library.downloading import check_digest
from tlcore.library.sets.finding import goal
from tlcore.scenarios.base import Split
from tlcore.scenarios.downloads import Archive, fetch
from tlcore.scenarios.photo import read

Images = NDArray[np.uint8]
SIDE = 28

BSDS500 = Archive(
    name="BSDS500",
    url="https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/BSR/BSR_bsds500.tgz",
    sha256="97e49d31764f3912f0c4122707d53062ac9e783ba0f095e447a4d53c1a41af8e",
    inside="BSR/BSDS500/data/images/train",
    megabytes=71,
)


class DataSet(ABC):
    """Digits of 28×28 grey pixels with a training and a test part."""

    name: str

    @abstractmethod
    def whole(self, train: bool) -> Split:
        """All images (N, 1, 28, 28) of one part, downloaded if need be. Raises `DataUnavailable`."""

    @abstractmethod
    def first(self, count: int) -> Split:
        """The first training images, from files that are there already. Raises `DataUnavailable`."""


class Mnist(DataSet):
    """LeCun et al. 1998: 60,000 and 10,000 digits in IDX files, as they are or gzipped."""

    name, megabytes = "MNIST", 12.0
    files = "the four IDX files (train-images-idx3-ubyte and so on, gzipped or not) into 'MNIST/raw'"

    def whole(self, train: bool) -> Split:
        return _mnist(self._root() or _fetched("mnist"), train)

    def first(self, count: int) -> Split:
        root = self._root()
        if root is None:
            raise missing(self.name, self.files, self.megabytes)
        images = _idx_start(root / "MNIST/raw/train-images-idx3-ubyte", 16, count * SIDE * SIDE)
        labels = _idx_start(root / "MNIST/raw/train-labels-idx1-ubyte", 8, count)
        return Split(images.reshape(-1, 1, SIDE, SIDE), labels.astype(np.int64))

    def _root(self) -> Path | None:
        """The folder that torchvision would call root, if one is there."""
        return next((place for place in places() if any((place / "MNIST" / "raw").glob("*-ubyte*"))), None)


class Usps(DataSet):
    """Hull 1994: 7,291 and 2,007 digits of 16×16, here enlarged to 28×28; libsvm text in bz2."""

    name, megabytes = "USPS", 8.4
    files = "'usps.bz2' and 'usps.t.bz2' into 'USPS'"

    def whole(self, train: bool) -> Split:
        return _usps(self._root("usps.bz2" if train else "usps.t.bz2") or _fetched("usps"), train)

    def first(self, count: int) -> Split:
        root = self._root("usps.bz2")
        if root is None:
            raise missing(self.name, self.files, self.megabytes)
        return _usps_start(root / "usps.bz2", count)

    def _root(self, file: str) -> Path | None:
        return next((place for place in places() if (place / file).is_file()), None)


def photographs(count: int | None = None, download: bool = True) -> tuple[Images, ...]:
    """The training photographs of BSDS500, (3, H, W) uint8 each, or the first `count` of them."""
    for place in places():
        for folder in (place, place / BSDS500.inside):
            if "BSDS500" in folder.parts and any(folder.glob("*.jpg")):
                return _photographs(folder, count)
    if not download:
        raise missing(BSDS500.name, "the folder 'BSDS500' with its pictures", BSDS500.megabytes)
    return _photographs(fetch(BSDS500), count)


def _fetched(key: str) -> Path:
    """The folder that torchvision calls root, with the set in it; whoever waits hears of the download."""
    library.fetch(key, waiting.tell)
    return goal(library.card(key))


@cache
def _mnist(root: Path, train: bool) -> Split:
    from torchvision import datasets

    raw = root / "MNIST" / "raw"
    for packed, digest in datasets.MNIST.resources:
        file = raw / packed.removesuffix(".gz")
        if file.is_file():
            _check_idx(file)
        elif (raw / packed).is_file():
            check_digest(raw / packed, digest)
    with reached(Mnist.name, Mnist.files, Mnist.megabytes):
        found = datasets.MNIST(root, train=train, download=True)
    return _kept(found.data.numpy()[:, None], found.targets.numpy())


@cache
def _usps(root: Path, train: bool) -> Split:
    from torchvision import datasets

    # No checksum of ours for a file that is there: packed again it differs, and bz2 carries its own.
    file = root / datasets.USPS.split_list["train" if train else "test"][1]
    there = file.is_file()
    try:
        with reached(Usps.name, Usps.files, Usps.megabytes):
            found = datasets.USPS(root, train=train, download=True)
    except (DataUnavailable, EOFError, ValueError) as reason:
        if there:
            raise corrupt(file, in_short(reason.__cause__ or reason)) from None
        raise
    return _kept(_enlarged(found.data), np.array(found.targets))


@cache
def _usps_start(file: Path, count: int) -> Split:
    try:
        with bz2.open(file, "rt") as stream:
            rows = [line.split() for line in islice(stream, count)]
        values = np.array([[float(each.split(":")[1]) for each in row[1:]] for row in rows])
        pixels = ((values.astype(np.float32) + 1) / 2 * 255).astype(np.uint8)  # (count, 256), as torchvision rounds
        return _kept(_enlarged(pixels.reshape(-1, 16, 16)), np.array([int(row[0]) - 1 for row in rows]))
    except (OSError, EOFError, ValueError, IndexError) as reason:
        raise corrupt(file, in_short(reason)) from None


@cache
def _photographs(folder: Path, count: int | None) -> tuple[Images, ...]:
    photos = []
    for file in sorted(folder.glob("*.jpg"))[:count]:
        try:
            photos.append(read(file))
        except (OSError, UnidentifiedImageError) as reason:
            raise corrupt(file, in_short(reason)) from None
    return tuple(photos)


def _check_idx(file: Path) -> None:
    """Raises `DataUnavailable` unless a file is as long as its own first bytes say."""
    with file.open("rb") as stream:
        head = stream.read(4)
        if len(head) < 4 or head[:3] != b"\0\0\x08":
            raise corrupt(file, "it is not an IDX file of bytes")
        sizes = np.frombuffer(stream.read(4 * head[3]), dtype=">i4")
    wanted = 4 + 4 * head[3] + int(np.prod(sizes, dtype=np.int64))
    if len(sizes) < head[3] or file.stat().st_size != wanted:
        raise corrupt(file, f"it has {file.stat().st_size:,} bytes and should have {wanted:,}")


def _idx_start(file: Path, skip: int, size: int) -> Images:
    packed = file.with_name(file.name + ".gz")
    try:
        with file.open("rb") if file.is_file() else gzip.open(packed, "rb") as stream:
            return np.frombuffer(stream.read(skip + size)[skip:], dtype=np.uint8)
    except FileNotFoundError:
        raise DataUnavailable(f"'{file}' is missing from the data folder: copy it or '{packed.name}' there.") from None
    except (OSError, EOFError) as reason:
        raise corrupt(packed, in_short(reason)) from None


def _enlarged(images: Images) -> Images:
    """(N, 16, 16) to (N, 1, 28, 28), bilinearly."""
    large = [Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BILINEAR) for image in images]
    return np.stack([np.asarray(image) for image in large])[:, None]


def _kept(images: Images, labels: NDArray[Any]) -> Split:
    split = Split(images, labels.astype(np.int64))
    split.labels.flags.writeable = False
    return split
