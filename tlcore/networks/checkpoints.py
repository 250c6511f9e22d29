"""Somebody's own weights: a file that another program wrote, fitted to a backbone by name, strictly."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from tlcore.errors import CheckpointError
from tlcore.networks.backbone import Backbone
from tlcore.networks.weights import fill

_WRAPPED = ("state_dict", "model_state_dict", "model", "weights")  # under which some programs put the weights
_AROUND = ("module.", "_orig_mod.", "backbone.")  # what wrappers put before every name
_HEADS = re.compile(r"(fc|head|heads|classifier|AuxLogits)\.")
_log = logging.getLogger("transfer_lab")


def load_checkpoint(backbone: Backbone, file: Path) -> tuple[str, ...]:
    """Fill a backbone with the weights in a .safetensors, .pt or .pth file; a head's are left out.

    The names may be the backbone's own or, for torchvision's networks, torchvision's; wrappers such as
    {"state_dict": …}, "module." and "backbone." are taken off. Returns the names that were left out, and logs them.

    Raises `CheckpointError`, and leaves the backbone as it was, when a weight is missing, has another shape, or is
    neither the backbone's nor a head's.
    """
    weights = {_bare(name): value for name, value in _read(file).items()}
    weights = {backbone.theirs.get(name, name): value for name, value in weights.items()}
    own = backbone.state_dict().keys()
    left = tuple(sorted(name for name in weights if name not in own and _of_a_head(name, backbone)))
    fill(backbone, {name: value for name, value in weights.items() if name not in left}, file)
    if left:
        _log.warning("Left out of %s, as its head: %s.", file.name, ", ".join(left))
    return left


def _of_a_head(name: str, backbone: Backbone) -> bool:
    return name in backbone.headed or bool(_HEADS.match(name))


def _bare(name: str) -> str:
    around = next((each for each in _AROUND if name.startswith(each)), "")
    return _bare(name.removeprefix(around)) if around else name


def _read(file: Path) -> Mapping[str, Tensor]:
    if not file.is_file():
        raise CheckpointError(f"There are no weights at {file}: give the path of a .safetensors or .pt file.")
    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        return _tensors(torch.load(file, map_location="cpu", weights_only=True))
    except Exception as error:  # noqa: BLE001  a damaged file fails in every way that unpickling knows
        raise CheckpointError(
            f"The weights in {file} cannot be read ({_short(error)}): fetch or save them again."
        ) from None


def _tensors(content: Any) -> Mapping[str, Tensor]:
    if isinstance(content, Mapping):
        for name in _WRAPPED:
            if isinstance(content.get(name), Mapping):
                return _tensors(content[name])
    if not isinstance(content, Mapping) or not all(isinstance(each, Tensor) for each in content.values()):
        raise TypeError("it holds something else than named tensors")
    return content


def _short(error: Exception) -> str:
    """The first line of an error; torch's advice on files that hold more than tensors is not ours to give."""
    if "weights_only" in str(error) or "Unsupported" in str(error):
        return "it holds more than tensors, which is not safe to load"
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
