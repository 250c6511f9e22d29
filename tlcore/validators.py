"""How good an adapted network is, told without a single target label: for choosing settings and checkpoints.

Every score is larger for what it takes to be the better network. None is an accuracy: compare scores of one
validator only, on the same images. Predictions are softmax outputs (N, C); arrays, or tensors on the CPU.
Musgrave, Belongie & Lim ("Three new validators and a large-scale benchmark ranking for unsupervised domain
adaptation", arXiv:2208.07360) found accuracy on source data hard to beat: no score here is a promise.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

TEMPERATURE = 0.05


def certainty(target: ArrayLike) -> float:
    """How sure the network is of its answers, right or wrong: −H(p), mean over the images.

    From −log C to 0, in nats. A network that names one class whatever it sees scores best of all.

    Morerio, Cavazza & Murino, "Minimal-entropy correlation alignment", ICLR 2018, arXiv:1711.10288, section 3.2.

    target (N, C)
    """
    return -float(_entropy(_checked(target)).mean())


def information(target: ArrayLike) -> float:
    """Answers that are sure, and not all the same: H(p̄) − H(p), the mutual information of image and answer.

    From 0 to log C, in nats. It takes classes for equally frequent: where they are not, H(p̄) misleads.

    Bridle, Heading & MacKay, NIPS 1991; as a validator: Musgrave, Belongie & Lim, arXiv:2111.15672.

    target (N, C)
    """
    predictions = _checked(target)
    return float(_entropy(predictions.mean(0, keepdims=True))[0] - _entropy(predictions).mean())


def nuclear_norm(target: ArrayLike) -> float:
    """Answers that are sure and various: the sum of the prediction matrix' singular values, a row.

    From 1 / √N to √(C / N), where every image has a sure answer and classes are equally frequent.

    Cui et al., "Towards discriminability and diversity: batch nuclear-norm maximization", CVPR 2020,
    arXiv:2003.12237, eq. 7.

    target (N, C)
    """
    predictions = _checked(target)
    return float(np.linalg.svd(predictions, compute_uv=False).sum() / len(predictions))


def neighbourhood_density(target: ArrayLike, temperature: float = TEMPERATURE) -> float:
    """How many near neighbours an image has among the others, as the entropy of its similarities to them.

    Similarities are cosines of softmax outputs, divided by the temperature and made a distribution over
    the other images. From 0 to log(N − 1), in nats: large where images lie in dense clusters.

    Saito et al., "Tune it the right way: soft neighborhood density", ICCV 2021, arXiv:2108.10860, eq. 1–3.

    target (N, C), at least two rows
    """
    predictions = _checked(target)
    if len(predictions) < 2:
        raise ValueError("A neighbour needs a second row, but there is only one.")
    rows = predictions / np.linalg.norm(predictions, axis=1, keepdims=True)
    scores = rows @ rows.T / temperature
    np.fill_diagonal(scores, -np.inf)
    scores -= scores.max(1, keepdims=True)
    near = np.exp(scores)
    return float(_entropy(near / near.sum(1, keepdims=True)).mean())


class Risk(NamedTuple):
    value: float  # minus the risk: larger is better
    effective: float  # (Σw)² / Σw²: as many images as really count, at most N


def deep_embedded(weights: ArrayLike, losses: ArrayLike) -> Risk:
    """The risk on the target, from labelled source images that count as the target would have them, negated.

        −(mean(w ℓ) + η mean(w) − η)        η = −cov(w ℓ, w) / var(w)

    The second and third term are 0 in expectation, as weights p_T / p_S have the mean 1; they take away what
    varies with it. In the unit of the losses.

    You et al., "Towards accurate model selection in deep unsupervised domain adaptation", ICML 2019,
    algorithm 1; without the control variate it is Sugiyama et al., JMLR 8, 2007 (`importance_weighted`).

    weights (N,) of held-out source images, as `density_ratio` gives them, and their losses (N,)
    """
    ratio, loss = _weighted(weights, losses)
    weighted = ratio * loss
    spread = ratio.var(ddof=1)
    eta = 0.0 if spread < 1e-12 else -float(np.cov(weighted, ratio)[0, 1] / spread)
    return Risk(-float(weighted.mean() + eta * ratio.mean() - eta), _effective(ratio))


def importance_weighted(weights: ArrayLike, losses: ArrayLike) -> Risk:
    """The risk on the target from weighted source images, negated: −mean(w ℓ).

    Sugiyama, Krauledat & Müller, "Covariate shift adaptation by importance weighted cross validation", JMLR 8, 2007.

    weights (N,) and losses (N,) of held-out source images
    """
    ratio, loss = _weighted(weights, losses)
    return Risk(-float((ratio * loss).mean()), _effective(ratio))


def density_ratio(source: ArrayLike, target: ArrayLike, held_out: ArrayLike) -> Floats:
    """p_T(x) / p_S(x) of held-out source features, by a logistic regression that tells the domains apart.

        w(x) = N / M · d(x) / (1 − d(x))        d: how likely x is target

    Bickel, Brückner & Scheffer, "Discriminative learning for differing training and test distributions", ICML
    2007; with features: You et al., ICML 2019, eq. 5.

    source (N, D), target (M, D), held_out (K, D): gives (K,)
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    near, far, asked = (np.asarray(each, dtype=np.float64) for each in (source, target, held_out))
    judge = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    judge.fit(np.concatenate([near, far]), np.repeat([0, 1], [len(near), len(far)]))
    odds: Floats = np.exp(judge.decision_function(asked)) * len(near) / len(far)
    return odds


def reverse(
    target_features: ArrayLike, target: ArrayLike, source_features: ArrayLike, source_labels: ArrayLike
) -> float:
    """Whether the way back is found: a classifier learns the target's predicted classes, and is asked about the source.

    Its accuracy on labelled source images, in [0, 1]; 0 where the network names only one class. Zhong et al. train the
    way back with the same method anew; here it is a logistic regression on the network's features, which takes seconds.

    Zhong et al., "Cross validation framework to choose amongst models and datasets for transfer learning", ECML 2010.

    target_features (N, D), target (N, C), source_features (M, D), source_labels (M,)
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    guessed = _checked(target).argmax(1)
    if len(np.unique(guessed)) < 2:
        return 0.0
    back = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    back.fit(np.asarray(target_features, dtype=np.float64), guessed)
    return float((back.predict(np.asarray(source_features, dtype=np.float64)) == np.asarray(source_labels)).mean())


def _entropy(predictions: Floats) -> Floats:
    """−Σ p log p of each row (N,), with 0 log 0 = 0."""
    logs = np.log(np.where(predictions > 0, predictions, 1))
    entropy: Floats = -(predictions * logs).sum(1)
    return entropy


def _effective(weights: Floats) -> float:
    return float(weights.sum() ** 2 / max((weights**2).sum(), np.finfo(np.float64).tiny))


def _weighted(weights: ArrayLike, losses: ArrayLike) -> tuple[Floats, Floats]:
    ratio, loss = np.asarray(weights, dtype=np.float64), np.asarray(losses, dtype=np.float64)
    if ratio.shape != loss.shape or ratio.ndim != 1 or len(ratio) < 2:
        raise ValueError(f"A risk needs at least two weights and as many losses, but got {ratio.shape}, {loss.shape}.")
    return ratio, loss


def _checked(predictions: ArrayLike) -> Floats:
    rows = np.asarray(predictions, dtype=np.float64)
    if rows.ndim != 2 or not len(rows) or not np.allclose(rows.sum(1), 1, atol=1e-3):
        raise ValueError(f"A validator needs softmax outputs (N, C) whose rows sum up to 1, but got {rows.shape}.")
    return rows
