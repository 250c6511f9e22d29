"""How well a backbone will do on a task, told from its features before any training.

Every score is larger for the more promising backbone, and comparable only between backbones that saw the
same images with the same labels. Features are (N, D), one row a labelled target image; labels are (N,)
whole numbers, of which every class that occurs counts; arrays, or tensors on the CPU.
"""

from math import log, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

_ROUNDS = 100  # of LogME's fixed point, which takes about five
_STILL = 1e-9  # relative change of its evidence below which it has settled


def leep(source_predictions: ArrayLike, labels: ArrayLike) -> float:
    """Log expected empirical prediction: how likely the labels are, guessed from the source's own classes.

        1/N Σᵢ log Σ_z P̂(yᵢ | z) θ(xᵢ)_z        P̂(y, z) = 1/N Σ_{i: yᵢ = y} θ(xᵢ)_z

    θ is the source network's softmax. At most 0, in nats. Needs no features, but a source head.

    Nguyen et al., "LEEP", ICML 2020, arXiv:2002.12462, eq. 1 and 2.

    source_predictions (N, Z): rows of probabilities; raises ValueError for rows that do not match
    """
    theta, classes = _rows(source_predictions, labels)
    joint = _one_hot(classes).T @ theta / len(theta)  # (C, Z)
    seen = np.maximum(joint.sum(0), np.finfo(np.float64).tiny)  # (Z,), never divided by nought
    expected = theta @ (joint / seen).T  # (N, C)
    return float(np.log(expected[np.arange(len(classes)), classes]).mean())


def nce(source_labels: ArrayLike, labels: ArrayLike) -> float:
    """Negative conditional entropy: how much the source network's hard answers z leave open about the labels y.

        −H(Y | Z) = Σ P̂(y, z) log P̂(y | z)

    At most 0, in nats; 0 where z tells y.

    Tran, Nguyen & Hassner, "Transferability and hardness of supervised classification tasks", ICCV 2019,
    arXiv:1908.08142, section 4.

    source_labels (N,) whole numbers; raises ValueError for rows that do not match
    """
    answers = np.unique(np.asarray(source_labels), return_inverse=True)[1]
    # Of answers that are certain, LEEP is just this.
    return leep(_one_hot(answers), labels)


class HScore(NamedTuple):
    value: float  # from 0 to the number of classes less one
    shrinkage: float  # how much of the covariance is replaced by a sphere, from 0 to 1


def h_score(features: ArrayLike, labels: ArrayLike, shrinkage: float | None = 0.0) -> HScore:
    """How much of the features' spread lies between the classes: tr(cov(f)⁻¹ cov(E[f | y])).

    From 0 to C − 1 and without a unit. With fewer images than features it is always C − 1, whatever the
    features, unless the covariance is shrunk: `shrinkage` is the share of it that is replaced by a
    sphere of the same trace, the value then counts for the rest only, and None takes the share that Ledoit
    and Wolf's estimate asks for.

    Bao et al., "An information-theoretic approach to transferability in task transfer learning", ICIP
    2019, definition 2; shrunk as by Ibrahim, Ponomareva & Mazumder, "Newer is not always better",
    arXiv:2110.06893.

    Raises ValueError for rows that do not match.
    """
    rows, classes = _rows(features, labels)
    rows = rows - rows.mean(0)
    if shrinkage is None:
        from sklearn.covariance import ledoit_wolf_shrinkage

        shrinkage = float(ledoit_wolf_shrinkage(rows, assume_centered=True))
    # Along the rows' main directions the covariance is diagonal, and class means have no part elsewhere: of a few
    # images with many features that is a hundredth of the work.
    left, values, _ = np.linalg.svd(rows, full_matrices=False)  # (N, K), (K,), K = min(N, D)
    covariance = values**2 / len(rows)  # (K,)
    between = (_class_means(left * values, classes)[classes] ** 2).mean(0)  # (K,)
    shrunk = (1 - shrinkage) * covariance + shrinkage * covariance.sum() / rows.shape[1]
    there = shrunk > np.finfo(np.float64).eps * max(rows.shape) * shrunk.max()
    value = (between[there] / shrunk[there]).sum()
    return HScore(float((1 - shrinkage) * value), shrinkage)


def logme(features: ArrayLike, labels: ArrayLike) -> float:
    """Log of the maximum evidence: how well a Bayesian linear model explains the labels, overfitting included.

    For each class, y (N,) is 1 where a row has it and else 0; with weights from N(0, 1/α) and noise of
    variance 1/β, α and β are chosen to make p(y | F, α, β) as large as can be. The score is the
    mean over the classes of that log evidence divided by N: in nats, of any sign.

    You et al., "LogME", ICML 2021, arXiv:2102.11005, eq. 2 and algorithm 1.

    Raises ValueError for rows that do not match.
    """
    rows, classes = _rows(features, labels)
    left, values, _ = np.linalg.svd(rows, full_matrices=False)  # (N, K), (K,), K = min(N, D)
    answers = _one_hot(classes)  # (N, C)
    turned = left.T @ answers  # (K, C)
    outside = np.maximum((answers**2).sum(0) - (turned**2).sum(0), 0)  # (C,): what no weights can explain
    evidence = [
        _evidence(values**2, turned[:, each] ** 2, outside[each], *rows.shape) for each in range(answers.shape[1])
    ]
    return float(np.mean(evidence) / len(rows))


def _evidence(squares: Floats, along: Floats, outside: float, n: int, d: int) -> float:
    """The largest log p(y | F, α, β); `squares` (K,) are F's squared singular values, `along` (K,) those of y."""
    alpha, beta, before, evidence = 1.0, 1.0, -np.inf, -np.inf
    for _ in range(_ROUNDS):
        ratio = alpha / beta
        known = float((squares / (squares + ratio)).sum())  # γ: how many weights the data decide
        weights = float((squares * along / (squares + ratio) ** 2).sum())  # ‖m‖²
        error = float((along * (ratio / (squares + ratio)) ** 2).sum()) + outside  # ‖y − F m‖²
        alpha = known / max(weights, _STILL**2)
        beta = max(n - known, _STILL) / max(error, _STILL**2)
        evidence = _log_evidence(squares, along, outside, n, d, alpha, beta)
        if abs(evidence - before) <= _STILL * abs(evidence):
            break
        before = evidence
    return evidence


def _log_evidence(squares: Floats, along: Floats, outside: float, n: int, d: int, alpha: float, beta: float) -> float:
    inner = alpha + beta * squares
    weights = float((beta**2 * squares * along / inner**2).sum())
    error = float((along * (alpha / inner) ** 2).sum()) + outside
    determinant = float(np.log(inner).sum()) + (d - len(squares)) * log(alpha)
    return 0.5 * (d * log(alpha) + n * log(beta) - determinant - beta * error - alpha * weights - n * log(2 * pi))


def transrate(features: ArrayLike, labels: ArrayLike, distortion: float = 1e-4) -> float:
    """How much the features tell about the labels, as a difference of coding rates: R(Z) − 1/C Σ_c R(Z_c).

        R(Z) = ½ log det(I + ZᵀZ / (n ε))

    Z (N, D) is centred as a whole, and Z_c are its rows of class c; in nats, at least about 0 where classes
    are equally frequent. It depends on the features' unit, and grows with their number.

    Huang et al., "Frustratingly easy transferability estimation", ICML 2022, arXiv:2106.09362, eq. 7.

    Raises ValueError for rows that do not match.
    """
    rows, classes = _rows(features, labels)
    rows = rows - rows.mean(0)
    own = [_rate(rows[classes == each], distortion) for each in range(classes.max() + 1)]
    return float(_rate(rows, distortion) - np.mean(own))


def _rate(rows: Floats, distortion: float) -> float:
    values = np.linalg.svd(rows, compute_uv=False)
    return float(0.5 * np.log1p(values**2 / (len(rows) * distortion)).sum())


def knn_accuracy(features: ArrayLike, labels: ArrayLike, neighbours: int = 5) -> float:
    """The share of rows that their nearest other rows name rightly, by cosine similarity; in [0, 1].

    Of equally many votes the class of the nearest of them wins. With `neighbours` or fewer other rows all vote.

    Raises ValueError for rows that do not match, or for one row only.
    """
    rows, classes = _rows(features, labels)
    if len(rows) < 2:
        raise ValueError("A neighbour needs a second row, but there is only one.")
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    similarity = rows @ rows.T
    np.fill_diagonal(similarity, -np.inf)
    near = np.argsort(-similarity, axis=1, kind="stable")[:, : min(neighbours, len(rows) - 1)]  # (N, k)
    votes = np.zeros((len(rows), classes.max() + 1))
    for rank in range(near.shape[1]):
        # A vote from nearer by weighs a trifle more, too little to outweigh another vote.
        votes[np.arange(len(rows)), classes[near[:, rank]]] += 1 + 1e-6 * (near.shape[1] - rank)
    return float((votes.argmax(1) == classes).mean())


def _rows(values: ArrayLike, labels: ArrayLike) -> tuple[Floats, Whole]:
    """Values (N, D), and labels as numbers from 0 on without a gap (N,)."""
    rows, named = np.asarray(values, dtype=np.float64), np.asarray(labels)
    if rows.ndim != 2 or named.shape != rows.shape[:1] or not len(rows):
        raise ValueError(f"A score needs values (N, D) and labels (N,), but got {rows.shape} and {named.shape}.")
    return rows, np.unique(named, return_inverse=True)[1].astype(np.intp)


def _one_hot(classes: Whole) -> Floats:
    return np.eye(int(classes.max()) + 1)[classes]  # (N, C)


def _class_means(rows: Floats, classes: Whole) -> Floats:
    hot = _one_hot(classes)
    means: Floats = hot.T @ rows / hot.sum(0)[:, None]
    return means  # (C, D)
