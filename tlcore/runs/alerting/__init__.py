"""Alerts: what a person should look at in a run, from what it told. Plain arithmetic; loads no torch.

alerts = found(run, History.of(each.event for each in store.events(run.id)))
"""

from collections.abc import Callable
from dataclasses import replace

from tlcore.runs.alerting import accuracies, losses
from tlcore.runs.alerting.alert import MEANINGS, Alert, Level, Remedy
from tlcore.runs.alerting.case import Case, case
from tlcore.runs.alerting.history import History
from tlcore.runs.alerting.remedies import gentler, remedies
from tlcore.runs.alone import alone
from tlcore.runs.references import MEASURE
from tlcore.runs.rows import Run
from tlcore.runs.store import Store

__all__ = [
    "MEANINGS", "RULES", "Alert", "Case", "History", "Level", "Remedy", "case", "found", "gentler", "of_run", "raised",
]  # fmt: skip

Rule = Callable[[History, Case], Alert | None]
RULES: tuple[Rule, ...] = (
    losses.not_a_number,
    losses.too_high,
    losses.spike,
    accuracies.forgetting,
    accuracies.judge_wins,
    accuracies.one_class,
    accuracies.mixed_up,
    accuracies.plateau,
)
_ORDER: dict[Level, int] = {"error": 0, "warn": 1, "info": 2}


def raised(history: History, circumstances: Case) -> list[Alert]:
    """What the numbers say, the most serious first and then by step. What is over is worth a note, and no warning."""
    alerts = [alert for rule in RULES if (alert := rule(history, circumstances)) is not None]
    return sorted((each if each.until is None else replace(each, level="info") for each in alerts), key=_urgent)


def found(run: Run, history: History, baseline: float | None = None) -> list[Alert]:
    """What the numbers say and how the run stands, with what can be done about it.

    `baseline` is the target accuracy of the source alone on the same data, where it is known.
    """
    alerts = [*raised(history, case(run, baseline)), *_standing(run, history)]
    return sorted((replace(each, remedies=remedies(each, run, history.seen)) for each in alerts), key=_urgent)


def of_run(store: Store, run: Run) -> list[Alert]:
    """All alerts of a run in a store."""
    known = alone(store, run)
    baseline = None if known is None else known.metrics[MEASURE]
    return found(run, History.of(each.event for each in store.events(run.id)), baseline)


def _standing(run: Run, history: History) -> list[Alert]:
    alerts = []
    if run.batch is not None:
        words = f"Memory was full: {run.batch} images at a time instead of {run.spec.hparams['batch']}, and it goes on."
        alerts.append(Alert("info", "less-room", 0, words))
    if run.status == "crashed":
        alerts.append(Alert("error", "crashed", run.step, f"Training stopped unexpectedly. {run.error or ''}".strip()))
    if run.status == "failed" and history.broken is None:
        alerts.append(Alert("error", "failed", run.step, run.error or "Training could not go on."))
    return alerts


def _urgent(alert: Alert) -> tuple[int, int]:
    return _ORDER[alert.level], alert.step
