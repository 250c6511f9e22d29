"""Hyper-parameters that explain themselves: one description, many readers.

The constructor checks a value against its description, the page draws a control from it, the
command line parses by it, JSON is `dataclasses.asdict`, and the documentation prints it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from math import isfinite
from typing import Any, Self

from tlcore.errors import OutOfRange, only_known

Value = bool | int | float | str

_TYPES: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def hparam(
    default: Value,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    among: tuple[Value, ...] = (),
    log: bool = False,
) -> Any:
    """A dataclass field with a description.

    `low` and `high` are inclusive bounds of a number, `among` lists the only values allowed, and
    `log` says that a control for it should move in factors rather than in differences.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, "among": among, "log": log})


@dataclass(frozen=True)
class HParams:
    """The base of every strategy's hyper-parameters; frozen, and valid once constructed."""

    def __post_init__(self) -> None:
        for each in self.describe():
            object.__setattr__(self, each["name"], checked(each, getattr(self, each["name"])))

    @classmethod
    def of(cls, settings: Mapping[str, Value | str]) -> Self:
        """Hyper-parameters from names and values, which may be texts as typed on a command line.

        Raises `UnknownKey` for a name that is not a field and `OutOfRange` for a bad value.
        """
        only_known("hyper-parameter", settings, [each.name for each in fields(cls)])
        return cls(**settings)

    def as_json(self) -> dict[str, Value]:
        return asdict(self)

    @classmethod
    def describe(cls) -> list[dict[str, Any]]:
        """What a form, a table or a help text needs, one entry a field, in order."""
        return [
            {
                "name": each.name,
                "type": type(each.default).__name__,
                "default": each.default,
                **{key: list(value) if isinstance(value, tuple) else value for key, value in each.metadata.items()},
            }
            for each in fields(cls)
            if each.default is not MISSING
        ]


def checked(description: Mapping[str, Any], given: Any) -> Value:
    """A value as its description wants it; texts, as typed on a command line, are converted.

    Needs nothing but an entry of `HParams.describe()`, so that it serves where the class itself
    (and torch behind it) must not be loaded. Raises `OutOfRange`.
    """
    name, wanted = description["name"], _TYPES[description["type"]]
    try:
        value: Value = _converted(given, wanted)
    except (TypeError, ValueError, KeyError, OverflowError):
        raise OutOfRange(f"'{name}' should be {_kind(wanted)}, but is {given!r}.") from None
    low, high, among = (description.get(key) for key in ("low", "high", "among"))
    if among and value not in among:
        choices = ", ".join(str(choice) for choice in among)
        raise OutOfRange(f"'{name}' should be one of {choices}, but is {value!r}.")
    if isinstance(value, float) and not isfinite(value):
        raise OutOfRange(f"'{name}' should be a finite number, but is {value}.")
    if (low is not None and value < low) or (high is not None and value > high):
        raise OutOfRange(f"'{name}' should be {_interval(low, high)}, but is {value}.")
    return value


def _converted(value: Any, wanted: type) -> Any:
    if isinstance(value, bool) != (wanted is bool) and not isinstance(value, str):
        return _refuse()
    if wanted is bool:
        return value if isinstance(value, bool) else _TRUTHS[value.lower()]
    if wanted is int:
        return int(value) if float(value) == int(float(value)) else _refuse()
    if wanted is float:
        return float(value)
    return value if isinstance(value, wanted) else _refuse()


def _refuse() -> Any:
    raise ValueError


def _kind(wanted: type) -> str:
    return {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}[wanted]


def _interval(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
