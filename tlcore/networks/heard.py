"""What the parts of a network put out on the way to its answer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch.nn.functional as F
from torch import Tensor, nn


@contextmanager
def heard(modules: Sequence[nn.Module]) -> Iterator[list[Tensor]]:
    """The outputs of some modules, in the order of their calls, while the block runs; gradients flow through them."""
    outputs: list[Tensor] = []
    handles = [module.register_forward_hook(lambda _, __, output: outputs.append(output)) for module in modules]
    try:
        yield outputs
    finally:
        for handle in handles:
            handle.remove()


def alike(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Two outputs of one batch with as many places each; the channels are left as they are.

    Of two maps (B, C, H, W) the larger is averaged down to the smaller; of a map and a vector (B, C)
    the map is averaged over all its places. Tokens (B, T, C) are averaged to a vector.
    """
    first, second = (output.mean(1) if output.ndim == 3 else output for output in (first, second))
    if first.ndim == second.ndim == 4:
        height, width = (min(sides) for sides in zip(first.shape[2:], second.shape[2:]))
        first, second = (F.adaptive_avg_pool2d(maps, (height, width)) for maps in (first, second))
    elif first.ndim != second.ndim:
        first, second = (maps.mean((2, 3)) if maps.ndim == 4 else maps for maps in (first, second))
    return first, second
