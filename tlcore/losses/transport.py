"""Optimal transport between two batches: which row of one is carried to which row of the other.

The solvers are those of POT, which takes some seconds to import, and so is imported by the first plan.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.losses.precision import full_precision, wide


def transport_plan(cost: Tensor, entropy: float = 0.0) -> Tensor:
    """How much of each source row is carried to each target row at the least total cost: argmin_γ ⟨γ, C⟩.

    All rows weigh the same: γ is at least 0, its rows sum to 1/N and its columns to 1/M. With an entropy
    ε above 0, ε Σ γ (log γ − 1) is added, which spreads the plan; ε is in units of the mean cost.

    Exact: Bonneel et al., ACM TOG 30(6), 2011, `ot.emd`. Entropic: Cuturi, NeurIPS 2013, arXiv:1306.0895, eq. 2,
    on logarithms, `ot.sinkhorn`. The plan is a constant: no gradient flows through it.

    cost (N, M) → (N, M)
    """
    import ot

    prices = wide(cost).detach().double().cpu().numpy()
    scale = prices.mean() or 1.0
    if entropy > 0:
        plan = ot.sinkhorn([], [], prices / scale, entropy, method="sinkhorn_log", numItermax=200, warn=False)
    else:
        plan = ot.emd([], [], prices)
    return torch.from_numpy(plan).to(cost)


def joint_cost(source: Tensor, labels: Tensor, target: Tensor, target_logits: Tensor) -> tuple[Tensor, Tensor]:
    """What it costs to carry a labelled source row to a target row: in features, and in labels.

        features_ij = ‖f_i − f_j‖²,    labels_ij = −log p_j(y_i)

    Damodaran et al., "DeepJDOT", ECCV 2018, arXiv:1803.10081, eq. 6, without its two weights.

    source (N, D), labels (N,), target (M, D), target_logits (M, classes) → (N, M) and (N, M)
    """
    with full_precision(source):
        source, target = wide(source), wide(target)
        centre = target.mean(0).detach()  # far from the origin, the next line would lose its digits
        source, target = source - centre, target - centre
        squares = source.square().sum(1)[:, None] + target.square().sum(1)[None]
        distances = (squares - 2 * source @ target.T).clamp_min(0)  # (N, M)
        surprise = -F.log_softmax(wide(target_logits), 1)[:, labels].T  # (N, M)
    return distances, surprise
