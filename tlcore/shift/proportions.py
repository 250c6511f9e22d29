"""Label shift: how frequent each class is in the target, estimated without a target label."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

RESAMPLES = 200
WIDEST = 0.3  # interval of a share beyond which nothing is told


class Proportions(NamedTuple):
    """Class by class (C,) each."""

    source: Floats  # shares of the classes among labelled source images
    target: Floats  # the same in the target, as estimated
    low: Floats  # the estimate's 95 % interval, from resampled images
    high: Floats
    condition: float  # of the confusion matrix: how much larger the answers' mistakes become

    @property
    def weights(self) -> Floats:
        """How much more frequent a class is in the target: w = p_T(y) / p_S(y)."""
        return self.target / np.maximum(self.source, np.finfo(np.float64).tiny)

    @property
    def telling(self) -> bool:
        """Whether the intervals are narrow enough to say anything: not for a network that mostly guesses."""
        return float((self.high - self.low).max()) <= WIDEST


def label_shift(
    source_predicted: ArrayLike, source_labels: ArrayLike, target_predicted: ArrayLike, classes: int
) -> Proportions:
    """Black-box shift estimation: which class proportions explain what the network names in the target.

        w = C⁻¹ μ        C_ij = P_S(ŷ = i, y = j)        μ_i = P_T(ŷ = i)

    It holds where the images of a class look alike in both domains and only the classes' frequencies
    differ; where their looks differ too, confusions do, and the estimate is off. Negative shares are cut off
    at 0 and the rest sums up to 1. Classes that no source image has get the share 0. The interval comes
    from resampling the images of both domains, 200 times.

    Lipton, Wang & Smola, "Detecting and correcting for label shift with black box predictors", ICML 2018,
    arXiv:1802.03916, section 4.

    source_predicted (N,), source_labels (N,) of held-out source images, target_predicted (M,): whole numbers
    below `classes`; raises ValueError for rows that do not match
    """
    named, labels, asked = (
        np.asarray(each, dtype=np.intp) for each in (source_predicted, source_labels, target_predicted)
    )
    if named.shape != labels.shape or not len(named) or not len(asked):
        raise ValueError(f"Label shift needs as many answers as labels, but got {named.shape} and {labels.shape}.")
    target, condition = _solved(named, labels, asked, classes)
    random = np.random.default_rng([len(named), len(asked), 0xBB5E])
    drawn = []
    for _ in range(RESAMPLES):
        rows, others = random.integers(0, len(named), len(named)), random.integers(0, len(asked), len(asked))
        drawn.append(_solved(named[rows], labels[rows], asked[others], classes)[0])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return Proportions(np.bincount(labels, minlength=classes) / len(labels), target, low, high, condition)


def _solved(named: Whole, labels: Whole, asked: Whole, classes: int) -> tuple[Floats, float]:
    """The target's shares (C,), and the condition of the matrix that was inverted."""
    joint = np.zeros((classes, classes))
    np.add.at(joint, (named, labels), 1 / len(named))
    shares = joint.sum(0)
    known = shares > 0
    given = joint[:, known] / shares[known]  # (C, K): P(ŷ = i | y = j), so that shares come out and not weights
    named_in_target = np.bincount(asked, minlength=classes) / len(asked)
    target = np.zeros(classes)
    target[known] = np.maximum(np.linalg.lstsq(given, named_in_target, rcond=None)[0], 0)
    return target / max(target.sum(), np.finfo(np.float64).tiny), float(np.linalg.cond(given))
