"""What torchvision's own classes read, as arrays or as the paths of images: the only reader of these formats here."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tlcore.errors import DataUnavailable
from tlcore.library.absence import corrupt, in_short
from tlcore.library.sets.card import SetCard

FIFTH = 5  # of sets without a published split, every so many-th image of a class is for the test
_VALID = {"train": "train", "validation": "val", "test": "test"}


@dataclass(frozen=True)
class Arrays:
    """Images in memory: (N, C, H, W) uint8 with (N,) labels."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Files:
    """Images as files, class by class, in the order of the card's classes."""

    held: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Stored:
    """Images in a file of HDF5, (N, H, W, 3), read one by one, with (N,) labels."""

    file: str
    labels: NDArray[np.int64]


def read(card: SetCard, part: str, root: Path) -> Arrays | Files | Stored:
    """One part of a set whose files lie under `root`, through torchvision's class.

    Raises `DataUnavailable` for files that are damaged, and for a package that is missing.
    """
    if card.needs:
        _required(card)
    try:
        return _READERS[card.key](card, root, part)
    except DataUnavailable:
        raise
    except Exception as reason:  # noqa: BLE001 - what lies there may be anything, and so may what a reader says of it
        raise corrupt(root / _first(card), in_short(reason)) from None


def _required(card: SetCard) -> None:
    from importlib.util import find_spec

    if find_spec(card.needs) is None:
        raise DataUnavailable(
            f"{card.title} cannot be read without the package '{card.needs}', which is not installed: "
            f"run `pip install {card.needs}`, or choose another data set."
        )


def _first(card: SetCard) -> str:
    from tlcore.library.sets.finding import wanted

    return wanted(card.key, "test")[0].split("/")[0]


def _idx(card: SetCard, root: Path, part: str) -> Arrays:
    from torchvision import datasets

    train = part == "train"
    if card.key.startswith("emnist-"):
        found = datasets.EMNIST(root, split=card.key.removeprefix("emnist-"), train=train)
        images, labels = found.data.numpy().swapaxes(1, 2), found.targets.numpy()  # they lie on their side
        return _arrays(images[:, None], labels - (card.key == "emnist-letters"))  # letters count from 1
    kind = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST, "kmnist": datasets.KMNIST}[card.key]
    found = kind(root, train=train)
    return _arrays(found.data.numpy()[:, None], found.targets.numpy())


def _usps(_card: SetCard, root: Path, part: str) -> Arrays:
    from torchvision import datasets

    found = datasets.USPS(root, train=part == "train")
    return _arrays(found.data[:, None], np.array(found.targets))


def _svhn(_card: SetCard, root: Path, part: str) -> Arrays:
    from torchvision import datasets

    found = datasets.SVHN(root, split=part)
    return _arrays(found.data, found.labels)


def _cifar(card: SetCard, root: Path, part: str) -> Arrays:
    from torchvision import datasets

    # Its files are pickles: torchvision compares their checksums before it opens one, and nobody else opens them.
    found = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100}[card.key](root, train=part == "train")
    return _arrays(found.data.transpose(0, 3, 1, 2), np.array(found.targets))


def _stl10(_card: SetCard, root: Path, part: str) -> Arrays:
    from torchvision import datasets

    found = datasets.STL10(root, split=part)
    return _arrays(found.data, found.labels)


def _eurosat(card: SetCard, root: Path, part: str) -> Files:
    from torchvision import datasets

    found = datasets.EuroSAT(root)
    paths, labels = zip(*found.samples, strict=True)
    return _fifth(_files(card, paths, [found.classes[label] for label in labels]), part)


def _listed(card: SetCard, root: Path, part: str) -> Files:
    """Sets of which torchvision keeps the paths, the labels and the names of the classes."""
    from torchvision import datasets

    kind, split = {
        "dtd": (datasets.DTD, _VALID[part]),
        "food101": (datasets.Food101, part),
        "fgvc-aircraft": (datasets.FGVCAircraft, _VALID[part]),
    }[card.key]
    found = kind(root, split=split)
    return _files(card, found._image_files, [found.classes[label] for label in found._labels])


def _flowers(card: SetCard, root: Path, part: str) -> Files:
    from torchvision import datasets

    found = datasets.Flowers102(root, split=_VALID[part])
    return _files(card, found._image_files, [card.classes[label] for label in found._labels])


def _pets(card: SetCard, root: Path, part: str) -> Files:
    from torchvision import datasets

    found = datasets.OxfordIIITPet(root, split="trainval" if part == "train" else "test")
    return _files(card, found._images, [card.classes[label] for label in found._labels])


def _gtsrb(card: SetCard, root: Path, part: str) -> Files:
    from torchvision import datasets

    samples = datasets.GTSRB(root, split=part)._samples
    # A class's number is its folder's name; torchvision counts the folders, which differs where one is missing.
    numbers = [int(Path(path).parent.name) if part == "train" else label for path, label in samples]
    return _files(card, [path for path, _ in samples], [card.classes[number] for number in numbers])


def _pcam(_card: SetCard, root: Path, part: str) -> Stored:
    import h5py
    from torchvision import datasets

    found = datasets.PCAM(root, split=_VALID[part])
    images, labels = (found._base_folder / found._FILES[_VALID[part]][each][0] for each in ("images", "targets"))
    with h5py.File(labels) as stored:
        return Stored(str(images), stored["y"][:, 0, 0, 0].astype(np.int64))


def _caltech(card: SetCard, root: Path, part: str) -> Files:
    from torchvision import datasets

    found = datasets.Caltech101(root)
    folder = Path(found.root) / "101_ObjectCategories"
    names = [found.categories[label] for label in found.y]
    paths = [folder / name / f"image_{number:04d}.jpg" for name, number in zip(names, found.index, strict=True)]
    return _fifth(_files(card, paths, names), part)


def _imagenette(card: SetCard, root: Path, part: str) -> Files:
    from torchvision import datasets

    found = datasets.Imagenette(root, split="train" if part == "train" else "val", size="160px")
    paths, labels = zip(*found._samples, strict=True)
    return _files(card, paths, [found.classes[label][0] for label in labels])


def _omniglot(card: SetCard, root: Path, part: str) -> Files:
    from torchvision import datasets

    found = datasets.Omniglot(root, background=True)
    names = [_character(found._characters[label]) for _, label in found._flat_character_images]
    paths = [
        Path(found.target_folder) / found._characters[label] / name for name, label in found._flat_character_images
    ]
    return _fifth(_files(card, paths, names), part)


def _character(folder: str) -> str:
    """'Greek/character03' as the card calls it: 'Greek 03'."""
    alphabet, _, character = folder.replace(os.sep, "/").partition("/")
    return f"{alphabet.replace('_', ' ')} {character.removeprefix('character')}"


def _arrays(images: NDArray[np.uint8], labels: NDArray[Any]) -> Arrays:
    return Arrays(np.ascontiguousarray(images), labels.astype(np.int64))


def _files(card: SetCard, paths: Sequence[Any], names: Sequence[str]) -> Files:
    """Paths by class, each class sorted; a class of which none is there stays empty."""
    held: dict[str, list[str]] = {name: [] for name in card.classes}
    for path, name in zip(paths, names, strict=True):
        if name not in held:
            raise corrupt(Path(path).parent, f"it holds a class '{name}' that {card.title} does not have")
        held[name].append(str(path))
    return Files({name: sorted(some) for name, some in held.items()})


def _fifth(files: Files, part: str) -> Files:
    """Every fifth image of a class for the test, the others for training."""
    return Files(
        {
            name: [path for k, path in enumerate(some) if (k % FIFTH == FIFTH - 1) == (part == "test")]
            for name, some in files.held.items()
        }
    )


_READERS: Mapping[str, Callable[[SetCard, Path, str], Arrays | Files | Stored]] = {
    **dict.fromkeys(("mnist", "fashion-mnist", "kmnist", "emnist-letters", "emnist-digits", "emnist-balanced"), _idx),
    "usps": _usps,
    "svhn": _svhn,
    **dict.fromkeys(("cifar10", "cifar100"), _cifar),
    "stl10": _stl10,
    "eurosat": _eurosat,
    **dict.fromkeys(("dtd", "food101", "fgvc-aircraft"), _listed),
    "flowers102": _flowers,
    "oxford-pets": _pets,
    "gtsrb": _gtsrb,
    "pcam": _pcam,
    "caltech101": _caltech,
    "imagenette": _imagenette,
    "omniglot": _omniglot,
}
