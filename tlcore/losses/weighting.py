"""How much each source row should count, so that the weighted source is spread like the target.

All of these estimate w(x) = p_T(x) / p_S(x), the weight under which the source's expected loss is the
target's: Shimodaira, "Improving predictive inference under covariate shift", J. Stat. Plan. Inference 90, 2000,
eq. 3.3. Features are (N, D), one row an item; weights are (N,), at least 0, with mean 1.
"""

from math import sqrt

import torch
from torch import Tensor

from tlcore.losses.alignment import squared_distances

STILL = 1e-9  # a solver's step that moves no weight by more than this share of the largest is its last


def effective_sample_size(weights: Tensor) -> Tensor:
    """As how many equally weighted rows these count: (Σ w)² / Σ w², from 1 to N.

    Kong, Liu & Wong, JASA 89(425), 1994, section 4.1 (their N / (1 + variance of the weights), for mean 1).

    weights (N,) → scalar; 0 if all of them are 0
    """
    return weights.sum().square() / weights.square().sum().clamp_min(torch.finfo(weights.dtype).tiny)


def bounded(weights: Tensor, most: float) -> Tensor:
    """Weights scaled to a mean of 1, none above `most` times that, and scaled to a mean of 1 again."""
    scaled = weights / weights.mean().clamp_min(torch.finfo(weights.dtype).tiny)
    cut = scaled.clamp_max(most)
    return cut / cut.mean().clamp_min(torch.finfo(weights.dtype).tiny)


def discriminator_weights(is_target: Tensor, sources: int, targets: int) -> Tensor:
    """The density ratio by Bayes' rule from a classifier of the domains: p(T|x) / p(S|x) · N / M.

    Bickel, Brückner & Scheffer, "Discriminative learning for differing training and test distributions",
    ICML 2007, eq. 5. The odds p / (1 − p) of a logistic classifier are the exponential of its logit.

    is_target (K,) or (K, 1): logits of "comes from the target", of a classifier that has learnt from N source
    and M target rows, each counting the same → (K,), not yet scaled to a mean of 1
    """
    return is_target.float().flatten().clamp(-30, 30).exp() * sources / targets


def gaussian_kernel(rows: Tensor, centres: Tensor, bandwidth: float) -> Tensor:
    """exp(−‖x − c‖² / (2 σ²)), in double precision: rows (N, D), centres (B, D) → (N, B)."""
    middle = centres.double().mean(0)  # far from the origin, the product below would lose its digits
    rows, centres = rows.double() - middle, centres.double() - middle
    norms = rows.square().sum(1)[:, None] + centres.square().sum(1)[None]  # (N, B)
    return torch.exp(-(norms - 2 * rows @ centres.T).clamp_min(0) / (2 * bandwidth**2))


def median_distance(rows: Tensor, most: int = 2000) -> float:
    """The median distance between two different rows, the usual unit of a bandwidth; 1 if most coincide.

    Of more than `most` rows, every second, third … is taken.
    """
    squared = squared_distances(rows[:: 1 + len(rows) // most].double())
    first, second = torch.triu_indices(len(squared), len(squared), offset=1, device=rows.device)
    return float(squared[first, second].median().sqrt()) or 1.0


def ulsif(source: Tensor, target: Tensor, centres: Tensor, bandwidth: float, ridge: float) -> Tensor:
    """Unconstrained least-squares importance fitting: w(x) = Σ_l α_l k(x, c_l), with α = (H + λ I)⁻¹ h.

    H = mean of φ φᵀ over the source, h = mean of φ over the target, φ_l(x) = k(x, c_l). Then α is cut at 0.
    It is the least squared distance to the true ratio over the source, in closed form.

    Kanamori, Hido & Sugiyama, "A least-squares approach to direct importance estimation", JMLR 10, 2009,
    eq. 11 and 12 (without their choice of σ and λ by leaving one out).

    source (N, D), target (M, D), centres (B, D): some of the target rows → (N,), as estimated
    """
    phi_source = gaussian_kernel(source, centres, bandwidth)  # (N, B)
    phi_target = gaussian_kernel(target, centres, bandwidth)  # (M, B)
    second = phi_source.T @ phi_source / len(source)  # (B, B)
    eye = torch.eye(len(centres), dtype=second.dtype, device=second.device)
    alpha = torch.linalg.solve(second + ridge * eye, phi_target.mean(0)).clamp_min(0)  # (B,)
    weights: Tensor = phi_source @ alpha
    return weights.to(source)


def kliep(source: Tensor, target: Tensor, centres: Tensor, bandwidth: float, rounds: int = 500) -> Tensor:
    """Kullback-Leibler importance estimation: the ratio w(x) = Σ_l α_l k(x, c_l) most likely on the target.

        max Σ_T log w(x)   with mean_S w = 1 and α at least 0

    The problem is concave and has no local maxima. It is that of a mixture's weights: with β_l = α_l mean_S k(·, c_l),
    β lies on the simplex, and each round of EM, β_l ← mean_T of c_l's share of w, climbs without a step size
    (where the paper follows the gradient and returns to the constraints).

    Sugiyama et al., "Direct importance estimation for covariate shift adaptation", Ann. Inst. Stat. Math. 60,
    2008, eq. 9 to 11 and figure 1.

    source (N, D), target (M, D), centres (B, D): some of the target rows → (N,), with mean 1
    unless a centre lies far from all source rows
    """
    phi_source = gaussian_kernel(source, centres, bandwidth)  # (N, B)
    # What lies where no source row does cannot be had: such a centre keeps its share, and gives it to nobody.
    means = phi_source.mean(0).clamp_min(1e-6)  # (B,)
    shape = gaussian_kernel(target, centres, bandwidth) / means  # (M, B)
    beta = torch.full_like(means, 1 / len(means))
    for _ in range(rounds):
        beta = beta * (shape / (shape @ beta).clamp_min(1e-30)[:, None]).mean(0)
    return (phi_source @ (beta / means)).to(source)


def kernel_mean_matching(
    source: Tensor, target: Tensor, bandwidth: float, most: float = 1000.0, rounds: int = 1000
) -> Tensor:
    """Weights under which the source's mean in kernel space is nearest to the target's.

        min ½ wᵀ K w − κᵀ w,   κ_i = N/M Σ_j k(s_i, t_j),   0 ≤ w ≤ B,   |Σ w − N| ≤ N ε,   ε = (√N − 1) / √N

    Huang, Smola, Gretton, Borgwardt & Schölkopf, "Correcting sample selection bias by unlabeled data", NeurIPS
    2006, eq. 4 and 5. Solved by accelerated projected gradient (Beck & Teboulle, SIAM J. Imaging Sci. 2(1), 2009,
    eq. 4.1 to 4.3): scipy's solver takes N³ a step, and this N².

    source (N, D), target (M, D) → (N,), as the problem has it: their mean need not be 1
    """
    n = len(source)
    kernel = gaussian_kernel(source, source, bandwidth)  # (N, N)
    kappa = gaussian_kernel(source, target, bandwidth).mean(1) * n  # (N,)
    slack = (sqrt(n) - 1) / sqrt(n)
    step = 1 / float(torch.linalg.matrix_norm(kernel, ord=2))
    weights = ahead = torch.ones_like(kappa)
    pace = 1.0
    for _ in range(rounds):
        moved = _within(ahead - step * (kernel @ ahead - kappa), most, n * (1 - slack), n * (1 + slack))
        if bool((moved - weights).abs().max() <= STILL * moved.abs().max()):
            return moved.to(source)
        faster = (1 + sqrt(1 + 4 * pace**2)) / 2
        ahead = moved + (pace - 1) / faster * (moved - weights)
        weights, pace = moved, faster
    return weights.to(source)


def _within(weights: Tensor, most: float, least_sum: float, most_sum: float) -> Tensor:
    """The nearest point with 0 ≤ w ≤ most and a sum within bounds: all entries moved by one amount, and cut."""
    inside = weights.clamp(0, most)
    total = inside.sum()
    if bool((total >= least_sum) & (total <= most_sum)):
        return inside
    wanted = least_sum if bool(total < least_sum) else most_sum
    low, high = weights.min() - most, weights.max()  # an offset below or above takes every entry to a bound
    for _ in range(60):
        middle = (low + high) / 2
        heavy = (weights - middle).clamp(0, most).sum() > wanted
        low, high = torch.where(heavy, middle, low), torch.where(heavy, high, middle)
    return (weights - (low + high) / 2).clamp(0, most)
