"""Wrong labels, rare classes and missing ones in any pair of domains: what the dials about labels do.

Images are never changed, only left out or given another name. Whatever is left out of a domain is left out
of its training, validation and test parts alike; wrong labels and a long tail are the source's training part's
alone. What becomes of a row depends on the rows before it and on nothing after it, so that a preview of the
first rows shows what training will see.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tlcore.dials import IMBALANCE, LABELS, NOISE, SOURCE_MISSING, TARGET_MISSING, check_shared

if TYPE_CHECKING:
    from tlcore.scenarios.base import Pair, Split

Labels = NDArray[np.int64]
Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


def asked(dials: Mapping[str, float]) -> bool:
    """Whether any dial about labels is turned."""
    return any(dials.get(name, 0) > 0 for name in LABELS)


def relabelled(pair: "Pair", dials: Mapping[str, float], random: np.random.Generator) -> "Pair":
    """The pair with labels as the dials say; the very same one when all are at 0. Raises `OutOfRange`."""
    if not asked(dials):
        return pair
    unknown, absent = lost(len(pair.classes), dials)
    parts = {each.name: getattr(pair, each.name) for each in fields(pair)}
    changed: dict[str, Any] = {
        name: lacking(split, absent if name.startswith("target") else unknown)
        for name, split in parts.items()
        if name.startswith(("source_", "target_")) and split is not None
    }
    known = np.unique(changed["source_train"].labels)
    changed["source_train"] = mistaught(changed["source_train"], known, dials, random)
    return replace(pair, **changed)


def glanced(
    near: "Split", far: "Split", classes: int, dials: Mapping[str, float], random: np.random.Generator
) -> tuple["Split", "Split"]:
    """What `relabelled` makes of the first rows of both training parts, where the source has all `classes`."""
    unknown, absent = lost(classes, dials)
    known = np.arange(classes - len(unknown))
    return mistaught(lacking(near, unknown), known, dials, random, whole=False), lacking(far, absent)


def lost(classes: int, dials: Mapping[str, float]) -> tuple[Labels, Labels]:
    """The classes that the source lacks, and those that the target lacks.

    As in You et al., "Universal domain adaptation", CVPR 2019: shared classes first, then those of the source
    alone, then those of the target alone. Raises `OutOfRange` when none would be shared.
    """
    check_shared(classes, dials)
    of_target = classes - int(dials.get(SOURCE_MISSING, 0))  # the classes from here on are in the target alone
    shared = of_target - int(dials.get(TARGET_MISSING, 0))
    return np.arange(of_target, classes), np.arange(shared, of_target)


def lacking(split: "Split", classes: Labels) -> "Split":
    """The rows of all other classes."""
    return split.at(np.flatnonzero(~np.isin(split.labels, classes))) if len(classes) else split


def mistaught(
    split: "Split", known: Labels, dials: Mapping[str, float], random: np.random.Generator, whole: bool = True
) -> "Split":
    """A source's training part, or its first rows, with a long tail and with wrong labels, in this order."""
    if dials.get(IMBALANCE, 0) > 0:
        split = split.at(long_tailed(np.searchsorted(known, split.labels), len(known), dials[IMBALANCE] / 100, whole))
    if dials.get(NOISE, 0) > 0 and len(known) > 1:
        ranks = np.searchsorted(known, split.labels)
        split = replace(split, labels=known[mislabelled(ranks, len(known), dials[NOISE] / 100, random)])
    return split


def long_tailed(labels: Labels, classes: int, rarity: float, whole: bool = True) -> Rows:
    """Rows of which class i keeps the share (1 - rarity)^(i / (classes - 1)), spread evenly.

    Of the `whole` at least one of each class; of the first rows of more, those that are kept of the whole.

    The exponential profile of CIFAR-LT: Cao et al., NeurIPS 2019, arXiv:1906.07413, section 5.1, whose ratio of
    the most to the least frequent class is 1 / (1 - rarity) here; n images become n times the share, rounded.
    """
    place = _places(labels)
    kept = _falls(place, shares(classes, rarity)[labels], 0.5)
    if whole:
        kept |= (place == 0) & ~np.isin(labels, labels[kept])
    return np.flatnonzero(kept)


def shares(classes: int, rarity: float) -> Floats:
    """How much each class keeps, (classes,): 1 for the first, 1 - rarity for the last."""
    kept: Floats = (1 - rarity) ** (np.arange(classes) / max(1, classes - 1))
    return kept


def mislabelled(labels: Labels, classes: int, share: float, random: np.random.Generator) -> Labels:
    """The labels (N,), of which a share of each class, to within one, names the other classes in turn.

    Within a class every so many-th row is wrong, from a start by chance.
    """
    start, turn = random.random(classes)[labels], random.integers(0, classes - 1, classes)[labels]
    place = _places(labels)
    before = np.floor(place * share + start).astype(np.int64)  # so many of its class are wrong already
    other = (labels + 1 + (before + turn) % (classes - 1)) % classes
    return np.where(_falls(place, share, start), other, labels)


def _places(labels: Labels) -> Rows:
    """For each row how many rows of its class come before it."""
    order = np.argsort(labels, kind="stable")
    ordered = labels[order]
    first = np.searchsorted(ordered, ordered)  # where the class of each begins
    places = np.empty(len(labels), dtype=np.int64)
    places[order] = np.arange(len(labels)) - first
    return places


def _falls(place: Rows, share: Floats | float, start: Floats | float) -> NDArray[np.bool_]:
    """Whether a row is one of a share that is spread evenly over its class, from a start between 0 and 1."""
    fallen: NDArray[np.bool_] = np.floor((place + 1) * share + start) > np.floor(place * share + start)
    return fallen
