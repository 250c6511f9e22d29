"""Losses of a discriminator that tells the domains apart, and of features that learn to stop it."""

from math import sqrt
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.losses.self_training import entropy


def reverse_gradient(features: Tensor, strength: float) -> Tensor:
    """The features as they are; their gradient times −strength on the way back.

    Ganin & Lempitsky, ICML 2015, arXiv:1409.7495, section 3.2, the pseudo-function R.

    features (any shape) → the same shape
    """
    same: Tensor = _ReverseGradient.apply(features, strength)
    return same


def domain_adversarial(
    source_logits: Tensor,
    target_logits: Tensor,
    source_weights: Tensor | None = None,
    target_weights: Tensor | None = None,
) -> Tensor:
    """How badly a discriminator tells source (1) from target (0): −½ E_S log d − ½ E_T log (1 − d).

    d is the sigmoid of the logit. Each domain counts half, whatever its number of rows. A
    discriminator that can only guess stays at ln 2 ≈ 0.693: lower means that it sees the domains apart.
    Weights, one a row and of mean 1, let some rows count more.

    Ganin et al., JMLR 17(59), 2016, section 4.2 (with its labels 0 and 1 exchanged); the same loss trains
    ADDA's discriminator: Tzeng et al., CVPR 2017, arXiv:1702.05464, eq. 2. With weights: Long et al.,
    "CDAN", NeurIPS 2018, arXiv:1705.10667, eq. 9.

    source_logits (N,) or (N, 1), target_logits (M,) or (M, 1), weights (N,) and (M,) → scalar, at least 0, in nats
    """
    source = F.softplus(-source_logits.float()).reshape(-1)  # (N,)
    target = F.softplus(target_logits.float()).reshape(-1)  # (M,)
    source = source if source_weights is None else source_weights * source
    target = target if target_weights is None else target_weights * target
    return 0.5 * (source.mean() + target.mean())


def domain_confusion(logits: Tensor) -> Tensor:
    """How far a discriminator's verdicts are from "either of the two": −½ log d − ½ log (1 − d), averaged.

    d is the sigmoid of the logit. This is the cross-entropy against the uniform label, least (ln 2) where
    every verdict is ½; unlike the reversed loss of the discriminator it gains nothing by pushing the
    verdicts to the wrong side.

    Tzeng et al., "Simultaneous deep transfer across domains and tasks", ICCV 2015, arXiv:1510.02192, eq. 4,
    for two domains.

    logits (N,) or (N, 1) → scalar, at least ln 2, in nats
    """
    return 0.5 * (F.softplus(-logits.float()) + F.softplus(logits.float())).mean()


def multilinear(features: Tensor, predictions: Tensor) -> Tensor:
    """Every feature times the probability of every class: f ⊗ p, as one row.

    Long et al., "CDAN", NeurIPS 2018, arXiv:1705.10667, section 3.1 and eq. 3.

    features (N, D), predictions (N, C) → (N, D · C)
    """
    return (features[:, :, None] * predictions[:, None, :]).flatten(1)


def randomised_multilinear(features: Tensor, predictions: Tensor, of_features: Tensor, of_classes: Tensor) -> Tensor:
    """f ⊗ p in fewer numbers: (f R_f) ⊙ (p R_p) / √d, for R whose entries have mean 0 and variance 1.

    Over the choice of R, the inner product of two rows is in expectation that of their outer products.

    Long et al., "CDAN", NeurIPS 2018, arXiv:1705.10667, eq. 6 and theorem 1.

    features (N, D), predictions (N, C), of_features (D, d), of_classes (C, d) → (N, d)
    """
    return (features @ of_features) * (predictions @ of_classes) / sqrt(of_features.shape[1])


def entropy_weights(logits: Tensor) -> Tensor:
    """How much a row should count by how sure its prediction is: 1 + e^(−H(p)), brought to mean 1; a constant.

    Long et al., "CDAN", NeurIPS 2018, arXiv:1705.10667, section 3.2 ("entropy conditioning").

    logits (N, C) → (N,), no gradient
    """
    weights = 1 + torch.exp(-entropy(logits.detach()))  # (N,)
    return weights / weights.mean()


def discrepancy(first_logits: Tensor, second_logits: Tensor) -> Tensor:
    """How far two classifiers disagree: the mean of |p₁ − p₂| over rows and classes.

    Saito et al., "Maximum classifier discrepancy", CVPR 2018, arXiv:1712.02560, eq. 2 (its d).

    first_logits (N, C), second_logits (N, C) → scalar, from 0 to 2 / C
    """
    return (F.softmax(first_logits.float(), 1) - F.softmax(second_logits.float(), 1)).abs().mean()


def margin_disparity(
    source_logits: Tensor, source_rival: Tensor, target_logits: Tensor, target_rival: Tensor, margin: float
) -> Tensor:
    """What a rival minimises who agrees with the classifier on the source and contradicts it on the target.

        −γ E_S log q[ŷ] − E_T log (1 − q[ŷ])

    q is the rival's softmax and ŷ the classifier's decision, which is a constant. Features that minimise
    its negative bring the domains to where no rival can do both.

    Zhang et al., "Bridging theory and algorithm for domain adaptation", ICML 2019, arXiv:1904.05801,
    section 4.2 (eq. 29 and 30); γ = exp ρ for a margin ρ.

    source_logits and source_rival (N, C), target_logits and target_rival (M, C), margin: γ → scalar, at least 0
    """
    agreement = F.cross_entropy(source_rival.float(), source_logits.argmax(1))
    decided = F.one_hot(target_logits.argmax(1), target_logits.shape[1]).bool()  # (M, C)
    rival = target_rival.float()
    # log (1 − q[ŷ]) is what the other classes have together; the plain form is −∞ for a rival that is sure.
    others = rival.masked_fill(decided, float("-inf")).logsumexp(1)  # (M,)
    contradiction = (rival.logsumexp(1) - others).mean()
    return margin * agreement + contradiction


class _ReverseGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, strength: float) -> Tensor:
        ctx.strength = strength
        return features.view_as(features)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * gradients[0], None
