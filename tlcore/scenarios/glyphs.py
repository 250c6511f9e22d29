"""Letters of many alphabets, drawn with a restless hand: many classes of few images each, and then new classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlcore.cards import Dial, ScenarioCard
from tlcore.scenarios.alphabets import CANVAS, KNOWN, LETTERS, NEW, STROKES, glyph
from tlcore.scenarios.base import Labels, Pair, Scenario, Split, generator

Images = NDArray[np.uint8]
Floats = NDArray[np.float64]

SIDE = 20
SCAN = 2 * SIDE  # letters are drawn at twice the size and averaged
DRAWINGS = {"train": 20, "test": 10}  # of every letter; Omniglot has 20
CORNERS = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])  # of a square, in Pillow's order


@dataclass(frozen=True)
class Hand:
    """How each of N letters is drawn."""

    weight: Labels  # (N,): which of STROKES
    corners: Floats  # (N, 4, 2): where in the glyph the corners of each drawing lie, in pixels

    @classmethod
    def varied(cls, count: int, restlessness: float, random: np.random.Generator) -> Self:
        """Hands around one plain style: a restlessness of 0 draws every letter the same way."""

        def within(most: float, *more: int) -> Floats:
            return restlessness * random.uniform(-most, most, (count, *more))

        plain = random.random(count) > restlessness
        weight = np.where(plain, 1, random.integers(0, len(STROKES), count))
        half = CANVAS / 2
        slant, turn, wide, high = within(0.45), within(0.35), 1 + within(0.25), 1 + within(0.25)
        stretched = CORNERS * np.stack([wide, high], axis=1)[:, None]  # (N, 4, 2)
        stretched[:, :, 0] += slant[:, None] * stretched[:, :, 1]
        cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
        x, y = stretched[:, :, 0], stretched[:, :, 1]
        turned = np.stack([cos * x - sin * y, sin * x + cos * y], axis=2)
        return cls(weight, half * (1 + turned + within(0.15, 1, 2) + within(0.25, 4, 2)))

    def first(self, count: int | None) -> Self:
        return type(self)(self.weight[:count], self.corners[:count])


def drawn(letters: str, hand: Hand) -> Images:
    """One image a letter: (N, 1, 20, 20), ink bright."""
    scans = np.empty((len(letters), SCAN, SCAN), np.uint8)
    places, weights = hand.corners.reshape(-1, 8).tolist(), hand.weight.tolist()
    for row, letter in enumerate(letters):
        scan = glyph(letter, weights[row]).transform(
            (SCAN, SCAN), Image.Transform.QUAD, places[row], Image.Resampling.BILINEAR
        )
        scans[row] = np.asarray(scan)
    blocks = scans.reshape(-1, SIDE, 2, SIDE, 2).mean(axis=(2, 4), dtype=np.float32)
    images: Images = np.rint(blocks).astype(np.uint8)[:, None]
    return images


class Glyphs(Scenario):
    """Letters of four alphabets as the source, letters of four others as the target."""

    card = ScenarioCard(
        key="glyphs",
        title="Letters → letters of new alphabets",
        kind="tiny",
        idea="Learn what makes two drawings the same letter, then tell apart letters never met, from one example each.",
        source=f"{', '.join(KNOWN)}",
        target=f"{', '.join(NEW)}",
        classes=tuple(LETTERS),
        dials=(
            Dial(
                "shift", "restlessness of the hand", "%", 10, 100, 80, 5,
                "How much drawings of a letter differ in weight, slant, turn, place and form; 10 % is nearly print.",
            ),
        ),
        shape=(1, SIDE, SIDE),
        backbone="small-cnn-bn",
        steps=600,
        credit="Drawn with letters of DejaVu Sans 2.37 (Bitstream Vera licence; changes in the public domain).",
        offers=("new classes",),
        exam="episodes",
        label_sets="disjoint",
        target_labels=1,
    )  # fmt: skip

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        parts = [(domain, part) for domain in ("source", "target") for part in DRAWINGS]
        source, source_test, target, target_test = (self._part(*each, dials, seed) for each in parts)
        return Pair(source, source_test, target, target_test, self.card.classes)

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        return self._part("source", "train", dials, seed, count), self._part("target", "train", dials, seed, count)

    def _part(self, domain: str, part: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        known = sum(map(len, KNOWN.values()))
        own = np.arange(known) if domain == "source" else np.arange(known, len(LETTERS))
        labels = generator(seed, f"letters, {domain} {part}").permutation(np.repeat(own, DRAWINGS[part]))
        hand = Hand.varied(len(labels), dials["shift"] / 100, generator(seed, f"hands, {domain} {part}"))
        labels = labels[:first].astype(np.int64)
        return Split(drawn("".join(LETTERS[label] for label in labels), hand.first(first)), labels)
