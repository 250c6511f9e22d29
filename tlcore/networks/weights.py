"""Weights to and from files that this project writes: safetensors."""

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from tlcore.errors import CheckpointError

SHIPPED = Path(__file__).parent / "weights"
_COUNTED = "num_batches_tracked"  # of no use where a momentum is set; older files do not have it
_NAMED = 3  # of each kind of misfit, by name


def load_shipped(module: nn.Module, file: Path) -> None:
    """Fill a module with weights that came with this package. Raises `CheckpointError` when they are damaged."""
    try:
        weights = load_file(file)
    except Exception as error:  # noqa: BLE001  a damaged file fails in several ways
        reason = str(error).splitlines()[0].rstrip(".")
        raise CheckpointError(f"The weights in {file} cannot be read ({reason}): install Transfer Lab again.") from None
    fill(module, weights, file)


def save_weights(module: nn.Module, file: Path | str) -> None:
    """Write a module's weights and buffers as safetensors, in a form that other programs read too."""
    save_file({name: value.contiguous() for name, value in module.state_dict().items()}, file)


def fill(module: nn.Module, weights: Mapping[str, Tensor], file: Path) -> None:
    """Copy weights into a module by name, all of them or none; `file` is named where they do not fit.

    Raises `CheckpointError`, which counts what is missing, unexpected or of another shape, and names the first.
    """
    own = module.state_dict()
    missing = [name for name in own if name not in weights and not name.endswith(_COUNTED)]
    unexpected = [name for name in weights if name not in own and not name.endswith(_COUNTED)]
    shapes = [
        f"{name} ({_shape(weights[name])} instead of {_shape(own[name])})"
        for name in own
        if name in weights and weights[name].shape != own[name].shape
    ]
    misfits = {"missing": missing, "unexpected": unexpected, "of another shape": shapes}
    if any(misfits.values()):
        told = "; ".join(f"{len(names)} {what}: {_listed(names)}" for what, names in misfits.items() if names)
        raise CheckpointError(
            f"The weights in {file} belong to another network ({told}): "
            f"use them with the backbone that they were saved from."
        )
    module.load_state_dict({name: weights.get(name, value) for name, value in own.items()})


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _shape(tensor: Tensor) -> str:
    return "×".join(str(side) for side in tensor.shape) or "one number"
