"""Losses of a discriminator that tells the domains apart, and of features that learn to stop it."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def reverse_gradient(features: Tensor, strength: float) -> Tensor:
    """The features as they are; their gradient times −strength on the way back.

    Ganin & Lempitsky, ICML 2015, arXiv:1409.7495, section 3.2, the pseudo-function R.

    features (any shape) → the same shape
    """
    same: Tensor = _ReverseGradient.apply(features, strength)
    return same


def domain_adversarial(source_logits: Tensor, target_logits: Tensor) -> Tensor:
    """How badly a discriminator tells source (1) from target (0): −½ E_S log d − ½ E_T log (1 − d).

    d is the sigmoid of the logit. Each domain counts half, whatever its number of rows. A
    discriminator that can only guess stays at ln 2 ≈ 0.693: lower means that it sees the domains apart.

    Ganin et al., JMLR 17(59), 2016, section 4.2 (with its labels 0 and 1 exchanged); the same loss trains
    ADDA's discriminator: Tzeng et al., CVPR 2017, arXiv:1702.05464, eq. 2.

    source_logits (N,) or (N, 1), target_logits (M,) or (M, 1) → scalar, at least 0, in nats
    """
    return 0.5 * (F.softplus(-source_logits.float()).mean() + F.softplus(target_logits.float()).mean())


class _ReverseGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, strength: float) -> Tensor:
        ctx.strength = strength
        return features.view_as(features)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * gradients[0], None
