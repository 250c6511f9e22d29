"""The filter over runs: a few words of its own, and nothing to learn for who just types.

dann                       any setting, title or data that contains it
strategy:dann OR coral     the setting named, either of the two
shift:>30  labels:1..5     numbers: above, below, at least, at most, from … to
-seed:0                    not
"low contrast"             with a blank in it
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

_WORD = re.compile(r'(?P<no>-?)(?:(?P<name>[A-Za-z_]+)[:=])?(?P<value>"[^"]*"|\S+)')
_NUMBER = r"-?\d+(?:\.\d*)?(?:[eE]-?\d+)?"
_BOUND = re.compile(rf"(?P<sign><=|>=|<|>)(?P<value>{_NUMBER})$")
_RANGE = re.compile(rf"(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER})$")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """All of `clauses` have to hold, and of each clause any of its tests."""

    clauses: tuple[tuple["Test", ...], ...]

    def holds(self, row: Row) -> bool:
        return all(any(test.holds(row) for test in clause) for clause in self.clauses)

    def unknown(self, names: set[str]) -> list[str]:
        """Settings that it names and that no run has."""
        asked = {test.name for clause in self.clauses for test in clause if test.name}
        return sorted(asked - names)


@dataclass(frozen=True)
class Test:
    name: str  # of a setting; "" for any
    value: str
    negated: bool

    def holds(self, row: Row) -> bool:
        values = [row.get(self.name)] if self.name else [each for key, each in row.items() if _spoken(key)]
        return any(map(self._meets, values)) != self.negated

    def _meets(self, value: Any) -> bool:
        if value is None or (isinstance(value, float) and isnan(value)):
            return False
        number = _number(value)
        if self.name and number is not None:
            if told := _BOUND.match(self.value):
                return _COMPARE[told["sign"]](number, float(told["value"]))
            if told := _RANGE.match(self.value):
                return float(told["low"]) <= number <= float(told["high"])
            asked = _number(self.value)
            return asked is not None and number == asked
        return self.value.lower() in str(value).lower()


def parsed(text: str) -> Filter:
    """The filter that a text says; an OR joins its two neighbours, and keeps the name of the left one."""
    clauses: list[list[Test]] = []
    joining, last = False, ""
    for word in _WORD.finditer(text):
        if word["value"] == "OR" and not word["name"]:
            joining = bool(clauses)
            continue
        if word["value"] == "AND" and not word["name"]:
            continue
        name = (word["name"] or (last if joining else "")).lower()
        test = Test(name, word["value"].strip('"'), bool(word["no"]))
        if joining:
            clauses[-1].append(test)
        else:
            clauses.append([test])
        joining, last = False, name
    return Filter(tuple(map(tuple, clauses)))


def _spoken(name: str) -> bool:
    return not name.startswith(".") or name == ".title"


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
