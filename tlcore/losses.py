"""The mathematics of the strategies, as pure functions that gradients flow through.

Features are (N, D), one row an image. Two domains may differ in N and agree in D.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def coral(source: Tensor, target: Tensor) -> Tensor:
    """How differently two domains spread: ‖C_S − C_T‖²_F / (4 D²).

    C is the unbiased covariance of a domain's features (divided by N − 1), so a domain needs two
    rows. The means do not enter: a mere shift costs nothing.

    Sun & Saenko, "Deep CORAL", ECCV Workshops 2016, arXiv:1607.01719, eq. 1 (the covariances: eq. 2 and 3).

    source (N, D), target (M, D) → scalar, at least 0
    """
    with _full_precision(source):
        difference = _covariance(_wide(source)) - _covariance(_wide(target))  # (D, D)
        return difference.square().sum() / (4 * source.shape[1] ** 2)


def mmd(source: Tensor, target: Tensor, bandwidths: Sequence[float] | None = None) -> Tensor:
    """How far apart two domains' mean embeddings are: the unbiased MMD² under a mixture of Gaussian kernels.

        mean_{i≠j} k(s_i, s_j) + mean_{i≠j} k(t_i, t_j) − 2 mean_{i,j} k(s_i, t_j)
        k(x, y) = mean over σ of exp(−‖x − y‖² / (2 σ²))

    Being unbiased, it is 0 in expectation for equal domains, and so at times a little negative. By
    default σ² is ¼, ½, 1, 2 and 4 times the median squared distance between any two rows of both
    domains, taken as a constant: no gradient flows through a bandwidth.

    Estimator: Gretton et al., JMLR 13, 2012, eq. 3. Mixture of kernels in a network: Long et al., "DAN",
    ICML 2015, arXiv:1502.02791, eq. 2; here the kernels weigh the same, and all pairs are used where DAN
    takes an estimate of linear time.

    source (N, D), target (M, D), N and M at least 2; bandwidths: the σ, in units of the features → scalar
    """
    n, m = len(source), len(target)
    with _full_precision(source):
        squared = _squared_distances(torch.cat([_wide(source), _wide(target)]))  # (N + M, N + M)
        variances = _median_variances(squared) if bandwidths is None else [sigma**2 for sigma in bandwidths]
        kernel = torch.stack([torch.exp(-squared / (2 * variance)) for variance in variances]).mean(0)
        within_source = (kernel[:n, :n].sum() - n) / (n * (n - 1))  # a row's kernel with itself is 1
        within_target = (kernel[n:, n:].sum() - m) / (m * (m - 1))
        return within_source + within_target - 2 * kernel[:n, n:].mean()


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
    with _full_precision(features):
        return (member / counts).T @ features  # (way, D)


def prototype_logits(features: Tensor, prototypes: Tensor) -> Tensor:
    """The negative squared Euclidean distance to each prototype; its softmax is the class distribution.

    Snell, Swersky & Zemel, NeurIPS 2017, arXiv:1703.05175, eq. 2, with the squared Euclidean distance.

    features (N, D), prototypes (way, D) → (N, way), each at most 0
    """
    return -(features[:, None] - prototypes[None]).square().sum(-1)


def _covariance(features: Tensor) -> Tensor:
    centred = features - features.mean(0)  # (N, D)
    return centred.T @ centred / (len(features) - 1)  # (D, D)


def _squared_distances(rows: Tensor) -> Tensor:
    # Far from the origin, ‖x‖² + ‖y‖² − 2xy would lose its digits: distances do not mind being centred.
    rows = rows - rows.mean(0).detach()
    norms = rows.square().sum(1)  # (N,)
    return (norms[:, None] + norms[None] - 2 * rows @ rows.T).clamp_min(0)  # (N, N)


def _median_variances(squared: Tensor) -> list[Tensor]:
    """¼, ½, 1, 2 and 4 times the median squared distance between two different rows; constants."""
    first, second = torch.triu_indices(len(squared), len(squared), offset=1, device=squared.device)
    pairs = squared.detach()[first, second]
    # When more than half of the rows coincide, as dead units may have it, the mean still tells a scale.
    median = pairs.median()
    scale = torch.where(median > 0, median, pairs.mean()).clamp_min(torch.finfo(squared.dtype).tiny * 2**10)
    return [scale * factor for factor in (0.25, 0.5, 1.0, 2.0, 4.0)]


def _wide(features: Tensor) -> Tensor:
    """At least float32: half precision has too few digits for differences of sums."""
    return features.float() if features.dtype in (torch.float16, torch.bfloat16) else features


def _full_precision(features: Tensor) -> torch.autocast:
    """Products inside are not rounded to half precision, even while the network runs in it."""
    return torch.autocast(features.device.type, enabled=False)


class _ReverseGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, strength: float) -> Tensor:
        ctx.strength = strength
        return features.view_as(features)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * gradients[0], None
