"""How far apart two domains' features are, as a loss that gradients flow through.

Features are (N, D), one row an image. Two domains may differ in N and agree in D.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from tlcore.losses.precision import full_precision, wide


def coral(source: Tensor, target: Tensor) -> Tensor:
    """How differently two domains spread: ‖C_S − C_T‖²_F / (4 D²).

    C is the unbiased covariance of a domain's features (divided by N − 1), so a domain needs two
    rows. The means do not enter: a mere shift costs nothing.

    Sun & Saenko, "Deep CORAL", ECCV Workshops 2016, arXiv:1607.01719, eq. 1 (the covariances: eq. 2 and 3).

    source (N, D), target (M, D) → scalar, at least 0
    """
    with full_precision(source):
        difference = covariance(wide(source)) - covariance(wide(target))  # (D, D)
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
    with full_precision(source):
        return _unbiased(_kernel(source, target, bandwidths), len(source))


def jmmd(source: Sequence[Tensor], target: Sequence[Tensor]) -> Tensor:
    """How far apart two domains' joint distributions of several layers are: MMD² under a product of kernels.

        k((x¹, x²), (y¹, y²)) = k¹(x¹, y¹) k²(x², y²)

    Two layers count as alike only together: features that fit while the predictions that go with them
    differ cost something. Each layer has the mixture of Gaussian kernels of `mmd`, around its own median.

    Long et al., "Deep transfer learning with joint adaptation networks", ICML 2017, arXiv:1605.06636, eq. 9;
    here without the kernel of a row with itself, so that it is 0 in expectation for equal domains.

    source: of each layer (N, D_l), target: of each layer (M, D_l) → scalar
    """
    with full_precision(source[0]):
        layers = [_kernel(x, y) for x, y in zip(source, target, strict=True)]  # each (N + M, N + M)
        return _unbiased(torch.stack(layers).prod(0), len(source[0]))


def _kernel(source: Tensor, target: Tensor, bandwidths: Sequence[float] | None = None) -> Tensor:
    """A mixture of Gaussian kernels between all rows: (N + M, N + M), source rows first."""
    squared = squared_distances(torch.cat([wide(source), wide(target)]))
    variances = median_variances(squared) if bandwidths is None else [sigma**2 for sigma in bandwidths]
    return torch.stack([torch.exp(-squared / (2 * variance)) for variance in variances]).mean(0)


def _unbiased(kernel: Tensor, n: int) -> Tensor:
    """Gretton's eq. 3 from the kernel between all rows, the first n of which are the source's."""
    m = len(kernel) - n
    within_source = (kernel[:n, :n].sum() - n) / (n * (n - 1))  # a row's kernel with itself is 1
    within_target = (kernel[n:, n:].sum() - m) / (m * (m - 1))
    return within_source + within_target - 2 * kernel[:n, n:].mean()


def covariance(features: Tensor) -> Tensor:
    centred = features - features.mean(0)  # (N, D)
    return centred.T @ centred / (len(features) - 1)  # (D, D)


def squared_distances(rows: Tensor) -> Tensor:
    # Far from the origin, ‖x‖² + ‖y‖² − 2xy would lose its digits: distances do not mind being centred.
    rows = rows - rows.mean(0).detach()
    norms = rows.square().sum(1)  # (N,)
    return (norms[:, None] + norms[None] - 2 * rows @ rows.T).clamp_min(0)  # (N, N)


def median_variances(squared: Tensor) -> list[Tensor]:
    """¼, ½, 1, 2 and 4 times the median squared distance between two different rows; constants."""
    first, second = torch.triu_indices(len(squared), len(squared), offset=1, device=squared.device)
    pairs = squared.detach()[first, second]
    # When more than half of the rows coincide, as dead units may have it, the mean still tells a scale.
    median = pairs.median()
    scale = torch.where(median > 0, median, pairs.mean()).clamp_min(torch.finfo(squared.dtype).tiny * 2**10)
    return [scale * factor for factor in (0.25, 0.5, 1.0, 2.0, 4.0)]
