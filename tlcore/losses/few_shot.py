"""Classifying by a few examples."""

import torch.nn.functional as F
from torch import Tensor

from tlcore.losses.precision import full_precision


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
