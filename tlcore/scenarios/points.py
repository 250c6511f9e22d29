"""Two-dimensional points: domains that can be seen whole, together with the decision boundary."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tlcore.cards import Dial, ScenarioCard
from tlcore.scenarios.base import Labels, Pair, Scenario, Split, generator

Points = NDArray[np.float32]

POINTS = 500  # in each of the four parts
MOON_NOISE = 0.1  # standard deviation, beside moons of radius 1
BLOB_SPREAD = 0.45  # standard deviation, beside centres that are 3 apart
DRIFT = (1.0, 0.5)  # where a shift of 1 moves the target: across the boundary, and a little up
BEND = 0.7  # the curve between the classes under the covariate shift is y = -BEND x²


class Moons(Scenario):
    """Two interlocking half circles; the target is rotated around their common centre."""

    card = ScenarioCard(
        key="moons",
        title="Moons → rotated moons",
        kind="points",
        idea="Two interlocking half moons; the target is the same shape, turned.",
        source="moons",
        target="rotated moons",
        classes=("upper moon", "lower moon"),
        dials=(
            Dial("shift", "rotation", "°", 0, 180, 35, 1, "How far the target is turned; at 180° the classes swap."),
        ),
        shape=(2,),
        backbone="tiny-mlp",
        steps=1200,
        credit="Drawn on the spot; the picture follows figure 2 of Ganin et al., JMLR 2016.",
    )

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        def source(part: str) -> Split:
            labels = _labels(POINTS, 0.5, generator(seed, f"moons, {part}, labels"))
            return Split(moons(labels, generator(seed, f"moons, {part}")), labels)

        def target(part: str) -> Split:
            upright = source(part)
            return Split(rotated(upright.inputs, dials["shift"]), upright.labels)

        return Pair(
            source("source train"), source("source test"), target("target train"), target("target test"),
            self.card.classes,
        )  # fmt: skip


class Blobs(Scenario):
    """Two Gaussian clouds; the target is moved, and its classes may be out of balance."""

    card = ScenarioCard(
        key="blobs",
        title="Blobs → moved blobs",
        kind="points",
        idea="Two round clouds; the target is moved, and one of its classes may be rare.",
        source="blobs",
        target="moved blobs",
        classes=("left blob", "right blob"),
        dials=(
            Dial("shift", "distance", "", 0, 3, 2, 0.1, "How far the target is moved; the blobs are 3 apart."),
            Dial(
                "proportion", "share of the right blob", "%", 50, 95, 50, 5,
                "How many target points belong to the right blob; the source has half and half.",
            ),
        ),
        shape=(2,),
        backbone="tiny-mlp",
        steps=1200,
        credit="Drawn on the spot.",
    )  # fmt: skip

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        def part(name: str, share: float, shift: float) -> Split:
            labels = _labels(POINTS, share, generator(seed, f"blobs, {name}, labels"))
            return Split(blobs(labels, shift, generator(seed, f"blobs, {name}")), labels)

        share, shift = dials["proportion"] / 100, dials["shift"]
        return Pair(
            part("source train", 0.5, 0), part("source test", 0.5, 0),
            part("target train", share, shift), part("target test", share, shift),
            self.card.classes,
        )  # fmt: skip


class CovariateShift(Scenario):
    """One curve parts the classes in both domains; the source lies on one side of its bend, the target on the other."""

    card = ScenarioCard(
        key="covariate-shift",
        title="Left of a bend → right of the bend",
        kind="points",
        idea="One curve parts the classes in both domains, but each domain lies along another stretch of it.",
        source="left of the bend",
        target="right of the bend",
        classes=("below the curve", "above the curve"),
        dials=(
            Dial(
                "shift", "distance", "", 0, 3, 2.2, 0.1,
                "How far the domains lie apart along the curve; each is spread by 1. Few source points remain where "
                "the target is.",
            ),
        ),
        shape=(2,),
        backbone="tiny-linear",
        steps=1200,
        credit="Drawn on the spot; after the setting of Shimodaira, J. Stat. Plan. Inference 90, 2000.",
    )  # fmt: skip

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        def part(name: str, place: float) -> Split:
            labels = _labels(POINTS, 0.5, generator(seed, f"covariate shift, {name}, labels"))
            return Split(along_the_bend(labels, place, generator(seed, f"covariate shift, {name}")), labels)

        half = dials["shift"] / 2
        return Pair(
            part("source train", -half), part("source test", -half),
            part("target train", half), part("target test", half),
            self.card.classes,
        )  # fmt: skip


def moons(labels: Labels, random: np.random.Generator) -> Points:
    """Points (N, 2) on two noisy half circles of radius 1 whose common centre is the origin."""
    angle = random.uniform(0, np.pi, len(labels))
    side = np.where(labels == 0, 1.0, -1.0)
    circle = np.stack([side * np.cos(angle) - side * 0.5, side * np.sin(angle) - side * 0.25], axis=1)
    return (circle + random.normal(0, MOON_NOISE, circle.shape)).astype(np.float32)


def rotated(points: Points, degrees: float) -> Points:
    """Points (N, 2), turned anticlockwise around the origin."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned: Points = (points @ turn).astype(np.float32)
    return turned


def blobs(labels: Labels, shift: float, random: np.random.Generator) -> Points:
    """Points (N, 2) in two round clouds around (-1.5, 0) and (1.5, 0), moved by `shift`."""
    centres = np.array([[-1.5, 0.0], [1.5, 0.0]])[labels]
    cloud = centres + random.normal(0, BLOB_SPREAD, centres.shape)
    return (cloud + shift * np.array(DRIFT)).astype(np.float32)


def along_the_bend(labels: Labels, place: float, random: np.random.Generator) -> Points:
    """Points (N, 2) spread around x = `place`, class 0 below and class 1 above the curve y = -BEND x².

    How far a point lies from the curve, and on which side, does not depend on x: so the classes'
    rule is the same wherever a domain lies, and only the density of its points is not.
    """
    x = random.normal(place, 1, len(labels))
    above = np.where(labels == 1, 1, -1) * (0.1 + np.abs(random.normal(0, 0.8, len(labels))))
    return np.stack([x, above - BEND * x**2], axis=1).astype(np.float32)


def _labels(count: int, share: float, random: np.random.Generator) -> Labels:
    """Shuffled labels 0 and 1, the given share of them 1."""
    ones = round(count * share)
    return random.permutation(np.repeat(np.array([0, 1], dtype=np.int64), [count - ones, ones]))
