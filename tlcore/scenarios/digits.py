"""Eight-by-eight digits: real handwriting that ships with scikit-learn, and print drawn to match it."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlcore.cards import Dial, ScenarioCard
from tlcore.errors import DataUnavailable
from tlcore.scenarios.base import Pair, Scenario, Split, dealt, generator
from tlcore.scenarios.printing import Styles, drawn

Images = NDArray[np.uint8]

DIGITS = tuple("0123456789")
HANDWRITTEN = (1437, 360)  # training and test images out of the 1,797 that there are
PRINTED = (1500, 300)
VARIED = 0.5  # how much print at 0 % plainness varies
FINE = (0.3, 0.75)  # how fine it is at 0 % and at 100 % plainness
CREDIT = (
    "Handwriting: Optical Recognition of Handwritten Digits, Alpaydin & Kaynak 1998, UCI (CC BY 4.0), "
    "as it ships with scikit-learn (BSD-3)."
)


def bundled(path: str) -> Path:
    """A data file inside of scikit-learn, found without importing it (which takes three seconds)."""
    found = find_spec("sklearn")
    for place in (found.submodule_search_locations or []) if found else []:
        file = Path(place) / "datasets" / path
        if file.is_file():
            return file
    raise DataUnavailable(f"scikit-learn's '{path}' is not installed: install the package again with its data files.")


@cache
def handwritten() -> Split:
    """The 1,797 digits of scikit-learn: (1797, 1, 8, 8) uint8 of 17 grey levels, ink bright."""
    table = np.loadtxt(bundled("data/digits.csv.gz"), delimiter=",")  # (1797, 64 pixels from 0 to 16, label)
    images = np.rint(table[:, :-1] * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)
    return _frozen(Split(images, table[:, -1].astype(np.int64)))


class PrintedToHandwritten(Scenario):
    """Rendered digits as the source, real handwriting as the target."""

    card = ScenarioCard(
        key="printed-to-handwritten",
        title="Printed → handwritten digits",
        kind="tiny",
        idea="Learn from digits that a computer drew, then read digits that people wrote.",
        source="printed digits",
        target="handwritten digits",
        classes=DIGITS,
        dials=(
            Dial(
                "shift", "plainness of the print", "%", 0, 100, 95, 5,
                "At 0 % the print varies in weight, slant and size, as handwriting does; at 100 % it is thin and even.",
            ),
        ),
        shape=(1, 8, 8),
        backbone="small-cnn-bn",
        steps=500,
        credit=f"Print: drawn with the font inside of Pillow (Aileron, CC0). {CREDIT}",
    )  # fmt: skip

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        train, test = HANDWRITTEN
        target = handwritten()
        rows = dealt(target.labels, {"train": train, "test": test}, seed, "handwritten")
        return Pair(
            printed(dials["shift"], seed, "train", PRINTED[0]),
            printed(dials["shift"], seed, "test", PRINTED[1]),
            target.at(rows["train"]),
            target.at(rows["test"]),
            self.card.classes,
        )

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        target = handwritten()
        rows = dealt(target.labels, {"train": HANDWRITTEN[0]}, seed, "handwritten")["train"][:count]
        return printed(dials["shift"], seed, "train", PRINTED[0], count), target.at(rows)


def printed(
    plainness: float, seed: int, part: str, size: int, first: int | None = None, classes: int = len(DIGITS)
) -> Split:
    """`size` printed digits from 0 to `classes` - 1, balanced and shuffled, or the `first` of them; plainness in %."""
    labels = generator(seed, f"printed, {part}, labels").permutation(np.arange(size) % classes).astype(np.int64)
    plain = plainness / 100
    fineness = FINE[0] + (FINE[1] - FINE[0]) * plain
    styles = Styles.varied(size, VARIED * (1 - plain), generator(seed, f"printed, {part}"), fineness)
    labels = labels[:first]
    return Split(drawn(labels, styles), labels)


def _frozen(split: Split) -> Split:
    """What is kept for the next build must not be written to by this one."""
    split.inputs.flags.writeable = False
    split.labels.flags.writeable = False
    return split
