"""Low-rank adapters: a small change worn on top of weights that rest."""

from math import sqrt

from torch import Tensor, nn
from torch.nn.utils import parametrize

_WORN_BY = (nn.Linear, nn.Conv2d)


class LowRank(nn.Module):
    """A change of low rank to a weight: W + (α / r) B A, with B = 0 at first, so that nothing changes yet.

    A linear layer's weight (out, in) is changed as it is, a convolution's (out, in, k, k) as the
    matrix (out, in · k · k) that it multiplies every patch with.

    Hu et al., "LoRA", ICLR 2022, arXiv:2106.09685, eq. 3.
    """

    def __init__(self, weight: Tensor, rank: int, alpha: float) -> None:
        super().__init__()
        out, patch = weight.shape[0], weight[0].numel()
        self.scale = alpha / rank
        self.A = nn.Parameter(weight.new_empty(rank, patch).uniform_(-1, 1) / sqrt(patch))  # (r, in · k · k)
        self.B = nn.Parameter(weight.new_zeros(out, rank))  # (out, r)

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.change().view_as(weight)

    def change(self) -> Tensor:
        """What it adds to the weight, as a matrix (out, in · k · k)."""
        return self.scale * self.B @ self.A


def attach(module: nn.Module, rank: int, alpha: float) -> list[LowRank]:
    """Put a low-rank adapter on every linear and convolution layer inside; the weights beneath are frozen.

    The layers keep their names; a weight `w` becomes `parametrizations.w.original`, beside its adapter.
    """
    layers = [each for each in module.modules() if isinstance(each, _WORN_BY)]
    module.requires_grad_(False)
    adapters = [LowRank(layer.weight, rank, alpha) for layer in layers]
    for layer, adapter in zip(layers, adapters, strict=True):
        parametrize.register_parametrization(layer, "weight", adapter)
    return adapters


def merge(module: nn.Module) -> None:
    """Add every adapter inside to the weight that it is worn on, and take it off: the same function, no detour.

    The weight changes where it lies: laid out anew in memory, it would give other last digits than a copy of it.
    """
    for layer in module.modules():
        if isinstance(layer, _WORN_BY) and parametrize.is_parametrized(layer, "weight"):
            merged = layer.weight.detach()
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
            layer.weight.data.copy_(merged)
