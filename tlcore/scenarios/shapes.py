"""Figures of many shapes, colours, sizes and textures: in other surroundings, in new combinations, or with a bias."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tlcore.cards import Dial, Factor, ScenarioCard
from tlcore.scenarios.base import Labels, Pair, Scenario, Split, generator
from tlcore.scenarios.figures import COLOURS, SHAPES, SIDE, SIZES, TEXTURES, Figures, drawn
from tlcore.scenarios.surroundings import Surroundings

IMAGES = {"source train": 1500, "source test": 500, "target train": 1500, "target test": 500}
WEAKER = 0.15  # how much weaker the tie of shape and colour is in the second environment
CREDIT = "Drawn on the spot."
SHAPE, COLOUR = Factor("shape", SHAPES), Factor("colour", COLOURS)
SIZE, TEXTURE = Factor("size", SIZES), Factor("texture", TEXTURES)
COMBINATIONS = tuple(f"{colour} {shape}" for shape in SHAPES for colour in COLOURS)  # label = 5 shape + colour


class Parts(Scenario):
    """A scenario whose four parts are drawn by name, each whole or only the first images of it."""

    def _part(self, name: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        raise NotImplementedError

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        near, near_test, far, far_test = (self._part(name, dials, seed) for name in IMAGES)
        return Pair(near, near_test, far, far_test, self.card.classes)

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        return self._part("source train", dials, seed, count), self._part("target train", dials, seed, count)


class Shapes(Parts):
    """Figures on dark paper as the source, in other surroundings as the target; the label is the shape."""

    card = ScenarioCard(
        key="shapes",
        title="Shapes → shapes in other surroundings",
        kind="tiny",
        idea="Tell five shapes apart, whatever their colour, size and texture; then on motley ground in bad light.",
        source="shapes on dark paper",
        target="shapes on motley ground",
        classes=SHAPES,
        dials=(
            Dial(
                "shift", "unrest of the ground", "%", 0, 100, 50, 5,
                "At 0 % the paper is dark and even; towards 100 % the ground turns into coloured blotches, "
                "the light falls off to one side, and the camera adds noise.",
            ),
        ),
        shape=(3, SIDE, SIDE),
        backbone="small-cnn-colour",
        steps=500,
        credit=CREDIT,
        offers=("factors",),
        factors=(COLOUR, SIZE, TEXTURE),
        target_labels=5,
    )  # fmt: skip

    def _part(self, name: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        shape, colour = np.divmod(_balanced(len(COMBINATIONS), name, seed), len(COLOURS))
        figures = Figures.varied(shape, colour, generator(seed, f"shapes, {name}"))
        factors = np.stack([colour, figures.size, figures.texture], axis=1)
        unrest = dials["shift"] / 100 if name.startswith("target") else 0
        return _photographed(figures, shape, factors, unrest, name, seed, first)


class ZeroShot(Parts):
    """Combinations of shape and colour as classes, some of which the source lacks."""

    card = ScenarioCard(
        key="shapes-zero-shot",
        title="Known combinations → all combinations",
        kind="tiny",
        idea="Learn from red circles and blue squares what red and square mean; then name a red square, never seen.",
        source="some combinations",
        target="all combinations",
        classes=COMBINATIONS,
        dials=(
            Dial(
                "shift", "combinations left out", "", 0, 15, 5, 5,
                "So many of the 25 combinations are missing from the source: one, two or three colours of each shape.",
            ),
        ),
        shape=(3, SIDE, SIDE),
        backbone="small-cnn-colour",
        steps=800,
        credit=CREDIT,
        offers=("factors", "attributes"),
        factors=(SHAPE, COLOUR, SIZE, TEXTURE),
        exam="zero-shot",
        label_sets="open",
    )  # fmt: skip

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        pair = super()._pair(dials, seed)
        return replace(pair, attributes=attributes(), attribute_names=(*SHAPES, *COLOURS))

    def _part(self, name: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        left_out = int(dials["shift"]) // len(SHAPES) if name.startswith("source") else 0
        known = np.array([label for label in range(len(COMBINATIONS)) if not unseen(label, left_out)])
        labels = known[_balanced(len(known), name, seed)]
        shape, colour = np.divmod(labels, len(COLOURS))
        figures = Figures.varied(shape, colour, generator(seed, f"combinations, {name}"))
        factors = np.stack([shape, colour, figures.size, figures.texture], axis=1)
        return _photographed(figures, labels, factors, 0, name, seed, first)


class Bias(Parts):
    """Shapes whose colour gives them away in the source, and does not in the target."""

    card = ScenarioCard(
        key="shapes-bias",
        title="Colour gives shapes away → it does not",
        kind="tiny",
        idea="In the source nearly all circles are red and all squares yellow, so nobody need look at the shape.",
        source="shapes in their own colour",
        target="shapes in any colour",
        classes=SHAPES,
        dials=(
            Dial(
                "shift", "strength of the bias", "%", 0, 100, 95, 5,
                "How often a shape of the source has its own colour, beyond chance, in the first environment; "
                "in the second it is 15 % less.",
            ),
            Dial(
                "reversal", "reversal in the target", "%", 0, 100, 0, 5,
                "How often a target shape has the colour that the source gives to the next shape; else it has any.",
            ),
        ),
        shape=(3, SIDE, SIDE),
        backbone="small-cnn-colour",
        steps=500,
        credit=f"{CREDIT} The idea is ColoredMNIST's: Arjovsky et al. 2019, arXiv:1907.02893.",
        offers=("environments", "factors"),
        factors=(Factor("environment", ("strong bias", "weaker bias", "target")), COLOUR, SIZE, TEXTURE),
        target_labels=5,
    )  # fmt: skip

    def _part(self, name: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        shape = _balanced(len(SHAPES), name, seed)
        random = generator(seed, f"bias, {name}")
        if name.startswith("source"):
            environment = random.integers(0, 2, len(shape))
            tied = dials["shift"] / 100 * np.array([1, 1 - WEAKER])[environment]
            own = shape
        else:
            environment = np.full(len(shape), 2)
            tied, own = np.full(len(shape), dials["reversal"] / 100), (shape + 1) % len(SHAPES)
        colour = np.where(random.random(len(shape)) < tied, own, random.integers(0, len(COLOURS), len(shape)))
        figures = Figures.varied(shape, colour, random)
        factors = np.stack([environment, colour, figures.size, figures.texture], axis=1)
        return _photographed(figures, shape, factors, 0, name, seed, first)


def attributes() -> NDArray[np.float32]:
    """What is known of each combination: a 1 for its shape and a 1 for its colour, (25, 10)."""
    shape, colour = np.divmod(np.arange(len(COMBINATIONS)), len(COLOURS))
    return np.concatenate([np.eye(len(SHAPES))[shape], np.eye(len(COLOURS))[colour]], axis=1, dtype=np.float32)


def unseen(label: int, colours: int) -> bool:
    """Whether a combination is left out when so many colours of each shape are: every colour equally often."""
    shape, colour = divmod(label, len(COLOURS))
    return (colour - 2 * shape) % len(COLOURS) < colours


def _balanced(classes: int, name: str, seed: int) -> Labels:
    """As many labels as the part has images, each equally often, shuffled."""
    return generator(seed, f"labels, {name}").permutation(np.arange(IMAGES[name]) % classes).astype(np.int64)


def _photographed(
    figures: Figures, labels: Labels, factors: Labels, unrest: float, name: str, seed: int, first: int | None
) -> Split:
    """The part's first images, or all."""
    places = generator(seed, f"surroundings, {name}"), generator(seed, f"grain, {name}")
    around = Surroundings.drawn(len(labels), *places).first(first)
    picture = drawn(figures.first(first), around.ground(unrest))
    return Split(around.photographed(picture, unrest), labels[:first], factors[:first])
