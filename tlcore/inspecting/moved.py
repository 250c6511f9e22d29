"""How far the parts of a network moved from where they began."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tlcore.networks import Network

HEAD = "head"


@dataclass(frozen=True)
class Moved:
    """One part of a network. Lengths are Euclidean over all its weights; None where it has none."""

    weights: float | None  # ‖θ − θ₀‖ / ‖θ₀‖: 0 rested, 1 moved as far as it is long
    statistics: float | None  # the same of its batch norms' running means and variances
    count: int  # weights


def moved(before: Network, after: Network) -> dict[str, Moved]:
    """For each stage of the backbone, and the head: how far it moved, relative to its length at the start.

    What was put on top of a weight (an adapter) counts as a change of that weight. A weight that began at zero
    everywhere has no length, so it adds to how far its stage moved and not to what this is measured by.

    Raises `ValueError` where the two are not of one build.
    """
    parts = [
        (f"stage {number}", old, new)
        for number, (old, new) in enumerate(zip(before.backbone.stages, after.backbone.stages, strict=True), start=1)
    ]
    return {name: _moved(old, new) for name, old, new in (*parts, (HEAD, before.head, after.head))}


def _moved(old: nn.Module, new: nn.Module) -> Moved:
    weights = dict(_weights(old))
    statistics = {name: value for name, value in old.named_buffers() if name.endswith(("running_mean", "running_var"))}
    count = sum(weight.numel() for weight in weights.values())
    return Moved(_relative(weights, new), _relative(statistics, new), count)


def _weights(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from ((name, weight) for name, weight in module.named_parameters() if weight.is_floating_point())


@torch.no_grad()
def _relative(old: Mapping[str, Tensor], new: nn.Module) -> float | None:
    """‖new − old‖ / ‖old‖ over tensors by their names."""
    if not old:
        return None
    way, length = 0.0, 0.0
    for name, was in old.items():
        now = _at(new, name)
        if now.shape != was.shape:
            raise ValueError(f"The weight {name} was {tuple(was.shape)} and is {tuple(now.shape)} now.")
        way += float((now.double() - was.double()).square().sum())
        length += float(was.double().square().sum())
    return (way / length) ** 0.5 if length else None


def _at(module: nn.Module, name: str) -> Tensor:
    """A tensor of a module by the name it had at the start: with whatever is worn on top of it since."""
    path, _, last = name.rpartition(".")
    found: Tensor = getattr(module.get_submodule(path), last)
    return found
