"""Several tasks, one backbone: how much each of them may say.

Gradients are (T, P): one row a task, on all shared weights.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def uncertainty_weighted(losses: Tensor, log_variances: Tensor) -> Tensor:
    """Each task weighed by how noisy it finds itself: Σ_t e^{−s_t} L_t + ½ s_t, with s = log σ² learnt beside.

    At the optimum of s a task's weight is 1 / (2 L_t): the smaller its loss, the more it counts.

    Kendall, Gal & Cipolla, "Multi-task learning using uncertainty to weigh losses", CVPR 2018,
    arXiv:1705.07115, eq. 10, for cross-entropies.

    losses (T,), log_variances (T,) → scalar, which may be negative
    """
    return ((-log_variances).exp() * losses + 0.5 * log_variances).sum()


def without_conflicts(gradients: Tensor, orders: Tensor) -> Tensor:
    """Each task's gradient, rid of what would undo another's.

        g_i ← g_i − (g_i · g_j / ‖g_j‖²) g_j   wherever g_i · g_j < 0

    A task meets the others' original gradients one after the other.

    Yu et al., "Gradient surgery for multi-task learning" (PCGrad), NeurIPS 2020, arXiv:2001.06782, algorithm 1.

    gradients (T, P), orders (T, T): in row i, the order in which task i meets the tasks (itself is passed over)
    → (T, P), whose sum is the step
    """
    tasks = torch.arange(len(gradients), device=gradients.device)
    squares = gradients.square().sum(1).clamp_min(torch.finfo(gradients.dtype).tiny)  # (T,)
    freed = gradients.clone()
    for met in orders.T:  # (T,): the task that each one meets now
        product = (freed * gradients[met]).sum(1).clamp_max(0)  # (T,), 0 where they agree
        product = torch.where(met == tasks, 0, product)
        freed = freed - (product / squares[met])[:, None] * gradients[met]
    return freed


def gradnorm(weights: Tensor, norms: Tensor, progress: Tensor, alpha: float) -> Tensor:
    """Where to move the tasks' weights, so that all learn at a similar pace: the gradient of

        Σ_t | w_t n_t − G r_t^α |,   G = mean of w n,   r = progress / mean of progress

    with respect to w, the second term held fixed. A task whose gradient is too strong for its pace has a positive one.

    Chen et al., "GradNorm", ICML 2018, arXiv:1711.02257, eq. 2 and algorithm 1.

    weights (T,), norms (T,) of the unweighted gradients on shared weights, progress (T,): the loss over its first
    value → (T,)
    """
    strength = weights * norms  # (T,)
    wanted = strength.mean() * (progress / progress.mean()) ** alpha  # (T,)
    return (strength - wanted).sign() * norms


def cosines(gradients: Tensor) -> Tensor:
    """How far the tasks agree: the cosine of every two gradients; below 0 they are in conflict.

    gradients (T, P) → (T, T), 1 on the diagonal unless a gradient is 0
    """
    directions = F.normalize(gradients.float())
    return directions @ directions.T
