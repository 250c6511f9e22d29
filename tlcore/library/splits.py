"""Which images are for training, for validation and for the test: by class, by seed, and never apart from a double."""

from collections.abc import Mapping
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Rows = NDArray[np.int64]

SHARES = {"train": 0.7, "test": 0.2, "validation": 0.1}  # in the order in which a small class gets some
HELD_OUT = SHARES["validation"] / (SHARES["train"] + SHARES["validation"])  # of training images, where a test is given


def split(
    labels: Labels, seed: int, shares: Mapping[str, float], twins: Labels | None = None, name: str = ""
) -> dict[str, Rows]:
    """Rows of each part by name, every class divided by the same shares, in an order of the seed's.

    A class of one image is for the first part alone, and so on. `twins` (N,) numbers groups of rows that show the very
    same image, -1 for all others: a group goes where its first row goes. Two domains of another `name` are divided
    and put in order independently.
    """
    random = np.random.default_rng([seed, crc32(name.encode())])
    ends = np.cumsum(list(shares.values()))
    ends[-1] = np.inf
    part = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        part[rows] = np.searchsorted(ends, (np.arange(len(rows)) + 0.5) / len(rows), side="right")
    if twins is not None:
        first = {int(twins[row]): row for row in reversed(np.flatnonzero(twins >= 0).tolist())}
        for row in np.flatnonzero(twins >= 0).tolist():
            part[row] = part[first[int(twins[row])]]
    return {name: random.permutation(np.flatnonzero(part == number)) for number, name in enumerate(shares)}


def some(labels: Labels, count: int) -> Rows:
    """`count` rows, as many of every class as is its share and at least one; the same ones always, in order."""
    if count >= len(labels):
        return np.arange(len(labels))
    return np.sort(stratified(labels, np.random.default_rng(0))[:count])


def stratified(labels: Labels, random: np.random.Generator) -> Rows:
    """An order of the rows of which every stretch holds the classes in their overall proportion.

    Each class is shuffled and then spread evenly over the whole order, so that any two stretches
    are disjoint, stratified samples of exactly the wanted size.
    """
    place = np.empty(len(labels))
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        place[rows] = (np.arange(len(rows)) + random.random()) / len(rows)
    return np.argsort(place, kind="stable")
