"""Whether a network is as often right as it says: of all answers given with 80 % certainty, 80 % should be right."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tlcore.intervals import Interval, wilson

BINS = 15


class Bin(NamedTuple):
    """The answers of one stretch of certainty."""

    certain: float  # their mean certainty
    right: Interval  # the share of them that is right, with its 95 % interval


def reliability(predictions: ArrayLike, labels: ArrayLike, bins: int = BINS) -> list[Bin]:
    """The reliability diagram: answers by their certainty, in stretches of equal width; empty ones are left out.

    Certainty is the largest softmax output. DeGroot & Fienberg, The Statistician 32, 1983; as drawn by Guo et al.,
    "On calibration of modern neural networks", ICML 2017, arXiv:1706.04599, section 2.

    predictions (N, C) softmax outputs, labels (N,)
    """
    certain, right = _answers(predictions, labels)
    place = np.ceil(certain * bins).astype(int).clip(1, bins)  # stretch m is (m − 1, m] / bins
    stretches = [place == m for m in range(1, bins + 1)]
    return [
        Bin(float(certain[own].mean()), wilson(float(right[own].mean()), int(own.sum())))
        for own in stretches
        if own.any()
    ]


def calibration_error(diagram: Sequence[Bin]) -> float:
    """The expected calibration error of a reliability diagram: Σ n_b / N |right − certain|, in [0, 1].

    It depends on the bins, and is above 0 by chance even for a calibrated network, the more the fewer images.

    Naeini, Cooper & Hauskrecht, AAAI 2015; Guo et al., ICML 2017, arXiv:1706.04599, eq. 3.
    """
    total = sum(each.right.n for each in diagram)
    return sum(each.right.n / total * abs(each.right.value - each.certain) for each in diagram)


def _answers(predictions: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rows, named = np.asarray(predictions, dtype=np.float64), np.asarray(labels)
    if rows.ndim != 2 or named.shape != rows.shape[:1] or not len(rows):
        raise ValueError(f"Calibration needs predictions (N, C) and labels (N,), but got {rows.shape}, {named.shape}.")
    return rows.max(1), rows.argmax(1) == named
