"""A run as a configuration file: TOML, one table of choices; read back it is the same run.

strategy = "dann"
scenario = "moons"
shift = 35.0
seed = 0

[settings]            # dials beside the shift
[hparams]
strength = 0.3
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from math import isfinite
from pathlib import Path
from typing import Any

from tlcore.errors import OutOfRange, RequestError
from tlcore.hparams import Value
from tlcore.runs.spec import ALL_LABELS, RunSpec

_ALL = "all"  # target labels
_TABLES = ("settings", "hparams")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "shift": (int, float), "target_labels": (int,), "seed": (int,), "steps": (int,), "observe": (bool,),
    "settings": (dict,), "hparams": (dict,),
}  # fmt: skip
_WORDS = {int: "a whole number", float: "a number", bool: "true or false", dict: "a table", str: "a text in quotes"}
_LARGEST = 1_000_000  # bytes of a file that could be one


def written(spec: RunSpec) -> str:
    """The file that says this run. What is left open (`None`, "") is left out."""
    said = {each.name: getattr(spec, each.name) for each in fields(spec)}
    tables = {name: said.pop(name) for name in _TABLES}
    if said["target_labels"] == ALL_LABELS:
        said["target_labels"] = _ALL
    lines = [f"{name} = {_toml(value)}" for name, value in said.items() if value not in (None, "")]
    for name, table in tables.items():
        if table:
            lines += ["", f"[{name}]", *(f"{_key(each)} = {_toml(value)}" for each, value in table.items())]
    return "\n".join([*lines, ""])


def read(path: Path) -> RunSpec:
    """The run that a file says, yet to be completed.

    Raises `RequestError` with a sentence for a file that is not there, is no TOML, or says what no run has
    (`UnknownKey`) or in another form than it takes (`OutOfRange`).
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise RequestError(f"'{path}' is too large for a configuration file: it should be some lines of TOML.")
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"'{path}' is not TOML: {_brief(error)}. A line should read name = value.") from None
    except UnicodeDecodeError:
        raise RequestError(f"'{path}' is not a text in UTF-8, so it is no configuration file.") from None
    except OSError as error:
        raise RequestError(
            f"'{path}' cannot be read ({error.strerror}): name a file, as in --config run.toml."
        ) from None
    return of(said)


def of(said: Mapping[str, Any]) -> RunSpec:
    """The run that a table says. Raises what `read` raises."""
    if said.get("target_labels") == _ALL:
        said = {**said, "target_labels": ALL_LABELS}
    spec = RunSpec.of(said)  # refuses names that no run has, and one without strategy or scenario
    for name, value in said.items():
        takes = _TYPES.get(name, (str,))
        if not isinstance(value, takes) or (isinstance(value, bool) and bool not in takes):
            raise OutOfRange(f"'{name}' should be {_WORDS[takes[-1]]}, but is {_shown(value)}.")
        if isinstance(value, dict):
            _plain(name, value)
    return spec


def _plain(table: str, entries: Mapping[str, Any]) -> None:
    for name, value in entries.items():
        if not isinstance(value, bool | int | float | str) or (table == "settings" and not _number(value)):
            kind = "a number" if table == "settings" else "a number, a text, true or false"
            raise OutOfRange(f"'{name}' in [{table}] should be {kind}, but is {_shown(value)}.")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _toml(value: Value) -> str:
    if isinstance(value, float) and not isfinite(value):
        return repr(value)  # TOML knows inf and nan by the same names
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    """A name as TOML takes it without quotes, or with them."""
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else json.dumps(name)


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _brief(error: Exception) -> str:
    return str(error).splitlines()[0][:160].rstrip(".")
