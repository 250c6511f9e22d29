"""Learning from several environments what holds in all of them."""

import torch
import torch.nn.functional as F
from torch import Tensor


def environment_risks(losses: Tensor, member: Tensor) -> Tensor:
    """The mean loss of each environment; 0 for one that has no row in the batch.

    losses (B,), member (B, E) of ones and zeros → (E,)
    """
    return losses @ member / member.sum(0).clamp_min(1)


def invariance_penalty(logits: Tensor, labels: Tensor, member: Tensor) -> Tensor:
    """How much each environment would want to rescale the classifier: mean over e of ‖∇_{w|w=1} R_e(w · logits)‖².

    The gradient of a row's cross-entropy by the scale w is Σ_c (softmax(z)_c − y_c) z_c. Its square is
    estimated without bias, as a product of the means over even and over odd rows, and so it can be
    negative. An environment without two rows counts 0.

    Arjovsky et al., "Invariant risk minimization", 2019, arXiv:1907.02893, IRMv1 (section 3.1) and, for
    the two halves, appendix D.

    logits (B, C), labels (B,), member (B, E) of ones and zeros → scalar
    """
    pull = ((F.softmax(logits, dim=1) - F.one_hot(labels, logits.shape[1])) * logits).sum(1)  # (B,)
    # The k-th row of an environment goes to one half or the other by the parity of k.
    is_odd = (member.cumsum(0) * member).remainder(2)  # (B, E)
    first = environment_risks(pull, is_odd)  # (E,)
    second = environment_risks(pull, member - is_odd)  # (E,)
    return (first * second).mean()


def towards_the_worst(weights: Tensor, risks: Tensor, rate: float) -> Tensor:
    """Environments' weights after one step of exponentiated gradient ascent: q_e ∝ q_e exp(η R_e).

    Sagawa et al., "Distributionally robust neural networks", ICLR 2020, arXiv:1911.08731, algorithm 1.

    weights (E,) that sum to 1, risks (E,) → (E,) that sum to 1
    """
    return torch.softmax(weights.log() + rate * risks, dim=0)
