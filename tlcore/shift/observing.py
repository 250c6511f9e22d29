"""One look at the shift between two domains: all the numbers of a frame."""

from collections import Counter
from statistics import fmean

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tlcore.shift.judge import judge
from tlcore.shift.metrics import Floats, Pairs, between_halves, halves, matched, membership

Labels = NDArray[np.int64]

FEWEST = 10  # rows a domain, below which nothing is said
FEWEST_OF_A_CLASS = 5  # rows of a class a domain, below which its gap is left out


def observe_shift(
    source: ArrayLike, target: ArrayLike, source_labels: ArrayLike, target_labels: ArrayLike, seed: int = 0
) -> dict[str, float]:
    """How far apart the features of two domains are, and how far two halves of one domain would be.

    judge, judge_low, judge_high    the judge's balanced accuracy in [0, 1] with its 95 % interval
    proxy_a                         proxy A-distance, in [0, 2]
    mmd, bandwidth                  unbiased MMD² under a Gaussian kernel, and its bandwidth: the median
                                    distance over both domains
    coral                           CORAL distance
    gap_class_<c>                   MMD² between the two domains' rows of class c, same kernel
    judge_null, mmd_null, coral_null    the same between random halves of one domain: mean of both domains,
                                    with the same kernel, for CORAL at the same number of rows

    Every value is finite. Where there is nothing to say, the key is left out: all of them when a feature
    is not finite (the network has diverged) or a domain has less than 10 rows, and a class's gap when
    it has less than 5 rows in either domain. Features that have collapsed to one point are at distance
    0, and the judge can but guess.

    source (N, D), target (M, D), labels (N,) and (M,): numpy arrays, or tensors on the CPU
    """
    first, second = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if min(len(first), len(second)) < FEWEST or not (np.isfinite(first).all() and np.isfinite(second).all()):
        return {}
    labels = np.asarray(source_labels, dtype=np.int64), np.asarray(target_labels, dtype=np.int64)
    return _judged(first, second, seed) | _measured(first, second, *labels, seed)


def _judged(source: Floats, target: Floats, seed: int) -> dict[str, float]:
    def accuracy(first: Floats, second: Floats) -> float:
        return judge(first, second, seed=seed).accuracy

    judgement = judge(source, target, seed=seed)
    return {
        "judge": judgement.accuracy,
        "judge_low": judgement.low,
        "judge_high": judgement.high,
        "judge_null": fmean(between_halves(accuracy, each, splits=1, seed=seed) for each in (source, target)),
        "proxy_a": judgement.proxy_a_distance,
    }


def _measured(
    source: Floats, target: Floats, source_labels: Labels, target_labels: Labels, seed: int
) -> dict[str, float]:
    n, m = len(source), len(target)
    domains = np.arange(n), np.arange(n, n + m)
    halved = [rows[half] for rows in domains for split in halves(len(rows), 4, seed) for half in split]
    shared = _shared_classes(source_labels, target_labels)
    own = [rows[labels == c] for c in shared for rows, labels in zip(domains, (source_labels, target_labels))]

    pairs = Pairs(np.concatenate([source, target]))
    groups = membership([*domains, *halved, *own], n + m)  # (K, n + m)
    begin, end = 2, 2 + len(halved)  # the halves among the groups; each stands before its other half
    mmd, coral = pairs.mmd2(groups), pairs.coral(groups[:end])
    coral_null = np.diag(coral, 1)[begin:end:2].reshape(2, -1).mean(1)  # one of each domain
    values = {
        "mmd": mmd[0, 1],
        "mmd_null": np.diag(mmd, 1)[begin:end:2].mean(),
        "coral": coral[0, 1],
        "coral_null": fmean(matched(value, count, (n, m)) for value, count in zip(coral_null, (n, m))),
        "bandwidth": pairs.bandwidth,
        **{f"gap_class_{c}": gap for c, gap in zip(shared, np.diag(mmd, 1)[end::2])},
    }
    return {name: float(value) for name, value in values.items()}


def _shared_classes(source_labels: Labels, target_labels: Labels) -> list[int]:
    """The classes that both domains have enough rows of."""
    counts = [Counter(labels.tolist()) for labels in (source_labels, target_labels)]
    return [c for c in sorted(counts[0]) if min(count[c] for count in counts) >= FEWEST_OF_A_CLASS]
