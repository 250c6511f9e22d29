"""The judge: a small classifier that tries to tell source features from target features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tlcore.intervals import wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """How well the judge told two domains apart on rows that it had not learned from."""

    accuracy: float  # balanced, in [0, 1]: ½ is guessing
    low: float  # its 95 % interval
    high: float

    @property
    def proxy_a_distance(self) -> float:
        """2 (1 − 2 err), in [0, 2]: 0 for domains that cannot be told apart, 2 for worlds apart.

        Ben-David et al., "Analysis of representations for domain adaptation", NIPS 2006, section 4; below
        guessing it is cut off at 0, as a distance cannot be negative.
        """
        return max(0.0, 2 * (1 - 2 * (1 - self.accuracy)))


def judge(source: ArrayLike, target: ArrayLike, folds: int = 5, seed: int = 0, ridge: float = 1.0) -> Judgement:
    """Cross-validated accuracy of a linear discriminant between two domains, each weighing one half.

    Least squares on the targets +1 (source) and −1 (target) with the penalty `ridge` · D · ‖w‖², on
    standardised features. Without the penalty this is the direction of Fisher's linear discriminant (Hastie,
    Tibshirani & Friedman, "The elements of statistical learning", 2nd ed., exercise 4.2); with it, wide
    features do not drown a few hundred rows. Each fold is judged by what the other folds taught,
    standardisation included. A linear judge is blind to domains that differ in no direction's mean.

    The same seed gives the same folds, whatever the features. The interval takes the rows as
    independent, which they are nearly: any two of the discriminants share most of their training rows.

    source (N, D), target (M, D), finite; raises ValueError for a domain of fewer than two rows
    """
    first, second = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    n, m = len(first), len(second)
    if min(n, m) < 2:
        raise ValueError(f"The judge needs at least two rows a domain, but these have {n} and {m}.")
    folds = min(folds, n, m)
    first_fold, second_fold = fold_numbers(n, folds, seed), fold_numbers(m, folds, seed + 1)
    right = [0.0, 0.0]
    for fold in range(folds):
        weights, threshold = _discriminant(first[first_fold != fold], second[second_fold != fold], ridge)
        right[0] += _right(first[first_fold == fold] @ weights - threshold)
        right[1] += _right(threshold - second[second_fold == fold] @ weights)
    return _judgement(right, [n, m])


def fold_numbers(count: int, folds: int, seed: int) -> NDArray[np.intp]:
    """Which fold each of `count` rows belongs to: at random, and all folds as large as can be."""
    return np.random.default_rng(seed).permutation(count) % folds


def _discriminant(source: Floats, target: Floats, ridge: float) -> tuple[Floats, float]:
    """Weights (D,) and the threshold above which a row x @ weights is taken for source."""
    mean = (source.mean(0) + target.mean(0)) / 2
    centred = np.concatenate([source - mean, target - mean])  # (n, D)
    n, dim = centred.shape
    # Each row counts so much that both domains count the same, and all together n.
    share = np.repeat([n / (2 * len(source)), n / (2 * len(target))], [len(source), len(target)])
    scale = np.sqrt(share @ centred**2 / n)
    scale[scale < 1e-12 * (1 + np.abs(mean))] = 1  # a feature that is constant tells nothing
    rows = centred / scale * np.sqrt(share)[:, None]
    answers = np.sqrt(share) * np.repeat([1.0, -1.0], [len(source), len(target)])
    # The answers' mean is 0 and so are the features': there is no intercept to learn.
    if dim <= n:
        weights = np.linalg.solve(rows.T @ rows + ridge * dim * np.eye(dim), rows.T @ answers)
    else:  # the same weights from the smaller of the two systems
        weights = rows.T @ np.linalg.solve(rows @ rows.T + ridge * dim * np.eye(n), answers)
    weights = weights / scale
    return weights, float(mean @ weights)


def _right(scores: Floats) -> float:
    """How many scores are above 0; one of exactly 0 is a guess, and half right."""
    return float(np.count_nonzero(scores > 0) + np.count_nonzero(scores == 0) / 2)


def _judgement(right: list[float], sizes: list[int]) -> Judgement:
    """The mean of both recalls, with Newcombe's interval for it.

    Wilson's interval for each recall, and the distances to its ends added as squares: Newcombe,
    "Interval estimation for the difference between independent proportions", Statistics in Medicine 17,
    1998, method 10, here for a mean instead of a difference.
    """
    recalls = [hits / size for hits, size in zip(right, sizes)]
    ends = [wilson(recall, size) for recall, size in zip(recalls, sizes)]
    accuracy = sum(recalls) / 2
    below = sum((end.value - end.low) ** 2 for end in ends) ** 0.5 / 2
    above = sum((end.high - end.value) ** 2 for end in ends) ** 0.5 / 2
    return Judgement(accuracy, accuracy - below, accuracy + above)
