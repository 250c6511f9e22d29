"""What a network needs, found out without work: on torch's "meta" device, where tensors have sizes alone."""

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode


def activations_mb(module: nn.Module, side: int) -> float:
    """Megabytes that one image (3, side, side) leaves in memory until the backward pass; the module lies on "meta"."""
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        module.train()(torch.empty(1, 3, side, side, device="meta"))
    weights = {each.untyped_storage()._cdata for each in (*module.parameters(), *module.buffers())}
    return round(sum(int(kept[each].untyped_storage().nbytes()) for each in kept.keys() - weights) / 1e6, 1)


def gflops(module: nn.Module, side: int) -> float:
    """Billions of multiply-adds for one image (3, side, side); the module lies on "meta"."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module.eval()(torch.empty(1, 3, side, side, device="meta"))
    return round(int(counter.get_total_flops()) / 2e9, 4)
