"""What a backbone makes of images, stage by stage."""

from collections.abc import Iterable

import torch
from torch import Tensor

from tlcore.networks.backbone import Backbone, in_unit_range

INPUT = "input"


def through_layers(backbone: Backbone, batches: Iterable[Tensor]) -> dict[str, Tensor]:
    """The inputs and what every stage makes of them, one row an image (N, D), on the CPU.

    Maps (N, C, H, W) are averaged over their places and tokens (N, T, D) over theirs, as a head would see
    them; inputs are flattened as they are. The network is left as it was found, batch norms included.
    """
    names = [INPUT, *stage_names(backbone)]
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    seen: dict[str, Tensor] = {}

    def keep(name: str) -> object:
        return lambda module, inputs, output: seen.__setitem__(name, output)

    modes = {module: module.training for module in backbone.modules()}
    hooks = [stage.register_forward_hook(keep(name)) for name, stage in zip(names[1:], backbone.stages)]  # type: ignore[arg-type]
    try:
        backbone.eval()
        with torch.no_grad():
            for batch in batches:
                seen.clear()
                backbone(batch)
                found[INPUT].append(in_unit_range(batch).flatten(1).cpu())
                for name in names[1:]:
                    found[name].append(averaged(seen[name]).float().cpu())
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return {name: torch.cat(rows) for name, rows in found.items()}


def stage_names(backbone: Backbone) -> list[str]:
    """ "stage 1" and so on; the last is what the head sees, or is averaged to it."""
    return [f"stage {number}" for number in range(1, len(backbone.stages) + 1)]


def averaged(output: Tensor) -> Tensor:
    """A stage's output as one row an image (N, D)."""
    if output.ndim == 4:
        return output.mean((2, 3))
    return output.mean(1) if output.ndim == 3 else output.flatten(1)
