"""Distances between two clouds of features that need no kernel: Fréchet, sliced Wasserstein, energy.

Features are (N, D), one row an image: numpy arrays, or tensors on the CPU that want no gradient. Every function
raises ValueError for a domain of fewer than two rows.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist, pdist

Floats = NDArray[np.float64]

PROJECTIONS = 64


def frechet(source: ArrayLike, target: ArrayLike) -> float:
    """The squared 2-Wasserstein distance of two Gaussians with the domains' means and covariances (over N − 1).

        ‖μ_S − μ_T‖² + tr(C_S + C_T − 2 (C_S C_T)^½)

    From 0 on, in squared units of the features; it sees means and spreads, and nothing finer. With fewer
    rows than features chance alone is large: hold it against its null. On Inception's features it is the FID.

    Dowson & Landau, Journal of Multivariate Analysis 12, 1982, eq. 4; Heusel et al., NIPS 2017, arXiv:1706.08500.

    source (N, D), target (M, D)
    """
    first, second = _checked(source, target)
    means = ((first.mean(0) - second.mean(0)) ** 2).sum()
    first, second = _spread(first), _spread(second)
    # The root's trace is the sum of the singular values of A Bᵀ, where C_S = Aᵀ A and C_T = Bᵀ B: no root of a
    # matrix is taken, and nothing has to be symmetric but for rounding.
    across = np.linalg.svd(_factor(first) @ _factor(second).T, compute_uv=False).sum()
    return float(max(means + (first**2).sum() + (second**2).sum() - 2 * across, 0))


def sliced_wasserstein(
    source: ArrayLike,
    target: ArrayLike,
    projections: int = PROJECTIONS,
    seed: int = 0,
    directions: Floats | None = None,
) -> float:
    """The 2-Wasserstein distance along a random direction, as a root of the mean of its squares.

        (E_θ W₂²(θᵀS, θᵀT))^½        θ uniform on the sphere

    Along one direction it is exact: sorted rows are moved to sorted rows. From 0 on, in units of the
    features. `projections` directions are drawn by the seed, unless `directions` (D, P), of length 1 each, are given.

    Bonneel et al., "Sliced and Radon Wasserstein barycenters of measures", JMIV 51, 2015, section 2.

    source (N, D), target (M, D)
    """
    first, second = _checked(source, target)
    if directions is None:
        directions = np.random.default_rng(seed).normal(size=(first.shape[1], projections))
        directions = directions / np.linalg.norm(directions, axis=0)
    left, right = np.sort(first @ directions, axis=0), np.sort(second @ directions, axis=0)  # (N, P), (M, P)
    share, rows, others = _transport(len(left), len(right))
    return float(np.sqrt((share @ (left[rows] - right[others]) ** 2).mean()))


def energy_distance(source: ArrayLike, target: ArrayLike) -> float:
    """How much farther rows of the two domains are from each other than from their own kind.

        2 E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖

    From 0 on, in units of the features, and 0 only for equal distributions. The means take all
    pairs, a row with itself included.

    Székely & Rizzo, "Energy statistics", Journal of Statistical Planning and Inference 143, 2013, eq. 2.5.

    source (N, D), target (M, D)
    """
    first, second = _checked(source, target)
    within = [2 * pdist(rows).sum() / len(rows) ** 2 for rows in (first, second)]
    return float(max(2 * cdist(first, second).mean() - sum(within), 0))


def _transport(n: int, m: int) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """The best way to move n sorted places of equal mass to m: how much goes from which to which, (n + m − 1,) each."""
    ends = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)  # in units of 1 / (n m), thus exact
    begins = np.concatenate([[0], ends[:-1]])
    return (ends - begins) / (n * m), begins // m, begins // n


def _spread(rows: Floats) -> Floats:
    """Rows whose squares sum up to the covariance (D, D)."""
    spread: Floats = (rows - rows.mean(0)) / np.sqrt(len(rows) - 1)
    return spread


def _factor(rows: Floats) -> Floats:
    """As few rows as have the same products rowsᵀ rows (D, D)."""
    if len(rows) <= rows.shape[1]:
        return rows
    return np.asarray(np.linalg.qr(rows, mode="r"))


def _checked(source: ArrayLike, target: ArrayLike) -> tuple[Floats, Floats]:
    first, second = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if min(len(first), len(second)) < 2:
        raise ValueError(f"A domain needs at least two rows, but these have {len(first)} and {len(second)}.")
    return first, second
