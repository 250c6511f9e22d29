"""How alike images are by their pixels alone: equal ones, and nearest pairs across two domains.

Two images are compared in grey at 16 × 16 pixels, without their brightness and contrast: the correlation of the two,
1 for the same picture and 0 for two that have nothing to do with each other.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NEARLY = 0.99  # a correlation from which two images count as nearly the same: a copy half the size, strongly compressed
BLOCK = 1024  # rows that are compared with all others at once

Tiny = NDArray[np.float32]  # (N, D), each of length 1, or all 0


def equal(digests: Sequence[str]) -> list[list[int]]:
    """Groups of places whose digests are equal, the largest first."""
    places = defaultdict(list)
    for place, digest in enumerate(digests):
        places[digest].append(place)
    groups = [group for group in places.values() if len(group) > 1]
    return sorted(groups, key=len, reverse=True)


def nearest(source: Tiny, target: Tiny, most: int = 12) -> list[tuple[int, int, float]]:
    """The pairs across two domains that are most alike: (source, target, correlation), no image twice."""
    best: list[tuple[float, int, int]] = []
    for start in range(0, len(source), BLOCK):
        likeness = source[start : start + BLOCK] @ target.T
        partner = likeness.argmax(axis=1)
        value = likeness[np.arange(len(partner)), partner]
        best += [(float(v), int(start + k), int(partner[k])) for k, v in enumerate(value)]
    best.sort(key=lambda each: (-each[0], each[1]))
    pairs: list[tuple[int, int, float]] = []
    taken: set[int] = set()
    for value, first, second in best:
        if second not in taken and len(pairs) < most:
            taken.add(second)
            pairs.append((first, second, value))
    return pairs
