"""Name that data set: a judge of any number of domains, how often it is right, and how sure it is of every image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from tlcore.intervals import wilson
from tlcore.shift.judge import fold_numbers

Floats = NDArray[np.float64]

MOST_SURE = 1e3  # of a score: beyond it a probability is 1 to all digits


@dataclass(frozen=True)
class Naming:
    """What a judge said of images that it had not learned from; domains are numbered as they were given."""

    accuracy: float  # balanced over the K domains, in [0, 1]
    low: float  # its 95 % interval
    high: float
    chance: float  # 1 / K
    confusion: Floats  # (K, K): of the images of a domain (rows), the share that is given each name
    probabilities: Sequence[Floats]  # of each domain (N_k, K): how sure the judge is of each name


def name_that_data_set(domains: Sequence[ArrayLike], folds: int = 5, seed: int = 0, ridge: float = 1.0) -> Naming:
    """Cross-validated accuracy of a linear classifier that is asked which domain an image is from.

    Least squares on one +1 and −1 target a domain, each domain weighing the same, with the penalty `ridge` · D · ‖w‖²
    on standardised features; the largest score names the domain. Of two domains it is `judge`, fold by fold. Scores
    become probabilities by a softmax whose one factor makes the held-out answers most likely (Guo et al., ICML 2017,
    arXiv:1706.04599, section 4.2). The interval is Newcombe's, of K recalls instead of two.

    Torralba & Efros, "Unbiased look at dataset bias", CVPR 2011, section 2.

    domains: K arrays (N_k, D), finite; raises ValueError for fewer than two, or for a domain of fewer than two rows
    """
    clouds = [np.asarray(each, dtype=np.float64) for each in domains]
    if len(clouds) < 2 or min(map(len, clouds)) < 2:
        raise ValueError(f"Naming takes two domains of two rows at least, but got {[len(each) for each in clouds]}.")
    folds = min(folds, *map(len, clouds))
    fold = [fold_numbers(len(each), folds, seed + number) for number, each in enumerate(clouds)]
    scores = [np.zeros((len(each), len(clouds))) for each in clouds]
    for held in range(folds):
        weights, offset = _classifier([each[of != held] for each, of in zip(clouds, fold)], ridge)
        for told, each, of in zip(scores, clouds, fold):
            told[of == held] = each[of == held] @ weights - offset
    named = [_named(each) for each in scores]
    recalls = [float(shares[:, number].mean()) for number, shares in enumerate(named)]
    ends = [wilson(recall, len(each)) for recall, each in zip(recalls, clouds)]
    accuracy, many = float(np.mean(recalls)), len(clouds)
    below = sum((end.value - end.low) ** 2 for end in ends) ** 0.5 / many
    above = sum((end.high - end.value) ** 2 for end in ends) ** 0.5 / many
    return Naming(
        accuracy, max(0.0, accuracy - below), min(1.0, accuracy + above), 1 / many,
        np.stack([shares.mean(0) for shares in named]), _probabilities(scores),
    )  # fmt: skip


def _classifier(clouds: Sequence[Floats], ridge: float) -> tuple[Floats, Floats]:
    """Weights (D, K) and offsets (K,): the scores of rows x are x @ weights − offsets."""
    many, sizes = len(clouds), [len(each) for each in clouds]
    mean = np.mean([each.mean(0) for each in clouds], axis=0)
    centred = np.concatenate([each - mean for each in clouds])
    n, dim = centred.shape
    share = np.repeat([n / (many * size) for size in sizes], sizes)  # every domain counts the same, all together n
    scale = np.sqrt(share @ centred**2 / n)
    scale[scale < 1e-12 * (1 + np.abs(mean))] = 1  # a feature that is constant tells nothing
    rows = centred / scale * np.sqrt(share)[:, None]
    answers = np.where(np.repeat(np.arange(many), sizes)[:, None] == np.arange(many), 1.0, -1.0)  # (n, K)
    prior = 2 / many - 1  # the answers' mean; the features' is 0
    targets = np.sqrt(share)[:, None] * (answers - prior)
    if dim <= n:
        weights = np.linalg.solve(rows.T @ rows + ridge * dim * np.eye(dim), rows.T @ targets)
    else:  # the same weights from the smaller of the two systems
        weights = rows.T @ np.linalg.solve(rows @ rows.T + ridge * dim * np.eye(n), targets)
    weights = weights / scale[:, None]
    return weights, mean @ weights - prior


def _named(scores: Floats) -> Floats:
    """1 for the largest score of each row (N, K), shared where several are the largest."""
    largest = scores >= scores.max(1, keepdims=True) - 1e-12
    shares: Floats = largest / largest.sum(1, keepdims=True)
    return shares


def _probabilities(scores: Sequence[Floats]) -> list[Floats]:
    """Softmax of the scores times one factor, that under which the true names are most likely."""

    def surprise(power: float) -> float:
        each = [-np.log(_softmax(10**power * told)[:, number] + 1e-12).mean() for number, told in enumerate(scores)]
        return float(np.mean(each))

    found = minimize_scalar(surprise, bounds=(-2.0, np.log10(MOST_SURE)), method="bounded")
    return [_softmax(10**found.x * told) for told in scores]


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    shares: Floats = powers / powers.sum(1, keepdims=True)
    return shares
