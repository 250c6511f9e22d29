"""Packets: what the page's JavaScript reads, in the same form as the store's events.

The head lists "columns" (one table of numbers for each kind and set of names) and "observed" (looks
inside); their arrays are named "columns/0" and "observed/0/map". See `tlcore.runs.encoding`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tlcore.runs.encoding import pack
from tlcore.training.events import Evaluated, Finished, Measured, Observed

Table = tuple[str, tuple[str, ...]]  # kind and names: two phases may tell different losses


class Item(NamedTuple):
    """One event of a run as the feed keeps it; `verdict` is what could be said at that moment."""

    seq: int
    event: Measured | Evaluated | Finished | Observed
    verdict: Mapping[str, Any] | None = None


def packet(head: Mapping[str, Any], items: Sequence[Item]) -> bytes:
    """The packet that tells `items`; "columns" and "observed" are put into its head."""
    tables = _tables(items)
    looks = [(item, item.event) for item in items if isinstance(item.event, Observed)]
    arrays = {f"columns/{k}": np.array(rows, np.float32).T for k, rows in enumerate(tables.values())}  # (names, rows)
    for k, (_, event) in enumerate(looks):
        arrays |= {f"observed/{k}/{name}": np.asarray(values) for name, values in event.arrays.items()}
    told = {
        "columns": [{"kind": kind, "keys": names, "count": len(rows)} for (kind, names), rows in tables.items()],
        "observed": [_look(item, event) for item, event in looks],
    }
    return pack({**head, **told}, arrays)


def _tables(items: Iterable[Item]) -> dict[Table, list[list[float]]]:
    tables: dict[Table, list[list[float]]] = {}
    for item in items:
        event = item.event
        if not isinstance(event, Observed):
            kind = "measured" if isinstance(event, Measured) else "evaluated"
            row = [float(event.step), *map(float, event.values.values())]
            tables.setdefault((kind, ("step", *event.values)), []).append(row)
    return tables


def _look(item: Item, event: Observed) -> dict[str, Any]:
    look = {"name": event.name, "step": event.step, "seq": item.seq, "values": event.values}
    return look | ({"verdict": item.verdict} if item.verdict else {})
