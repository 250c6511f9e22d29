"""Weights to and from files: safetensors, or PyTorch's own format read as tensors only."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from tlcore.errors import CheckpointError

SHIPPED = Path(__file__).parent / "weights"

def load_weights(module: nn.Module, file: Path | str) -> None:
    """Fill a module with the weights in a `.safetensors` or `.pt` file, all of them or none.

    Raises `CheckpointError` for a file that is missing, is not such a file, or belongs to another
    network; the module is then as it was.
    """
    fill(module, _read(Path(file)), Path(file))


def save_weights(module: nn.Module, file: Path | str) -> None:
    """Write a module's weights and buffers as safetensors, in a form that other programs read too."""
    save_file({name: value.contiguous() for name, value in module.state_dict().items()}, file)


def fill(module: nn.Module, weights: Mapping[str, Tensor], file: Path) -> None:
    """Copy weights into a module by name; `file` is named where they do not fit (`CheckpointError`)."""
    own = module.state_dict()
    misfits = [
        *_listed("missing", sorted(own.keys() - weights.keys())),
        *_listed("unexpected", sorted(weights.keys() - own.keys())),
        *(
            f"{name} is {_shape(weights[name])} instead of {_shape(own[name])}"
            for name in own
            if name in weights and weights[name].shape != own[name].shape
        ),
    ]
    if misfits:
        raise CheckpointError(
            f"The weights in {file} belong to another network ({'; '.join(misfits[:4])}): "
            f"use them with the backbone that they were saved from."
        )
    module.load_state_dict(dict(weights))


def _read(file: Path) -> Mapping[str, Tensor]:
    if not file.is_file():
        raise CheckpointError(f"There are no weights at {file}: give the path of a .safetensors or .pt file.")
    try:
        weights = load_file(file) if file.suffix == ".safetensors" else _unpickled(file)
    except Exception as error:  # noqa: BLE001  a damaged file fails in every way that unpickling knows
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise CheckpointError(f"The weights in {file} cannot be read ({reason}): fetch or save them again.") from None
    return weights


def _unpickled(file: Path) -> Mapping[str, Tensor]:
    weights = torch.load(file, map_location="cpu", weights_only=True)
    if not isinstance(weights, Mapping) or not all(isinstance(each, Tensor) for each in weights.values()):
        raise ValueError("it holds something else than named tensors")
    return weights


def _listed(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return [f"{what}: {', '.join(names[:2])}{more}"]


def _shape(tensor: Tensor) -> str:
    return "×".join(str(side) for side in tensor.shape) or "one number"
