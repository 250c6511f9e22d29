"""A shift composed by hand, of any domain of images: one half as it is, the other half changed; `svhn~shifted`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tlcore.cards import SHIFTED, Dial, ScenarioCard
from tlcore.dials import CLASS_MIX, SHIFT
from tlcore.scenarios.alphabets import KNOWN
from tlcore.scenarios.base import Pair, Scenario, Split, dealt, generator
from tlcore.scenarios.digits import CREDIT, PrintedToHandwritten, handwritten, printed
from tlcore.scenarios.glyphs import Glyphs, Hand, drawn
from tlcore.scenarios.handwriting import PARTS
from tlcore.scenarios.recipe import DIALS, Recipe, changed
from tlcore.scenarios.relabelled import long_tailed
from tlcore.scenarios.shapes import Shapes

Part = Callable[[str, int, int | None], Split]
"""From a part's name, a seed and how many of its first rows are wanted: these, unchanged, in one colour or three."""

NAMES = tuple(PARTS)  # "source train", "target train", "source test", "target test"
LATIN = KNOWN["Latin"]


class Shifted(Scenario, ABC):
    """Two halves of one domain without an image in common, of which the target's is changed."""

    paper = False  # whether the images are bright ink on dark paper, and not photographs

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        near, far, near_test, far_test = (self._mixed(self._part(name, dials, seed), name, dials) for name in NAMES)
        return Pair(near, near_test, far, far_test, self.card.classes)

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        source, target, wanted = NAMES[0], NAMES[1], count if not dials[CLASS_MIX] else 2 * count
        while True:
            seen = self._part(target, dials, seed, wanted)
            kept = self._mixed(seen, target, dials, whole=False)
            if len(kept) >= count or len(seen) < wanted:
                return self._part(source, dials, seed, count), kept.at(slice(count))
            wanted *= 2

    @abstractmethod
    def _part(self, name: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        """A part, or its first rows, with the target's images changed."""

    def _mixed(self, split: Split, name: str, dials: Mapping[str, float], whole: bool = True) -> Split:
        """The rows that a target keeps whose classes are no longer equally frequent."""
        rarity = dials[SHIFT] * dials[CLASS_MIX] / 1e4
        if name.startswith("source") or rarity == 0:
            return split
        return split.at(long_tailed(split.labels, len(self.card.classes), rarity, whole))


class Drawn(Shifted):
    """Of images that are at hand or drawn on the spot: all of them are changed at once."""

    def __init__(self, card: ScenarioCard, part: Part, paper: bool = True) -> None:
        self.card, self._clean, self.paper = card, part, paper

    def _part(self, name: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        split = self._clean(name, seed, first)
        images = np.repeat(split.inputs, 3 // split.inputs.shape[1], axis=1)  # (N, 3, H, W)
        if name.startswith("target"):
            images = changed(images, Recipe.of(dials), seed, f"{self.card.key}, {name}", self.paper)
        return replace(split, inputs=images)


def composed_card(
    key: str, title: str, source: str, target: str, *, more: tuple[Dial, ...] = (), **said: Any
) -> ScenarioCard:
    """The card of a domain's composed shift, with `more` dials; the rest as `ScenarioCard` has it."""
    return ScenarioCard(
        key=f"{key}{SHIFTED}",
        title=f"{title} → {target}",
        idea="Compose a shift: turn, blur, dye, light up, drown in noise, or let classes be rare, as much as you like. "
        "Other images of the same kind are changed so, and the source stays as it is.",
        source=source,
        target=target,
        dials=(*DIALS, *more),
        **said,
    )


def _handwritten(name: str, seed: int, first: int | None) -> Split:
    digits = handwritten()
    return digits.at(dealt(digits.labels, PARTS, seed, "handwriting")[name][:first])


def _printed(name: str, seed: int, first: int | None) -> Split:
    return printed(50, seed, f"{name}, to be shifted", 300 if name.endswith("test") else 1000, first)


def _shapes(name: str, seed: int, first: int | None) -> Split:
    return Shapes()._part(name, {"shift": 0}, seed, first)


def _letters(name: str, seed: int, first: int | None) -> Split:
    copies = 10 if name.endswith("test") else 20
    labels = generator(seed, f"latin, {name}").permutation(np.repeat(np.arange(len(LATIN)), copies))
    hand = Hand.varied(len(labels), 0.6, generator(seed, f"latin hands, {name}")).first(first)
    labels = labels[:first].astype(np.int64)
    return Split(drawn("".join(LATIN[label] for label in labels), hand), labels)


def _tiny(key: str, title: str, target: str, part: Part, like: ScenarioCard, **more: Any) -> Scenario:
    """A domain that needs no download; whatever is not said is as in the card of a scenario that has it as well."""
    said = {"classes": like.classes, "backbone": like.backbone, "credit": like.credit, **more}
    source, shape = title[:1].lower() + title[1:], (3, *like.shape[1:])
    card = composed_card(key, title, source, target, kind="tiny", shape=shape, steps=500, target_labels=5, **said)
    return Drawn(card, part)


BUILT_IN: Mapping[str, Scenario] = {
    "handwritten": _tiny(
        "handwritten", "Handwritten digits", "changed handwriting", _handwritten, PrintedToHandwritten.card,
        credit=CREDIT,
    ),
    "printed": _tiny("printed", "Printed digits", "changed print", _printed, PrintedToHandwritten.card),
    "letters": _tiny("letters", "Latin letters", "changed letters", _letters, Glyphs.card, classes=tuple(LATIN)),
    "shapes": _tiny(
        "shapes", "Shapes", "changed shapes", _shapes, Shapes.card,
        offers=Shapes.card.offers, factors=Shapes.card.factors,
    ),
}  # fmt: skip
