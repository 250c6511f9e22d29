"""Images that nearly show the same, among so many that not every two can be compared.

Each image is its small grey version (see `looking.compared`): a unit vector, and two are compared by
their scalar product, the correlation. Only vectors that fall on the same side of many random planes at
least once are compared (locality-sensitive hashing; Charikar, "Similarity estimation techniques from
rounding algorithms", STOC 2002): N images cost about N log N comparisons instead of N².
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tlcore.library.likeness import NEARLY

Tiny = NDArray[np.floating]  # (N, D), each of length 1, or all 0 for an even image
Pairs = NDArray[np.int64]  # (P, 2), the smaller place first
Likeness = NDArray[np.float32]  # (P,)

TABLES = 16  # so often are planes drawn
FEW = 2048  # so many are all compared with one another
CROWD = 64  # in a bucket that is fuller, each is compared with its next ones only
ENOUGH = 1_000_000  # likely pairs in memory, some more: whoever has these will not look at others
_COMPONENTS = 48  # principal ones, in which the planes lie: the others are noise
_FIRST = 12  # of these, the largest, by which most pairs are seen to be unlike
_BLOCK = 1 << 16  # pairs compared at once
_NONE, _NO_PAIRS = np.zeros(0, dtype=np.float32), np.zeros((0, 2), dtype=np.int64)


def near(tiny: Tiny, least: float = NEARLY, seed: int = 0) -> tuple[Pairs, Likeness]:
    """Pairs of places whose correlation is at least `least`, and their correlations, the nearest first.

    Misses about one pair in a thousand when there are many images; even images are left out.
    """
    places = np.flatnonzero(np.abs(tiny).max(axis=1, initial=0) > 0)
    pairs = _every(places) if len(places) <= FEW else _likely(tiny, places, least, seed)
    likeness = np.concatenate([_NONE, *(_compared(tiny, some) for some in _blocks(pairs))])
    kept = np.flatnonzero(likeness >= least)
    order = kept[np.lexsort((pairs[kept, 1], pairs[kept, 0], -likeness[kept]))]
    return pairs[order], likeness[order]


def _blocks(pairs: Pairs) -> Iterator[Pairs]:
    return (pairs[at : at + _BLOCK] for at in range(0, len(pairs), _BLOCK))


def _compared(tiny: Tiny, pairs: Pairs) -> Likeness:
    first, second = tiny[pairs[:, 0]].astype(np.float32), tiny[pairs[:, 1]].astype(np.float32)
    likeness: Likeness = np.einsum("pd,pd->p", first, second)
    return likeness


def _every(places: NDArray[np.int64]) -> Pairs:
    first, second = np.triu_indices(len(places), k=1)
    return np.stack([places[first], places[second]], axis=1)


def _likely(tiny: Tiny, places: NDArray[np.int64], least: float, seed: int) -> Pairs:
    """Pairs that share a bucket at least once, and are not already too far apart in their main components."""
    random = np.random.default_rng([seed, len(places)])
    main = _main_components(tiny, places, tiny[np.sort(random.permutation(places)[:8192])].astype(np.float32))
    bits = int(np.ceil(np.log2(len(places)))) + 2
    likely = [_NO_PAIRS]
    for _ in range(TABLES):
        sides = main @ random.standard_normal((main.shape[1], bits)).astype(np.float32)
        keys = (sides > np.median(sides, axis=0)) @ (1 << np.arange(bits, dtype=np.int64))
        for pairs in _within(keys, sides[:, 0]):
            for some in _blocks(pairs):
                apart = np.square(main[some[:, 0], -_FIRST:] - main[some[:, 1], -_FIRST:]).sum(axis=1)
                likely.append(some[apart <= 2 - 2 * least])  # |a - b|² = 2 - 2ab for vectors of length 1
            if sum(map(len, likely)) > ENOUGH:
                break
    return places[np.unique(np.sort(np.concatenate(likely), axis=1), axis=0)]


def _main_components(tiny: Tiny, places: NDArray[np.int64], sample: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, D) of all places: the others are noise, and the planes should not go by it. The largest stand last."""
    mean = sample.mean(axis=0)
    axes = np.linalg.eigh(np.cov((sample - mean).T))[1][:, -_COMPONENTS:]
    blocks = np.array_split(places, len(places) // 4096 + 1)
    return np.concatenate([(tiny[some].astype(np.float32) - mean) @ axes for some in blocks]).astype(np.float32)


def _within(keys: NDArray[np.int64], along: NDArray[np.float32]) -> Iterator[Pairs]:
    """Pairs of rows with the same key: each row and its next ones in the order of key and `along`."""
    order = np.lexsort((along, keys))
    for step in range(1, min(CROWD, len(keys) - 1) + 1):
        same = keys[order[:-step]] == keys[order[step:]]
        if not same.any():
            return
        yield np.stack([order[:-step][same], order[step:][same]], axis=1)
