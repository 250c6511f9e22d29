"""What every shift metric must say of domains whose distributions are known: formulas and integrals, and no samples.

A domain is a mixture of round Gaussians along the first axis. From it follow the values that many rows converge to,
and, where `rows` are told, what so many rows say on the average: V-statistics and covariances are biased by chance.
Nothing here is shared with `tlcore.shift`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, hyp1f1
from scipy.stats import ncx2, norm

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """A mixture in `dim` dimensions: round Gaussians of one spread, each around (place, 0, …, 0)."""

    dim: int
    places: tuple[float, ...] = (0.0,)
    spread: float = 1.0
    shares: tuple[float, ...] = (1.0,)

    @property
    def mean(self) -> float:
        """Along the first axis; 0 along the others."""
        return float(np.dot(self.shares, self.places))

    @property
    def between(self) -> float:
        """The parts' share in the variance along the first axis."""
        return float(np.dot(self.shares, (np.array(self.places) - self.mean) ** 2))

    @property
    def variances(self) -> Floats:
        """Of each direction (D,); the covariance has nothing beside them."""
        return np.array([self.between + self.spread**2, *[self.spread**2] * (self.dim - 1)])

    @property
    def fourth(self) -> float:
        """E ‖x − μ‖⁴."""
        wide = float(np.dot(self.shares, (np.array(self.places) - self.mean) ** 4))
        inner = self.spread**2
        return wide + (2 * self.dim + 4) * self.between * inner + inner**2 * (self.dim**2 + 2 * self.dim)

    def below(self, threshold: float) -> float:
        """The share of rows whose first coordinate is below a threshold."""
        return float(np.dot(self.shares, norm.cdf((threshold - np.array(self.places)) / self.spread)))


def _over_pairs(one: Known, other: Known, of: Callable[[float, float], float]) -> float:
    """The mean of `of(distance of the centres, squared spread of the difference)` over two parts, one of each."""
    spread = one.spread**2 + other.spread**2
    pairs = product(zip(one.shares, one.places, strict=True), zip(other.shares, other.places, strict=True))
    return sum(p * q * of(abs(a - b), spread) for (p, a), (q, b) in pairs)


def _three(source: Known, target: Known, of: Callable[[float, float], float]) -> tuple[float, float, float]:
    return _over_pairs(source, source, of), _over_pairs(target, target, of), _over_pairs(source, target, of)


def bandwidth(source: Known, target: Known) -> float:
    """The median distance of two rows, when each of them comes from either domain."""

    def closer(radius: float) -> float:
        def share(apart: float, spread: float) -> float:
            return float(ncx2.cdf(radius**2 / spread, source.dim, max(apart**2 / spread, 1e-12)))

        first, second, across = _three(source, target, share)
        return (first + second + 2 * across) / 4 - 0.5

    return float(brentq(closer, 1e-6, 1e3))


def mmd(source: Known, target: Known, rows: int = 0) -> float:
    """MMD² under a Gaussian kernel of the median bandwidth; with `rows` the biased estimate's expectation."""
    squared = bandwidth(source, target) ** 2

    def kernel(apart: float, spread: float) -> float:
        return float((squared / (squared + spread)) ** (source.dim / 2) * np.exp(-(apart**2) / (squared + spread) / 2))

    first, second, across = _three(source, target, kernel)
    return first + second - 2 * across + ((2 - first - second) / rows if rows else 0)


def energy(source: Known, target: Known, rows: int = 0) -> float:
    """By the mean of a noncentral χ distribution; with `rows` the V-statistic's expectation."""
    half = source.dim / 2

    def distance(apart: float, spread: float) -> float:
        scale = np.sqrt(2 * spread) * np.exp(gammaln(half + 0.5) - gammaln(half))
        return float(scale * hyp1f1(-0.5, half, -(apart**2) / (2 * spread)))

    first, second, across = _three(source, target, distance)
    return 2 * across - (first + second) * (1 - (1 / rows if rows else 0))


def coral(source: Known, target: Known, rows: int = 0) -> float:
    """With `rows` the expectation, up to 1/rows²: E ‖Ĉ − C‖² is (E ‖x‖⁴ − ‖C‖²) / rows."""
    apart = ((source.variances - target.variances) ** 2).sum()
    chance = sum(each.fourth - (each.variances**2).sum() for each in (source, target)) / rows if rows else 0
    return float((apart + chance) / (4 * source.dim**2))


def frechet(source: Known, target: Known) -> float:
    spreads = (np.sqrt(source.variances) - np.sqrt(target.variances)) ** 2
    return float((source.mean - target.mean) ** 2 + spreads.sum())


def judge(source: Known, target: Known) -> float:
    """A linear judge in the limit: it parts the domains across the first axis, halfway between their means."""
    halfway, turned = (source.mean + target.mean) / 2, source.mean > target.mean
    if source.mean == target.mean:
        return 0.5
    right = (source.below(halfway) + 1 - target.below(halfway)) / 2
    return 1 - right if turned else right


def sliced(source: Known, target: Known, places: int = 4000, angles: int = 400) -> float:
    """(E_θ W₂²)^½ by numerical integrals: over quantiles along a direction, and over directions."""
    grid = (np.arange(angles) + 0.5) / angles
    cosines = np.cos(np.pi * grid)  # of the direction and the first axis
    weights = np.sin(np.pi * grid) ** (source.dim - 2)
    levels = (np.arange(places) + 0.5) / places

    def quantiles(domain: Known, cosine: float) -> Floats:
        centres = cosine * np.array(domain.places)
        line = np.linspace(centres.min() - 6 * domain.spread, centres.max() + 6 * domain.spread, 2000)
        below = norm.cdf((line[:, None] - centres) / domain.spread) @ np.array(domain.shares)
        return np.interp(levels, below, line)

    squares = [((quantiles(source, cosine) - quantiles(target, cosine)) ** 2).mean() for cosine in cosines]
    return float(np.sqrt(np.average(squares, weights=weights)))


def expected(source: Known, target: Known, rows: int) -> Mapping[str, float]:
    """By the metric's key: what so many rows of each domain should say on the average, or in the limit."""
    right = judge(source, target)
    return {
        "judge": right,
        "proxy-a": max(0.0, 2 * (1 - 2 * (1 - right))),
        "mmd": mmd(source, target),
        "mmd-biased": mmd(source, target, rows),
        "coral": coral(source, target, rows),
        "frechet": frechet(source, target),
        "sliced": sliced(source, target),
        "energy": energy(source, target, rows),
    }
