"""Stretches of a curve: where something held for a while, and what its numbers come to without the odd one out."""

from collections.abc import Sequence
from statistics import median

LASTS = 3  # evaluations in a row, so that one of them alone says nothing
Stretch = tuple[int, int | None]  # from this step on, and until that one; None: it still lasts


def lasting(marks: Sequence[tuple[int, bool]], times: int = LASTS, span: int = 0) -> Stretch | None:
    """The last stretch of at least so many marks in a row that hold, and so many steps; None if there is none."""
    found: Stretch | None = None
    begun, count = 0, 0
    for step, holds in marks:
        if holds:
            begun, count = (begun if count else step), count + 1
            if count >= times and step - begun >= span:
                found = (begun, None)
        else:
            if count and found == (begun, None):
                found = (begun, step)
            count = 0
    return found


def within(step: int, stretch: Stretch) -> bool:
    return step >= stretch[0] and (stretch[1] is None or step < stretch[1])


def smooth(values: Sequence[float]) -> list[float]:
    """Of each value and the two before it the median."""
    return [median(values[max(0, k - LASTS + 1) : k + 1]) for k in range(len(values))]


def best_so_far(values: Sequence[float]) -> list[float]:
    """At each moment the best until then, as three in a row say it; 0 before there are three."""
    best, bests = 0.0, []
    for k, value in enumerate(smooth(values)):
        best = max(best, value) if k >= LASTS - 1 else best
        bests.append(best)
    return bests


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"
