"""Classifying by a few examples."""

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.losses.precision import full_precision, wide

_LAST = 20.0  # nats below the least likely class that has examples: odds of one to 5 × 10⁸


def prototypes(features: Tensor, labels: Tensor, way: int) -> Tensor:
    """The mean feature of each class.

    Snell, Swersky & Zemel, "Prototypical networks", NeurIPS 2017, arXiv:1703.05175, eq. 1.

    features (N, D), labels (N,) in 0..way-1 → (way, D); raises ValueError for a class without a row
    """
    member = F.one_hot(labels, way).to(features)  # (N, way)
    counts = member.sum(0)  # (way,)
    if not bool(counts.all()):
        without = (counts == 0).nonzero()[:, 0].tolist()
        raise ValueError(f"A prototype is a mean of examples, but the classes {without} have none.")
    with full_precision(features):
        return (member / counts).T @ features  # (way, D)


def prototype_logits(features: Tensor, prototypes: Tensor) -> Tensor:
    """The negative squared Euclidean distance to each prototype; its softmax is the class distribution.

    Snell, Swersky & Zemel, NeurIPS 2017, arXiv:1703.05175, eq. 2, with the squared Euclidean distance.

    features (N, D), prototypes (way, D) → (N, way), each at most 0
    """
    return -(features[:, None] - prototypes[None]).square().sum(-1)


def attention_logits(queries: Tensor, support: Tensor, labels: Tensor, way: int, temperature: float = 1.0) -> Tensor:
    """The logarithm of each class's share of a question's attention over the labelled examples.

        p(k | x) = Σ_i a(x, x_i) [y_i = k],   a(x, ·) = softmax over i of cos(f(x), f(x_i)) / temperature

    Vinyals et al., "Matching networks", NeurIPS 2016, arXiv:1606.04080, eq. 1 and section 2.1.1. The paper's
    temperature is 1, with which a cosine of at most 1 can never be sure; its "full context embeddings" are not here.

    queries (N, D), support (S, D), labels (S,) in 0..way-1 → (N, way), log-probabilities: their softmax is p
    """
    with full_precision(queries):
        cosine = F.normalize(wide(queries)) @ F.normalize(wide(support)).T  # (N, S)
        attention = (cosine / temperature).softmax(1)  # (N, S)
        shares = attention @ F.one_hot(labels, way).to(attention)  # (N, way)
        return shares.clamp_min(torch.finfo(shares.dtype).tiny).log()


def cosine_logits(features: Tensor, weights: Tensor, scale: float) -> Tensor:
    """How far a feature points into the direction of each class: scale × cos(f, w_k).

    Chen et al., "A closer look at few-shot classification", ICLR 2019, arXiv:1904.04232, section 3.2;
    Gidaris & Komodakis, CVPR 2018, arXiv:1804.09458, eq. 5.

    features (N, D), weights (way, D) → (N, way), each within ± scale
    """
    with full_precision(features):
        return scale * F.normalize(wide(features)) @ F.normalize(wide(weights)).T


def differences(features: Tensor, others: Tensor) -> Tensor:
    """How differently each pair is seen, feature by feature: |f_i − f_j|.

    The input of the verifying unit in Koch, Zemel & Salakhutdinov, "Siamese neural networks for one-shot image
    recognition", ICML Deep Learning Workshop 2015, section 3.1.

    features (N, D), others (M, D) → (N, M, D)
    """
    return (features[:, None] - others[None]).abs()


def verification(logits: Tensor, same: Tensor) -> Tensor:
    """How badly pairs of one class are told from pairs of two: −½ E_same log p − ½ E_different log (1 − p).

    p is the sigmoid of the logit. Either kind counts half, as if pairs were drawn half and half; to guess costs
    ln 2 ≈ 0.693.

    Koch, Zemel & Salakhutdinov, 2015, section 3.2, without its weight decay.

    logits, same (bool) of one shape, with at least one pair of either kind → scalar, in nats
    """
    costs = F.softplus(torch.where(same, -logits, logits).float())
    return 0.5 * (costs[same].mean() + costs[~same].mean())


def in_label_space(logits: Tensor, present: Tensor, classes: int) -> Tensor:
    """Logits of a few classes as logits of all: who has no example comes last, at a distance that is finite.

    logits (N, way), present (way,) the label of each column → (N, classes)
    """
    lowest = logits.detach().amin(1, keepdim=True) - _LAST  # (N, 1)
    return lowest.repeat(1, classes).index_copy(1, present, logits)
