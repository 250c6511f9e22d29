"""Pairs of torchvision's data sets on which the field measures: those classes that both have."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from tlcore.cards import Dial, ScenarioCard
from tlcore.library import domains, sets
from tlcore.library.domains import DomainEntry
from tlcore.library.listing import Listing, Part
from tlcore.library.matching import matched
from tlcore.library.sets import SetCard
from tlcore.scenarios.base import Pair, Scenario, Split
from tlcore.scenarios.pairs import Between

_IMAGES = 10_000  # to learn from of each domain, unless somebody asks for more


class Known(Scenario):
    """Two data sets, and of each the classes that the other has as well: those come first in their label space."""

    def __init__(self, card: ScenarioCard, source: str, target: str) -> None:
        self.card = card
        self.domains = source, target

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        pair = self._between()._pair(self._asked(dials), seed)
        near, far = int(dials["images_source"]), int(dials["images_target"])
        return replace(
            pair,
            source_train=self._kept(pair.source_train, near),
            source_test=self._kept(pair.source_test),
            target_train=self._kept(pair.target_train, far),
            target_test=self._kept(pair.target_test),
            classes=self.card.classes,
            source_validation=pair.source_validation and self._kept(pair.source_validation),
            target_validation=pair.target_validation and self._kept(pair.target_validation),
        )

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        source, target = self._between()._glance(self._asked(dials), seed, 2 * count)
        return self._kept(source, count), self._kept(target, count)

    def entries(self) -> tuple[DomainEntry, DomainEntry]:
        """Both domains, with those classes only that count here."""
        source, target = map(domains.find, self.domains)
        both, many = matched(source, target), len(self.card.classes)
        return _only(source, both.source < many), _only(target, both.target < many)

    def _between(self) -> Between:
        # Asked for anew each time: what is not here yet may have been fetched meanwhile.
        source, target = map(domains.find, self.domains)
        return Between(source, target, replace(self.card, classes=matched(source, target).classes))

    def _asked(self, dials: Mapping[str, float]) -> dict[str, float]:
        """As many images more as belong to classes that are left out."""
        more = [len(sets.card(key).classes) / len(self.card.classes) for key in self.domains]
        return {
            **dials,
            "images_source": ceil(dials["images_source"] * more[0]),
            "images_target": ceil(dials["images_target"] * more[1]),
        }

    def _kept(self, split: Split, most: int = 0) -> Split:
        rows = np.flatnonzero(split.labels < len(self.card.classes))
        return split.at(rows[:most] if most else rows)


def _only(entry: DomainEntry, kept: NDArray[np.bool_]) -> DomainEntry:
    """A domain with some of its classes; `kept` is (classes,)."""
    if kept.all():
        return entry
    names = tuple(name for name, stays in zip(entry.classes, kept, strict=True) if stays)
    parts = {name: count * len(names) // len(kept) for name, count in entry.parts.items()}
    return replace(entry, classes=names, parts=parts, listed=lambda part: _of(entry.listed(part), names, kept))


def _of(whole: Listing, names: tuple[str, ...], kept: NDArray[np.bool_]) -> Listing:
    """The rows of some classes, numbered anew."""
    part = Part(whole, np.flatnonzero(kept[whole.labels]))
    part.classes, part.labels = names, (np.cumsum(kept) - 1)[part.labels]
    return part


def _known(source: str, target: str, idea: str, backbone: str, sides: tuple[int, int] = (0, 0)) -> Known:
    """A pair with its card; `sides` are the dial's bounds where the images are large enough for one."""
    near, far = sets.card(source), sets.card(target)
    both = matched(near, far)
    least, most = sides
    side = least or max(near.side, far.side)
    dials: tuple[Dial, ...] = (_images("source", near, both.shared), _images("target", far, both.shared))
    if most:
        dials = (
            Dial(
                "side", "width and height of the images", "px", least, most, least, 16,
                "Each image is brought to this size, once; small ones train quickly, large ones show more.",
            ),
            *dials,
        )  # fmt: skip
    return Known(
        ScenarioCard(
            key=f"{source}-to-{target}",
            title=f"{near.title} → {far.title}",
            kind="real",
            idea=idea,
            source=near.title,
            target=far.title,
            classes=both.classes[: both.shared],
            dials=dials,
            shape=(3, side, side),
            backbone=backbone,
            steps=2000,
            credit=f"{_credit(near)} {_credit(far)}",
            download_mb=near.megabytes + far.megabytes,
        ),
        source,
        target,
    )


def _images(which: str, card: SetCard, classes: int) -> Dial:
    total = card.images["train"] * classes // len(card.classes)
    return Dial(
        f"images_{which}", f"{which} images", "", 0, -(-total // 100) * 100, _IMAGES if total > _IMAGES else 0, 100,
        f"So many to learn from, with as many of every class as is its share, and fewer held out; 0: all of {total:,}.",
    )  # fmt: skip


def _credit(card: SetCard) -> str:
    return f"{card.title}: {card.citation} ({card.licence})."


KNOWN = (
    _known("svhn", "mnist", "House numbers in colour, then handwritten digits, white on black.", "lenet"),
    _known(
        "mnist", "svhn",
        "Handwritten digits, then house numbers in photographs: the hard direction, where most methods fail.", "lenet",
    ),
    _known("emnist-digits", "mnist", "Digits by other hands, cut out by another rule.", "lenet"),
    _known(
        "cifar10", "stl10", "Nine classes that both have, from tiny photographs to larger ones; no frog, no monkey.",
        "small-resnet", (32, 96),
    ),
    _known(
        "stl10", "cifar10", "The same nine classes the other way, from few photographs to many tiny ones.",
        "small-resnet", (32, 96),
    ),
)  # fmt: skip
