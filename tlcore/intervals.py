"""How sure a number is: intervals of 95 %, for a share within a run and for means over seeds."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple

Z = 1.959963984540054  # the standard normal's 97.5 % quantile


class Interval(NamedTuple):
    value: float
    low: float
    high: float
    n: int  # images, or seeds

    @property
    def half(self) -> float:
        return (self.high - self.low) / 2

    def clear_of(self, value: float) -> bool:
        """Whether a value lies outside."""
        return value < self.low or value > self.high


def wilson(share: float, count: int) -> Interval:
    """The score interval of a share of `count` independent images: within [0, 1] always, and right for few of them.

    Wilson, JASA 22, 1927, p. 209. Raises ValueError for no image.
    """
    if count < 1:
        raise ValueError("A share of no images has no interval.")
    centre = share + Z**2 / (2 * count)
    half = Z * sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    return Interval(share, (centre - half) / (1 + Z**2 / count), (centre + half) / (1 + Z**2 / count), count)


def over_seeds(values: Sequence[float]) -> Interval:
    """The mean of several seeds with Student's t-interval; of one seed, from minus to plus infinity.

    Student, Biometrika 6, 1908. Raises ValueError for no seed.
    """
    if not values:
        raise ValueError("A mean over no seeds is no number.")
    mean = fmean(values)
    if len(values) == 1:
        return Interval(mean, float("-inf"), float("inf"), 1)
    half = _t(len(values) - 1) * stdev(values) / sqrt(len(values))
    return Interval(mean, mean - half, mean + half, len(values))


def gain(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """By how much one method is ahead of another on the same seeds, seed by seed: a paired t-interval.

    What seeds have in common, an easy split say, cancels. Raises ValueError for seeds that do not match.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"Only equal seeds can be compared, but there are {len(ours)} and {len(theirs)}.")
    return over_seeds([own - other for own, other in zip(ours, theirs)])


def negative_transfer(adapted: Sequence[float], reference: Sequence[float]) -> Interval:
    """The negative-transfer gap of accuracies, seed by seed: error of the adapted less error of the reference.

        NTG = ε_T(A(S, T)) − ε_T(A(∅, T))

    Above 0 transfer has hurt. The reference is what Wang et al. ask for, the same budget of target labels
    without a source; or the source alone, which tells what adapting to the target has changed.

    Wang, Dai, Póczos & Carbonell, "Characterizing and avoiding negative transfer", CVPR 2019, arXiv:1811.09751, eq. 2.
    """
    return gain(reference, adapted)


def _t(degrees: int) -> float:
    from scipy.special import stdtrit  # a tenth of what scipy.stats takes to load

    return float(stdtrit(degrees, 0.975))
