"""Penalties for moving away: what keeps a network near the weights that it started from."""

from collections.abc import Sequence

import torch
from torch import Tensor


def l2_sp(weights: Sequence[Tensor], start: Sequence[Tensor]) -> Tensor:
    """How far weights have moved from where they started: ½ Σ ‖w − w⁰‖².

    Plain weight decay, ½ ‖w‖², is the same with w⁰ = 0, and pulls a network towards knowing nothing.

    Li, Grandvalet & Davoine, "Explicit inductive bias for transfer learning", ICML 2018, arXiv:1802.01483,
    section 3, the penalty L²-SP with its factor α left to the caller.

    weights, start: tensors of equal shapes, pair by pair → scalar, at least 0
    """
    return 0.5 * torch.stack([(w - w0).square().sum() for w, w0 in zip(weights, start, strict=True)]).sum()
