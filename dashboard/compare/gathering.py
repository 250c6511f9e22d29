"""What there is to compare: finished runs of the store and the shipped examples, as a table with one row a run.

Columns whose names begin with a dot are numbers of a run; all others are settings that can be filtered and grouped by.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard import words
from dashboard.compare.examples import examples
from dashboard.table import face
from tlcore import catalogue
from tlcore.dials import SHIFT
from tlcore.errors import TransferError
from tlcore.runs.references import MEASURE
from tlcore.runs.rows import Run
from tlcore.runs.standings import References, fold
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated, Finished, Observed

if TYPE_CHECKING:
    import pandas as pd

KEPT = "kept_target_accuracy"  # of the network that a validator without target labels picked
PICK = "source_accuracy"  # … and by which it is picked where no validator was at work
MOST = 5000  # runs of the store that are compared, the newest


@dataclass(frozen=True)
class Curve:
    """What the exam told over a run: measures in [0, 1] by name, each at `steps`."""

    steps: Sequence[int]
    values: Mapping[str, Sequence[float]]
    judge: float | None


def gathered(store: Store, with_examples: bool) -> list[Run]:
    """The runs that can be compared, the newest first, examples at the end."""
    known, there = catalogue.strategies(), _there(store.runs()[:MOST])
    found = [run for run in there if run.spec.strategy in known and run.status == "finished" and MEASURE in run.metrics]
    return [*found, *(each.run for each in examples().values())] if with_examples else found


def frame(store: Store, runs: Sequence[Run]) -> "pd.DataFrame":
    """One row a run; worked out once for the same runs."""
    import streamlit as st

    @st.cache_data(show_spinner=False, max_entries=8)
    def worked_out(_store: Store, _runs: Sequence[Run], place: str, drawn: Any) -> "pd.DataFrame":
        import pandas as pd

        sources = References(_runs)
        return pd.DataFrame([_row(_store, run, sources) for run in _runs])

    return worked_out(store, runs, str(store.path), face(runs))


def curve(store: Store, run: Run) -> Curve:
    """What a run told on its way."""
    import streamlit as st

    if run.id < 0:
        example = examples()[run.id]
        return Curve(example.steps, example.curves, example.judge)

    @st.cache_data(show_spinner=False, max_entries=2000)
    def read(_store: Store, place: str, number: int, rewinds: int) -> Curve:
        told = [each.event for each in _store.events(number, kinds=("evaluated", "finished"))]
        by_step = {each.step: each.values for each in told if isinstance(each, Evaluated | Finished)}
        always = set.intersection(*(set(values) for values in by_step.values())) if by_step else set[str]()
        names = [name for name in (MEASURE, PICK) if name in always]
        values = {name: [float(each[name]) for each in by_step.values()] for name in names}
        return Curve(list(by_step), values, _judge(_store, number))

    return read(store, str(store.path), run.id, run.rewinds)


def settings(table: "pd.DataFrame") -> list[str]:
    """The columns that are settings, those first by which people group."""
    first = ["strategy", "data", "backbone", "labels"]
    return first + sorted(name for name in table.columns if name not in first and not name.startswith("."))


def differing(table: "pd.DataFrame") -> list[str]:
    """The settings that are not the same in all rows, but for seeds; the shift is told with the data.

    Of hyper-parameters those that differ within a strategy on the same data, and backbones that differ there: that
    each strategy and each data has its own defaults is no news.
    """
    own = {each["name"] for strategy in catalogue.strategies().values() for each in strategy["hparams"]}
    said = table.astype(dict.fromkeys(settings(table), str)).where(table.notna())
    of_data, of_both = said.groupby("data"), said.groupby(["data", "strategy"])
    found = []
    for name in settings(table):
        if name in ("seed", "scenario", SHIFT):
            continue
        if name in own:
            many = of_both[name].nunique().max()
        elif name in ("strategy", "data", "labels"):
            many = said[name].nunique()
        else:
            many = of_data[name].nunique().max()
        if many > 1:
            found.append(name)
    return found


def _there(runs: Iterable[Run]) -> list[Run]:
    """Runs of data that is still known, once each: the same experiment trained twice counts once."""
    from tlcore.runs.likeness import by_mark

    return [run for run in by_mark(runs).values() if _title(run) is not None]


def _title(run: Run) -> str | None:
    try:
        return words.dialled(run.spec)
    except TransferError:
        return None


def _row(store: Store, run: Run, sources: References) -> dict[str, Any]:
    spec, told, told_on_the_way = run.spec, run.metrics, curve(store, run)
    source = sources.of(spec)
    target = told_on_the_way.values.get(MEASURE, [told[MEASURE]])
    best = max(range(len(target)), key=lambda at: target[at])
    card = catalogue.strategies()[spec.strategy]["card"]
    backbone = catalogue.backbones().get(spec.backbone, {})
    return {
        "strategy": spec.strategy,
        "data": _title(run),
        "backbone": spec.backbone,
        "labels": spec.target_labels if card["needs"][1] == "few" else 0,
        "seed": spec.seed,
        "scenario": spec.scenario,
        **({} if spec.shift is None else {"shift": spec.shift}),
        **spec.settings,
        **spec.hparams,
        "augment": spec.augment,
        "weights": spec.weights or "–",
        ".run": run.id,
        ".fold": fold(spec),
        ".example": run.id < 0,
        ".oracle": card["needs"][1] == "labels",
        ".title": card["title"],
        ".last": told[MEASURE],
        ".picked": told.get(KEPT, _picked(told_on_the_way)),
        ".best": max(target[best], told[MEASURE]),
        ".best_step": told_on_the_way.steps[best] if MEASURE in told_on_the_way.values else run.step,
        ".source": told.get(PICK),
        ".judge": told_on_the_way.judge,
        ".gain": None if source is None else told[MEASURE] - source.metrics[MEASURE],
        ".seconds": run.seconds,
        ".parameters": backbone.get("parameters"),
    }


def _picked(told: Curve) -> float | None:
    """Target accuracy at the step of the best accuracy on held-out source images; None where it cannot be told."""
    if not {MEASURE, PICK} <= set(told.values):
        return None
    best = max(range(len(told.steps)), key=lambda at: told.values[PICK][at])
    return told.values[MEASURE][best]


def _judge(store: Store, number: int) -> float | None:
    """The judge's accuracy in the last look inside; None if there was none."""
    with store.database.reading() as db:
        rows = db.execute(
            "SELECT payload FROM events WHERE run = ? AND kind = 'observed' ORDER BY seq DESC LIMIT 12", (number,)
        ).fetchall()
    from tlcore.runs.encoding import decode

    for (payload,) in rows:
        event = decode(payload)
        if isinstance(event, Observed) and event.name == "frame" and "judge" in event.values:
            return float(event.values["judge"])
    return None
