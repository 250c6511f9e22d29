"""From which weights a run starts: a backbone's own, another of its pre-trainings, none, or a file. Loads no torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tlcore.errors import RequestError, UnknownKey

NONE = "none"  # random weights, from the run's seed
SUFFIXES = (".safetensors", ".pt", ".pth")


def first_weights(wanted: str, backbone: Mapping[str, Any]) -> str:
    """The same choice in its one spelling: "" for a backbone's own, a name, or the whole path of a file.

    Raises `UnknownKey` for a name that this backbone's card does not know, `RequestError` for a file that is not there.
    """
    if wanted in ("", backbone["own"] or NONE):
        return ""
    known = (*backbone["pretrainings"], NONE)
    if wanted in known:
        return wanted
    if not is_file(wanted):
        raise UnknownKey(f"pre-training of '{backbone['key']}' named", wanted, known)
    file = Path(wanted).expanduser()
    if file.suffix not in SUFFIXES:
        raise RequestError(f"'{wanted}' cannot be read as weights: give a file that ends in {', '.join(SUFFIXES)}.")
    if not file.is_file():
        raise RequestError(f"There are no weights at '{wanted}': give the path of a {' or '.join(SUFFIXES)} file.")
    return str(file.resolve())


def is_file(wanted: str) -> bool:
    """Whether a choice of weights means a file, as against a name."""
    return wanted.endswith(SUFFIXES) or "/" in wanted or "\\" in wanted
