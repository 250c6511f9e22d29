"""What chance makes of a metric: pairs of rows, one of each domain, that swap their domains by coin flips.

If the two domains are one, a row of the source might as well have come from the target. So rows are taken in
pairs, every pair flips a coin, and the metric is measured again: a value that few of many such flips reach is
significant. The test is exact at any sample size and for any metric, as all of a pair's two orders are equally
likely when there is no shift (Lehmann & Romano, "Testing statistical hypotheses", 3rd ed., section 15.2).

As every flip is measured on the same rows, what costs time (distances, kernels, projections, a judge's
training) is done once for all of them.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from tlcore.shift.judge import fold_numbers
from tlcore.shift.metrics import Floats, Pairs

Flips = NDArray[np.bool_]  # (K, n): in which flip which pair has swapped

FOLDS = 5
DIRECTIONS = 64  # random directions of the sliced distance, and main directions for Fréchet's


def flips(count: int, pairs: int, seed: int) -> Flips:
    """`count` flips of `pairs` coins (count, pairs)."""
    # A stream of its own: data that somebody drew by the same seed must not go in step with the coins.
    return np.random.default_rng([seed, 0xC011]).random((count, pairs)) < 0.5


class Paired:
    """Rows (2n, D), of which row k and row n + k are a pair; every metric of every flip is (K,)."""

    def __init__(self, rows: Floats, seed: int = 0) -> None:
        self.rows: Floats = rows - rows.mean(0)
        self.dim: int = rows.shape[1]
        self.n = len(rows) // 2
        self.seed = seed

    def mmd2(self, swapped: Flips, unbiased: bool = True) -> Floats:
        """MMD² under a Gaussian kernel whose bandwidth is the median distance of all rows."""
        first, second, across = self._sums(self.all_pairs.kernel, swapped)
        if unbiased:  # a row's kernel with itself is 1
            return (first + second - 2 * self.n) / (self.n * (self.n - 1)) - 2 * across / self.n**2
        return (first + second - 2 * across) / self.n**2

    def energy(self, swapped: Flips) -> Floats:
        first, second, across = self._sums(np.sqrt(self.all_pairs.squared_distances), swapped)
        energy: Floats = np.maximum(2 * across - first - second, 0) / self.n**2
        return energy

    def coral(self, swapped: Flips) -> Floats:
        own, count = _members(swapped), np.arange(len(swapped))
        between = self.all_pairs.coral(np.concatenate([own, 1 - own]))  # (2K, 2K), any two groups
        distances: Floats = between[count, len(swapped) + count]
        return distances

    def sliced(self, swapped: Flips) -> Floats:
        """Along each direction the sorted rows of a group are those of all rows, in their order, that belong to it."""
        directions = np.random.default_rng(self.seed).normal(size=(self.dim, DIRECTIONS))
        along = (self.rows @ (directions / np.linalg.norm(directions, axis=0))).T  # (P, 2n)
        order = along.argsort(axis=1)
        sorted_along, values = np.take_along_axis(along, order, 1), np.empty(len(swapped))
        for k, own in enumerate(_members(swapped).astype(bool)):
            mine = own[order]  # (P, 2n)
            gaps = sorted_along[mine] - sorted_along[~mine]
            values[k] = np.sqrt((gaps**2).mean())
        return values

    def frechet(self, swapped: Flips) -> Floats:
        values, rows = np.empty(len(swapped)), self.main_directions
        for k, own in enumerate(_members(swapped).astype(bool)):
            first, second = rows[own], rows[~own]
            means = first.mean(0) - second.mean(0)
            covariances = [np.cov(each.T).reshape(each.shape[1], -1) for each in (first, second)]
            lengths, turned = np.linalg.eigh(covariances[0])
            root = turned * np.sqrt(np.maximum(lengths, 0))
            across = np.sqrt(np.maximum(np.linalg.eigvalsh(root.T @ covariances[1] @ root), 0)).sum()
            values[k] = means @ means + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * across
        return np.maximum(values, 0)

    def judge(self, swapped: Flips, ridge: float = 1.0) -> Floats:
        """The judge's accuracy; features are standardised over all rows, which tells nobody who came from where.

        Both of a pair lie in one fold, so that a flip changes the answers and not the rows that are learned from:
        what a fold's judge says is linear in the answers, and the same map serves all flips.
        """
        answers = np.where(np.concatenate([swapped, ~swapped], axis=1), -1.0, 1.0).T  # (2n, K), +1 for the source
        fold = np.tile(fold_numbers(self.n, min(FOLDS, self.n), self.seed), 2)
        scale = np.sqrt((self.rows**2).mean(0))
        rows = self.rows / np.where(scale < 1e-12, 1, scale)
        dim, wide = rows.shape[1], rows.shape[1] > len(rows)
        gram = rows @ rows.T if wide else None
        right = np.zeros(len(swapped))
        for k in range(fold.max() + 1):
            known, held = fold != k, fold == k
            if gram is None:
                inner = rows[known].T @ rows[known] + ridge * dim * np.eye(dim)
                scores = rows[held] @ np.linalg.solve(inner, rows[known].T @ answers[known])
            else:
                outer = gram[np.ix_(known, known)] + ridge * dim * np.eye(known.sum())
                scores = gram[np.ix_(held, known)] @ np.linalg.solve(outer, answers[known])
            agreed = scores * answers[held]
            right += (agreed > 0).sum(0) + (agreed == 0).sum(0) / 2
        accuracy: Floats = right / (2 * self.n)
        return accuracy

    @cached_property
    def all_pairs(self) -> Pairs:
        return Pairs(self.rows)

    @cached_property
    def main_directions(self) -> Floats:
        """The rows along the directions in which they spread most, at most `DIRECTIONS` of them."""
        if self.dim <= DIRECTIONS:
            return self.rows
        wide = self.dim > len(self.rows)
        matrix = self.all_pairs.gram if wide else self.rows.T @ self.rows
        lengths, axes = eigh(matrix, subset_by_index=[max(0, len(matrix) - DIRECTIONS), len(matrix) - 1])
        along: Floats = axes * np.sqrt(np.maximum(lengths, 0)) if wide else self.rows @ axes
        return along

    def _sums(self, matrix: Floats, swapped: Flips) -> tuple[Floats, Floats, Floats]:
        """Of a matrix of all rows (2n, 2n), the sums within one side, within the other, and across, for each flip."""
        own = _members(swapped)  # (K, 2n)
        margins = matrix.sum(1)
        first = ((own @ matrix) * own).sum(1)
        touched = own @ margins  # first + across
        return first, margins.sum() - 2 * touched + first, touched - first


def _members(swapped: Flips) -> Floats:
    """1 for the rows that are source in a flip (K, 2n)."""
    return np.concatenate([~swapped, swapped], axis=1).astype(np.float64)
