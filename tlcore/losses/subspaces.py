"""Closed forms that move one domain's features onto the other's: no gradient, one solution.

Rows are items. All of it is computed in double precision, since small eigenvalues decide.
"""

import torch
from torch import Tensor

from tlcore.losses.alignment import covariance


def coral_map(source: Tensor, target: Tensor, ridge: float) -> Tensor:
    """The linear map that gives the source's features the target's covariance: C_S^(−1/2) C_T^(1/2).

    C is the covariance plus ridge × I. The paper's ridge is 1, which for features of unit scale leaves most
    of the difference as it is; towards 0 the covariances become equal. The means do not enter.

    Sun, Feng & Saenko, "Return of frustratingly easy domain adaptation", AAAI 2016, arXiv:1511.05547, algorithm 1.

    source (N, D), target (M, D) → (D, D), for source @ map; ridge above 0 where N or M is at most D
    """
    eye = torch.eye(source.shape[1], dtype=torch.float64, device=source.device)
    spread, wanted = (covariance(rows.double()) + ridge * eye for rows in (source, target))  # (D, D)
    return _power(spread, -0.5) @ _power(wanted, 0.5)


def principal_directions(features: Tensor, count: int) -> Tensor:
    """The directions in which centred features vary most, as orthonormal columns: (N, D) → (D, count)."""
    centred = features.double() - features.double().mean(0)
    directions: Tensor = torch.linalg.svd(centred, full_matrices=False).Vh[:count].T
    return directions


def subspace_alignment(source: Tensor, target: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The maps of both domains into the target's subspace: P_S P_Sᵀ P_T for the source, P_T for the target.

    P holds a domain's first principal directions, and P_Sᵀ P_T is the matrix M that minimises ‖P_S M − P_T‖_F.

    Fernando, Habrard, Sebban & Tuytelaars, "Unsupervised visual domain adaptation using subspace alignment",
    ICCV 2013, eq. 3 and algorithm 1.

    source (N, D), target (M, D), count at most N, M and D → (D, count) and (D, count), for centred rows
    """
    ours, theirs = principal_directions(source, count), principal_directions(target, count)
    return ours @ ours.T @ theirs, theirs


def transfer_components(kernel: Tensor, sources: int, count: int, trade: float) -> Tensor:
    """Combinations of kernel functions in which the domains' means agree and the data still vary.

    The leading eigenvectors of (K L K + μ I)⁻¹ K H K, scaled so that Wᵀ K H K W = I. L is 1/N² within the
    source, 1/M² within the target and −1/(N M) between, so that tr(Wᵀ K L K W) is the squared distance
    of the two means, and H centres. A small μ trusts the kernel more, and aligns the means more closely.

    Pan, Tsang, Kwok & Yang, "Domain adaptation via transfer component analysis", IEEE TNN 22(2), 2011, section
    III-B, eq. 10. Solved as Pan's trace maximisation, through Cholesky's factor of K L K + μ I.

    kernel (N + M, N + M), source rows first → W (N + M, count); the components of an item are its kernel
    with all these rows, times W
    """
    kernel, n, m = kernel.double(), sources, len(kernel) - sources
    means = torch.cat([kernel.new_full((n,), 1 / n), kernel.new_full((m,), -1 / m)])  # L = means meansᵀ
    gap = kernel @ means  # (N + M,)
    punished = torch.outer(gap, gap) + trade * torch.eye(n + m, dtype=kernel.dtype, device=kernel.device)
    centred = kernel - kernel.mean(0)  # H K
    root = torch.linalg.cholesky(punished)
    half = torch.linalg.solve_triangular(root, centred.T, upper=False)  # root⁻¹ K H
    values, vectors = torch.linalg.eigh(half @ half.T)
    leading: Tensor = torch.linalg.solve_triangular(root.T, vectors[:, -count:].flip(1), upper=True)
    # As Wᵀ (K L K + μ I) W = I so far, Wᵀ K H K W holds the eigenvalues.
    scatter = values[-count:].flip(0).clamp_min(torch.finfo(kernel.dtype).tiny)  # (count,)
    components: Tensor = leading / scatter.sqrt()  # (N + M, count)
    return components


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """A power of a symmetric matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = (vectors * values.clamp_min(torch.finfo(matrix.dtype).eps) ** exponent) @ vectors.T
    return power
