"""Omniglot: characters that twenty people drew once each, of five alphabets, and then of three new ones."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from tlcore.cards import ScenarioCard
from tlcore.library import sets, waiting
from tlcore.library.absence import corrupt, in_short, missing, places
from tlcore.scenarios.base import Pair, Scenario, Split, dealt

Images = NDArray[np.uint8]

SIDE = 28
DRAWINGS = 20  # of every character
FOLDERS = ("images_background", "images_background_small1", "images_background_small2")  # as they are published
KNOWN = {"Balinese": 24, "Early_Aramaic": 22, "Greek": 24, "Korean": 40, "Latin": 26}  # all of small1: characters
NEW = {"Japanese_(katakana)": 47, "Sanskrit": 42, "Tagalog": 17}  # what small2 holds beside
TRAINING = {"source": 14, "target": 10}  # of each character's drawings; the exam has the others
FIRST_NEW = sum(KNOWN.values())  # the label of the first new character
MEGABYTES = 10.0
FILES = "the folders 'images_background_small1' and 'images_background_small2' (or 'images_background')"


class Omniglot(Scenario):
    """Characters of five alphabets as the source, characters of three others as the target."""

    card = ScenarioCard(
        key="omniglot",
        title="Omniglot → new alphabets",
        kind="real",
        idea="Learn what makes two drawings the same character, then tell apart characters of alphabets never met.",
        source="Balinese, Aramaic, Greek, Korean, Latin",
        target="Katakana, Sanskrit, Tagalog",
        classes=tuple(
            f"{alphabet.split('_')[-1].strip('()').capitalize()} {k + 1}"
            for alphabet, characters in (KNOWN | NEW).items()
            for k in range(characters)
        ),
        dials=(),
        shape=(1, SIDE, SIDE),
        backbone="conv4",
        steps=2000,
        credit="Omniglot: Lake, Salakhutdinov & Tenenbaum, Science 2015 (MIT licence); its two small background sets.",
        download_mb=MEGABYTES,
        offers=("new classes",),
        exam="episodes",
        label_sets="disjoint",
        target_labels=1,
    )

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        near, near_test = _dealt("source", _whole(KNOWN, 0), seed)
        far, far_test = _dealt("target", _whole(NEW, FIRST_NEW), seed)
        return Pair(near, near_test, far, far_test, self.card.classes)

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        return _first(KNOWN, 0, count), _first(NEW, FIRST_NEW, count)


def _whole(alphabets: Mapping[str, int], first: int) -> Split:
    """All drawings of some alphabets, downloaded if need be, with labels from `first` on."""
    if any(_folder(alphabet) is None for alphabet in alphabets):
        sets.fetch("omniglot", waiting.tell)
    folders = _characters(alphabets)
    images = np.concatenate([_drawings(folder) for folder in folders])
    return Split(images, first + np.repeat(np.arange(len(folders)), DRAWINGS))


def _first(alphabets: Mapping[str, int], first: int, count: int) -> Split:
    """One drawing each of `count` characters of all the alphabets, from files that are there already."""
    folders = _characters(alphabets)
    chosen = np.linspace(0, len(folders), count, endpoint=False).astype(np.int64)
    return Split(np.stack([_read(_files(folders[k])[0]) for k in chosen]), first + chosen)


def _dealt(domain: str, drawings: Split, seed: int) -> tuple[Split, Split]:
    training = len(drawings) // DRAWINGS * TRAINING[domain]
    sizes = {"train": training, "test": len(drawings) - training}
    rows = dealt(drawings.labels, sizes, seed, f"omniglot, {domain}")
    return drawings.at(rows["train"]), drawings.at(rows["test"])


def _folder(alphabet: str) -> Path | None:
    found = (place / folder / alphabet for place in places() for folder in FOLDERS)
    return next((each for each in found if each.is_dir()), None)


def _characters(alphabets: Mapping[str, int]) -> list[Path]:
    """The folder of every character, in order. Raises `DataUnavailable`."""
    found: list[Path] = []
    for alphabet, wanted in alphabets.items():
        folder = _folder(alphabet)
        if folder is None:
            raise missing(f"Omniglot's {alphabet}", FILES, MEGABYTES)
        characters = sorted(each for each in folder.iterdir() if each.is_dir())
        if len(characters) != wanted:
            raise corrupt(folder, f"it has {len(characters)} characters and should have {wanted}")
        found += characters
    return found


def _files(character: Path) -> list[Path]:
    files = sorted(character.glob("*.png"))
    if len(files) != DRAWINGS:
        raise corrupt(character, f"it has {len(files)} drawings and should have {DRAWINGS}")
    return files


@cache
def _drawings(character: Path) -> Images:
    return np.stack([_read(file) for file in _files(character)])


def _read(file: Path) -> Images:
    """A drawing of 105×105, black on white, as (1, 28, 28) with bright ink."""
    try:
        with Image.open(file) as drawing:
            ink = ImageOps.invert(drawing.convert("L"))
    except (OSError, UnidentifiedImageError) as reason:
        raise corrupt(file, in_short(reason)) from None
    return np.asarray(ink.resize((SIDE, SIDE), Image.Resampling.BILINEAR))[None]
