"""Paired tests: could two methods that were asked the same differ by so much by chance alone?"""

from collections.abc import Sequence
from math import comb, isnan, nan, sqrt
from statistics import fmean, stdev


def paired_t(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The two-sided p-value of Student's paired t-test, over seeds that both methods had; NaN for fewer than two.

    Student, Biometrika 6, 1908. It takes differences for normal. Raises ValueError for seeds that do not match.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"Only equal seeds can be compared, but there are {len(ours)} and {len(theirs)}.")
    if len(ours) < 2:
        return nan
    apart = [own - other for own, other in zip(ours, theirs)]
    spread = stdev(apart)
    if spread == 0:
        return 1.0 if fmean(apart) == 0 else 0.0
    from scipy.special import stdtr  # a tenth of what scipy.stats takes to load

    return float(2 * stdtr(len(apart) - 1, -abs(fmean(apart)) / (spread / sqrt(len(apart)))))


def mcnemar(ours_alone: int, theirs_alone: int) -> float:
    """The exact two-sided p-value of McNemar's test, for two networks that were asked the same images.

        p = min(1, 2 Σ_{k ≤ min(b, c)} C(b + c, k) / 2^(b + c))

    `ours_alone` images only the one network answered rightly, `theirs_alone` only the other; where both are right, or
    both wrong, nothing is learnt about who is better. McNemar, Psychometrika 12, 1947; exact, as in Dietterich, Neural
    Computation 10, 1998.
    """
    total = ours_alone + theirs_alone
    tail = sum(comb(total, k) for k in range(min(ours_alone, theirs_alone) + 1))
    return min(1.0, 2.0 * tail / float(2**total))


def p_value(value: float) -> str:
    """ "p = .034", "p < .001"; empty where there is none."""
    if isnan(value):
        return ""
    return "p < .001" if value < 0.001 else f"p = {value:.3f}".replace("0.", ".", 1)
