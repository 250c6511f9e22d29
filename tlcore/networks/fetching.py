"""Published weights: found in the cache of torch's hub, or fetched into it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlparse

import torch
from torch import Tensor

from tlcore.errors import DataUnavailable
from tlcore.library import waiting
from tlcore.library.absence import in_short
from tlcore.library.downloading import download


def place(url: str) -> Path:
    """Where torch's hub keeps what comes from an address: TORCH_HOME, else ~/.cache/torch."""
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name


def fetched(url: str, key: str, source: str) -> Path:
    """The file of a backbone's weights, downloaded if it is not here; a broken download goes on where it ended.

    The last part of the file's name, as in resnet18-f37072fd.pth, is the beginning of its SHA-256. Raises
    `DataUnavailable` when the file is neither here nor to be had.
    """
    file = place(url)
    if file.is_file():
        return file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        digest = f"sha256:{file.stem.rpartition('-')[2]}"
        download([url], file, digest, partial(waiting.tell, f"Fetching the weights of {key}"))
    except OSError as error:
        raise DataUnavailable(
            f"The ImageNet weights of {key} are not on this machine and could not be downloaded ({in_short(error)}): "
            f"connect to a network, or put {file.name} ({source}) into {file.parent}."
        ) from None
    return file


def read(file: Path) -> Mapping[str, Tensor]:
    """The tensors in a file of torch's hub. Raises `DataUnavailable` for one that is damaged."""
    try:
        state: Mapping[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001  a damaged file fails in every way that unpickling knows
        raise DataUnavailable(
            f"The ImageNet weights in {file} cannot be read ({in_short(error)}): delete that file and try again."
        ) from None
    return state
