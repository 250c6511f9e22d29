"""Looking without touching: whoever evaluates or observes leaves no trace in the strategy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from tlcore.phases import chance, set_chance
from tlcore.strategies import Strategy


@contextmanager
def untouched(strategy: Strategy[Any]) -> Iterator[None]:
    """Evaluation mode, no gradients; afterwards every mode, every buffer and chance are as before.

    Every layer's mode is put back by itself: `model.train()` alone would wake frozen batch norms.
    """
    modules = [each for part in vars(strategy).values() if isinstance(part, nn.Module) for each in part.modules()]
    modes = [module.training for module in modules]
    buffers = [(buffer, buffer.clone()) for module in modules for buffer in module.buffers(recurse=False)]
    drawn = chance()
    for module in modules:
        module.training = False
    try:
        with torch.no_grad():
            yield
            for buffer, value in buffers:
                buffer.copy_(value)
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
        set_chance(drawn)
