"""Rows of the comparison: runs folded over their seeds, or grouped by any setting, each number with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard import words
from dashboard.compare.gathering import differing
from tlcore.intervals import Interval, over_seeds

if TYPE_CHECKING:
    import pandas as pd

SEEDS = "experiment"  # group: everything but the seed is the same
SORTS = {
    "Gain": (".gain", False),
    "Target, last": (".last", False),
    "Target, picked": (".picked", False),
    "Source": (".source", False),
    "Gap": (".judge", True),
    "Time": (".seconds", True),
    "Strategy": (".title", True),
}
_NAMED = {"strategy": "Strategy", "data": "Data", "backbone": "Backbone", "labels": "Labels", "augment": "Augmentation"}


@dataclass(frozen=True)
class Group:
    """Runs that are looked at as one: a line, a bar, a row."""

    key: str
    label: str  # as short as tells it from the others
    rows: "pd.DataFrame"

    @property
    def strategy(self) -> str:
        """Its strategy, or "" where it has several."""
        found = self.rows["strategy"].unique()
        return str(found[0]) if len(found) == 1 else ""

    @property
    def oracle(self) -> bool:
        return bool(self.rows[".oracle"].any())

    @property
    def example(self) -> bool:
        return bool(self.rows[".example"].all())

    def interval(self, column: str) -> Interval | None:
        """The mean of a column over its runs with its t-interval; None where no run tells it."""
        values = [float(each) for each in self.rows[column].dropna()]
        return over_seeds(values) if values else None


def grouped(table: "pd.DataFrame", by: str, folded: bool, sort: str) -> list[Group]:
    """The rows of the comparison, in order. `by` is a setting, or `SEEDS`; not folded, every run is one."""
    if table.empty:
        return []
    if not folded:
        parts = [(str(key), part) for key, part in table.groupby(".run", sort=False)]
    else:
        parts = [(str(key), part) for key, part in table.groupby(".fold" if by == SEEDS else by, sort=False)]
    apart = {strategy: differing(rows) for strategy, rows in table.groupby("strategy")}
    everywhere = [name for name in ("data", "backbone") if name in differing(table)]
    found, labels = [], set[str]()
    for key, part in parts:
        own = [name for name in apart[part["strategy"].iloc[0]] if name not in ("data", "backbone")]
        label = _label(part, [*everywhere, *own], by, folded)
        label = label if label not in labels else f"{label} ({key[-6:]})"
        labels.add(label)
        found.append(Group(key, label, part))
    column, rising = SORTS[sort]
    return sorted(found, key=lambda each: _place(each, column, rising))


def told(groups: Sequence[Group], apart: Sequence[str]) -> list[dict[str, Any]]:
    """The table, a row for each group; numbers are in percent and points."""
    shown = [name for name in apart if name not in ("strategy", "data")]
    return [_row(each, shown) for each in groups]


def title(setting: str) -> str:
    """How a setting is called in a heading."""
    return _NAMED.get(setting) or words.hparam_name(setting)


def _row(group: Group, shown: Sequence[str]) -> dict[str, Any]:
    last, gain = group.interval(".last"), group.interval(".gain")
    picked, best, source, judge = (group.interval(name) for name in (".picked", ".best", ".source", ".judge"))
    return {
        "Strategy": _joined(group, ".title") + (" ⚑" if group.oracle else ""),
        "Data": _joined(group, "data"),
        **{title(name): _joined(group, name) for name in shown},
        "n": len(group.rows),
        "Gain": _percent(gain),
        "Gain, 95 %": _range(gain),
        "Target, picked": _percent(picked),
        "Target, last": _percent(last),
        "Target, 95 %": _range(last, signed=False),
        "Best ⚑": _percent(best),
        "Source": _percent(source),
        "Gap": _percent(judge),
        "Time": float(group.rows[".seconds"].mean()),
        "From": "example" if group.example else "here",
    }


def _label(part: "pd.DataFrame", apart: Sequence[str], by: str, folded: bool) -> str:
    """What tells a group from the others, in as few words as that takes."""
    if folded and by not in (SEEDS, "strategy"):
        return f"{title(by)} {part[by].iloc[0]}"
    first, said = part.iloc[0], [str(part[".title"].iloc[0])]
    if by == "strategy" and folded:
        return said[0]
    for name in apart:
        if part[name].isna().all():
            continue
        said.append(str(first[name]) if name == "data" else f"{title(name).lower()} {_said(first[name])}")
    if not folded:
        said.append(f"seed {first['seed']}")
    return ", ".join(said)


def _joined(group: Group, name: str) -> str:
    values = [_said(each) for each in group.rows[name].dropna().unique()]
    return ", ".join(values[:3]) + (f" and {len(values) - 3} more" if len(values) > 3 else "") or "–"


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _place(group: Group, column: str, rising: bool) -> tuple[bool, Any]:
    if column == ".title":
        return False, group.label
    found = group.interval(column)
    return found is None, 0.0 if found is None else found.value if rising else -found.value


def _percent(interval: Interval | None) -> float | None:
    return None if interval is None else 100 * interval.value


def _range(interval: Interval | None, signed: bool = True) -> str:
    """ "+3.1 to +8.0", or what keeps it from being said."""
    if interval is None:
        return "–"
    if interval.n == 1:
        return "one run"
    if not signed:  # a share: what a t-interval holds beyond 0 and 100 % cannot be
        return f"{100 * max(0.0, interval.low):.1f} to {100 * min(1.0, interval.high):.1f}"
    return f"{100 * interval.low:+.1f} to {100 * interval.high:+.1f}".replace("-", "−")
