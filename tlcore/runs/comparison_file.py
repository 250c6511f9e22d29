"""A comparison from a file: TOML, YAML or JSON, by the ending of its name.

name = "Moons, turned"
strategies = ["source-only", "dann", "deep-coral"]
scenarios = ["moons"]
seeds = [0, 1, 2]

[settings]
shift = [30, 60]
steps = 400
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tlcore.errors import RequestError
from tlcore.runs.comparison import Comparison


def read(path: Path) -> Comparison:
    """Raises `RequestError` for a file that is not there, cannot be read, or says what there is not."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise RequestError(f"'{path.name}' should end in .toml, .yaml, .yml or .json.")
    try:
        told = reader(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"'{path}' cannot be read: {error.strerror or error}.") from None
    except ValueError as error:
        what = " ".join(str(error).split())
        raise RequestError(f"'{path}' is no valid {path.suffix[1:].upper()}: {what}.") from None
    if not isinstance(told, Mapping):
        raise RequestError(f"'{path}' should hold names with values, such as strategies, scenarios and seeds.")
    return Comparison.of(told)


def _yaml(text: str) -> Any:
    import yaml  # here alone: most comparisons are options or TOML

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


_READERS: Mapping[str, Callable[[str], Any]] = {
    ".toml": tomllib.loads,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": json.loads,
}
