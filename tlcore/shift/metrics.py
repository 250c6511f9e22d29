"""How far apart two clouds of features are, and what chance alone would make of it.

Features are (N, D), one row an image: numpy arrays, or tensors on the CPU that want no gradient.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import squareform

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]  # which rows, by number


class MMD(NamedTuple):
    value: float  # MMD², from −2 to 2
    bandwidth: float  # the kernel's σ, in units of the features


def mmd2(source: ArrayLike, target: ArrayLike, bandwidth: float | None = None, unbiased: bool = True) -> MMD:
    """The squared maximum mean discrepancy under one Gaussian kernel, and the kernel's bandwidth σ.

        mean k(s, s') + mean k(t, t') − 2 mean k(s, t)      k(x, y) = exp(−‖x − y‖² / (2 σ²))

    Unbiased: the first two means leave out the pairs of a row with itself, so that equal domains give
    0 in expectation, and at times a little less. Biased: all pairs, which is never negative and, on a
    sample, never quite 0. By default σ is the `median_bandwidth` of both domains together.

    Gretton et al., JMLR 13, 2012, eq. 3 (unbiased) and eq. 5 (biased).

    source (N, D), target (M, D); raises ValueError for a domain of fewer than two rows
    """
    pairs, domains = _paired(source, target)
    if bandwidth is not None:
        pairs.bandwidth = bandwidth
    return MMD(float(pairs.mmd2(domains, unbiased)[0, 1]), pairs.bandwidth)


def coral_distance(source: ArrayLike, target: ArrayLike) -> float:
    """How differently two domains spread: ‖C_S − C_T‖²_F / (4 D²), with covariances over N − 1.

    Sun & Saenko, "Deep CORAL", ECCV Workshops 2016, arXiv:1607.01719, eq. 1.

    source (N, D), target (M, D); raises ValueError for a domain of fewer than two rows
    """
    pairs, domains = _paired(source, target)
    return float(pairs.coral(domains)[0, 1])


def median_bandwidth(x: ArrayLike) -> float:
    """The median Euclidean distance between two different rows of x (N, D).

    Where more than half of all pairs coincide it is their mean distance, and where all do it is 1, so
    that it can always be divided by. Gretton et al., JMLR 13, 2012, section 8.
    """
    return Pairs(x).bandwidth


def between_halves(
    metric: Callable[[Floats, Floats], float],
    x: Floats,
    splits: int = 8,
    seed: int = 0,
    like: tuple[int, int] | None = None,
) -> float:
    """What `metric` says of two random halves of one domain x (N, D), as a mean over `splits`: its zero.

    A metric seldom says 0 for equal domains: it sees two samples, and samples differ by chance. This is
    the number to hold a measured value against.

    Halves are smaller than domains, and chance is greater in small samples. An unbiased MMD² does not
    mind, being 0 in expectation at any size; nor does a judge's accuracy. For those that do, `like=(n, m)`
    gives the value as it would be on samples of n and m rows (`matched`).
    """
    value = fmean(metric(x[first], x[second]) for first, second in halves(len(x), splits, seed))
    return value if like is None else matched(value, len(x), like)


def halves(count: int, splits: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Random halves of `count` rows, by number; raises ValueError for fewer than four rows."""
    if count < 4:
        raise ValueError(f"Two halves of at least two rows need four rows, but there are {count}.")
    generator = np.random.default_rng(seed)
    for _ in range(splits):
        order = generator.permutation(count)
        yield order[: count // 2], order[count // 2 :]


def matched(value: float, count: int, like: tuple[int, int]) -> float:
    """A squared distance between the moments of two halves of `count` rows, for samples of other sizes.

    Of equal domains, CORAL and the biased MMD² say chance alone, which is in proportion to 1/n + 1/m.
    """
    half = count // 2
    return value * (1 / like[0] + 1 / like[1]) / (1 / half + 1 / (count - half))


class Pairs:
    """All pairs of N rows, measured once; a metric between any two groups of rows is then a few sums.

    Groups are (K, N), 1 where a row belongs to a group and else 0; each has at least two rows. A
    metric of groups is (K, K).
    """

    def __init__(self, x: ArrayLike) -> None:
        rows = np.asarray(x, dtype=np.float64)
        # Far from the origin, ‖x‖² + ‖y‖² − 2xy would lose its digits: no metric here minds being centred.
        rows = rows - rows.mean(0)
        self.dim: int = rows.shape[1]
        self.gram: Floats = rows @ rows.T  # (N, N)

    @cached_property
    def squared_distances(self) -> Floats:
        norms = self.gram.diagonal()
        squared = -2 * self.gram
        squared += norms
        squared += norms[:, None]
        # What is left of equal rows is rounding, which a tiny bandwidth would take for a distance.
        squared[squared < 1e-12 * norms.max()] = 0
        return squared  # (N, N)

    @cached_property
    def bandwidth(self) -> float:
        # Seven digits are enough for a bandwidth, and are found in half of the time.
        squared = squareform(self.squared_distances, checks=False).astype(np.float32)
        distances = np.sqrt(squared, out=squared)  # (N (N − 1) / 2,)
        return _median(distances) or float(np.mean(distances)) or 1.0

    @cached_property
    def kernel(self) -> Floats:
        exponents = self.squared_distances / (-2 * self.bandwidth**2)
        return np.exp(exponents, out=exponents)  # (N, N)

    def mmd2(self, groups: Floats, unbiased: bool = True) -> Floats:
        """`mmd2` between any two groups, with the bandwidth of all rows together."""
        sizes = groups.sum(1)  # (K,)
        sums = groups @ self.kernel @ groups.T  # (K, K)
        # A row's kernel with itself is 1.
        within = sums.diagonal() / sizes**2 if not unbiased else (sums.diagonal() - sizes) / (sizes * (sizes - 1))
        squared: Floats = within[:, None] + within - 2 * sums / np.outer(sizes, sizes)
        return squared

    def coral(self, groups: Floats) -> Floats:
        """`coral_distance` between any two groups, as tr(C²) + tr(C'²) − 2 tr(C C') over 4 D².

        tr(C C') is ‖X X'ᵀ‖²_F / ((n − 1)(m − 1)) for centred rows X (n, D) and X' (m, D): no covariance is
        needed, however wide the features are. Nor are centred rows, as the squares of a block's
        margins tell by how much centring would lessen the sum of its squares.
        """
        sizes = groups.sum(1)  # (K,)
        margins = self.gram @ groups.T  # (N, K), the sum of each row's products with each group
        across = groups @ margins**2 / sizes  # (K, K), for the first group's rows
        squares = groups @ self.gram**2 @ groups.T - across - across.T
        squares += (groups @ margins) ** 2 / np.outer(sizes, sizes)
        products = squares / np.outer(sizes - 1, sizes - 1)  # (K, K), tr(C C')
        own = products.diagonal()
        distances: Floats = np.maximum(own[:, None] + own - 2 * products, 0) / (4 * self.dim**2)
        return distances


def _median(values: NDArray[np.float32]) -> float:
    """The median of many numbers that are not negative, as numpy gives it, in a quarter of the time.

    They are counted in bins by their size first; only those of the bin in the middle need to be put into order.
    """
    top = values.max()
    if len(values) < 1000 or not top > 0:
        return float(np.median(values))
    bins = (values * (1023 / top)).astype(np.int32)
    below = np.concatenate([[0], np.bincount(bins).cumsum()])  # how many lie in lower bins
    half, even = divmod(len(values), 2)[0], len(values) % 2 == 0
    middle = np.searchsorted(below, half, side="right") - 1
    inside = np.sort(values[bins == middle])
    high = inside[half - below[middle]]
    if not even:
        return float(high)
    low = inside[half - below[middle] - 1] if half > below[middle] else values[bins < middle].max()
    return float(np.mean([low, high], dtype=np.float32))


def membership(groups: Sequence[Rows], count: int) -> Floats:
    """Groups of row numbers as `Pairs` takes them: (K, count), 1 for a member."""
    member = np.zeros((len(groups), count))
    for own, rows in zip(member, groups):
        own[rows] = 1
    return member


def _paired(source: ArrayLike, target: ArrayLike) -> tuple[Pairs, Floats]:
    first, second = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    n, m = len(first), len(second)
    if min(n, m) < 2:
        raise ValueError(f"A domain needs at least two rows, but these have {n} and {m}.")
    return Pairs(np.concatenate([first, second])), membership([np.arange(n), np.arange(n, n + m)], n + m)
