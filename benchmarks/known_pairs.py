"""Pairs of domains whose shift is known: drawn by a seed, and what theory says of them."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.closed_forms import Known
from tlcore.scenarios import find
from tlcore.scenarios.points import BLOB_SPREAD, MOON_NOISE, blobs, moons, rotated

Rows = NDArray[np.float64]
Draw = Callable[[int], tuple[Rows, Rows]]  # both domains, by a seed

ROWS, DIM = 1000, 4


def gaussians(move: float, spread: float, rows: int = ROWS, dim: int = DIM) -> Draw:
    def draw(seed: int) -> tuple[Rows, Rows]:
        random = np.random.default_rng([seed, 1])
        source, target = random.normal(size=(rows, dim)), random.normal(size=(rows, dim)) * spread
        target[:, 0] += move
        return source, target

    return draw


def turned_moons(degrees: float, rows: int = 500) -> Draw:
    def draw(seed: int) -> tuple[Rows, Rows]:
        random = np.random.default_rng([seed, 2])
        first, second = (moons(random.integers(0, 2, rows), random).astype(np.float64) for _ in range(2))
        return first, rotated(second.astype(np.float32), degrees).astype(np.float64)

    return draw


def turned_digits(degrees: float) -> Draw:
    def draw(seed: int) -> tuple[Rows, Rows]:
        pair = find("handwritten-to-rotated").build(degrees, {}, seed)
        first, second = (
            each.inputs.reshape(len(each.inputs), -1) / 255.0 for each in (pair.source_train, pair.target_train)
        )
        return first, second

    return draw


def blobs_in_proportion(share: float, rows: int = 500) -> Draw:
    def draw(seed: int) -> tuple[Rows, Rows]:
        random = np.random.default_rng([seed, 3])
        labels = [(random.random(rows) < part).astype(np.int64) for part in (0.5, share)]
        first, second = (blobs(each, 0.0, random).astype(np.float64) for each in labels)
        return first, second

    return draw


def moons_covariance() -> Rows:
    """By hand: x = s (cos a − ½), y = s (sin a − ¼), a uniform on (0, π), s = ±1; and the noise."""
    across = -1 / np.pi + 1 / 8
    exact = np.array([[1 / 2 + 1 / 4, across], [across, 1 / 2 - 1 / np.pi + 1 / 16]])
    return exact + MOON_NOISE**2 * np.eye(2)


def of_a_turn(degrees: float) -> dict[str, float]:
    """What CORAL and Fréchet must say of moons that are turned: only the covariance turns."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    first = moons_covariance()
    second = turn @ first @ turn.T
    root = np.sqrt(np.trace(first @ second) + 2 * np.sqrt(np.linalg.det(first @ second)))
    return {
        "coral": float(((first - second) ** 2).sum() / 16),
        "frechet": float(np.trace(first + second) - 2 * root),
    }


def in_proportion(share: float) -> tuple[Known, Known]:
    places = (-1.5, 1.5)
    return Known(2, places, BLOB_SPREAD, (0.5, 0.5)), Known(2, places, BLOB_SPREAD, (1 - share, share))


def one_domain(of: Callable[[np.random.Generator, int], Rows], rows: int = 50) -> Draw:
    """Two samples of one domain."""

    def draw(seed: int) -> tuple[Rows, Rows]:
        both = of(np.random.default_rng([seed, 4]), 2 * rows)
        return both[:rows], both[rows:]

    return draw


@cache
def _digits() -> Rows:
    """Every handwritten digit that the scenario has, as rows of pixels."""
    pair = find("handwritten-to-rotated").build(0.0, {}, 0)
    every = np.concatenate([pair.source_train.inputs, pair.target_train.inputs])
    return every.reshape(len(every), -1) / 255.0


NOTHING: Mapping[str, Draw] = {  # pairs without any shift
    "Gaussian, 50 + 50 rows of 8": one_domain(lambda random, n: random.normal(size=(n, 8))),
    "Gaussian, 50 + 50 rows of 60": one_domain(lambda random, n: random.normal(size=(n, 60))),
    "heavy tails, Student's t with 3 degrees of freedom, 50 + 50 rows of 8": one_domain(
        lambda random, n: random.standard_t(3, size=(n, 8))
    ),
    "moons, 80 + 80 points": one_domain(lambda random, n: moons(random.integers(0, 2, n), random).astype(float), 80),
    "handwritten digits, 60 + 60 images of 8 × 8": one_domain(
        lambda random, n: _digits()[random.permutation(len(_digits()))[:n]], 60
    ),
}
