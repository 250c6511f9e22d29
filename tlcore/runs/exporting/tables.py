"""Every number of a run over its steps, as one table: CSV for people, Parquet for programs."""

import csv
import io
from collections.abc import Iterator, Mapping
from math import isnan, nan

from tlcore.runs.store import Store
from tlcore.training.events import Evaluated, Finished, Measured, Observed

Table = dict[str, list[float]]  # columns of equal length, the first is "step"
STEP = "step"
_KINDS = ("measured", "evaluated", "observed", "finished")


def numbers(store: Store, number: int, after: int = 0) -> Iterator[tuple[int, int, Mapping[str, float]]]:
    """What was measured, evaluated and observed in a run after event `after`: (event number, step, values by name).

    What strategies measure and exams tell has its own name, the gap between the domains is `gap_judge`, `gap_mmd`, ….
    Raises `UnknownKey` for a run that is not there.
    """
    store.run(number)
    for stored in store.events(number, after, _KINDS):
        match stored.event:
            case Measured(step, values) | Evaluated(step, values) | Finished(step, values):
                yield stored.seq, step, values
            case Observed(step, "frame", values):
                told = {f"gap_{name.removeprefix('gap_')}": value for name, value in values.items()}
                yield stored.seq, step, {name: float(value) for name, value in told.items() if _number(value)}


def table(store: Store, number: int) -> Table:
    """One row a step at which anything was told, one column a name; not-a-number where nothing was."""
    rows: dict[int, dict[str, float]] = {}
    names: dict[str, None] = {}
    for _, step, values in numbers(store, number):
        rows.setdefault(step, {}).update(values)
        names.update(dict.fromkeys(values))
    steps = sorted(rows)
    return {STEP: [*map(float, steps)]} | {name: [rows[step].get(name, nan) for step in steps] for name in names}


def as_csv(columns: Mapping[str, list[float]]) -> bytes:
    """Comma-separated, UTF-8, a heading line; an empty cell where nothing was told."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        step, *told = row
        writer.writerow([int(step), *("" if isnan(each) else each for each in told)])
    return text.getvalue().encode()


def as_parquet(columns: Mapping[str, list[float]]) -> bytes:
    """The same with its types: 64-bit whole steps, 64-bit floats, null where nothing was told."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {name: pa.array(values, pa.float64(), from_pandas=True) for name, values in columns.items()}
    arrays[STEP] = arrays[STEP].cast(pa.int64())
    file = io.BytesIO()
    pq.write_table(pa.table(arrays), file)
    return file.getvalue()


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
