"""What the page says about a run beside its numbers: titles, the meaning of its curves, its baseline."""

from collections.abc import Mapping
from typing import Any

from dashboard import words
from dashboard.readings import About
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.lessons import LESSONS
from tlcore.picking import NONE, THOROUGH, fitting, unfit
from tlcore.runs.alerting import MEANINGS
from tlcore.runs.alerting.case import guessing
from tlcore.runs.alone import alone
from tlcore.runs.references import SOURCE_ONLY
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

OF_DATA = ("An episode", "What the network sees")  # the exhibits that are drawn of data and not by a strategy


def facts(run: Run) -> dict[str, Any]:
    """For the page: what this run is, in words."""
    spec = run.spec
    strategy, scenario = _card(catalogue.strategies(), spec.strategy), _data_card(spec)
    told = {"strategy": spec.strategy, "title": strategy.get("title", spec.strategy), "idea": strategy.get("idea", "")}
    told |= {"curves": dict(strategy.get("curves", {})), "oracle": strategy.get("oracle", False)}
    told |= {"exhibits": {**{each: words.GLOSSARY[each] for each in OF_DATA}, **strategy.get("exhibits", {})}}
    told |= {"measures": {name: list(said) for name, said in words.MEASURES.items()}}
    told |= {"alerts": {key: list(said) for key, said in MEANINGS.items()}}
    told |= {"lessons": {each.key: f"Lesson {each.number}: {each.title}" for each in LESSONS}}
    told |= {"answers": strategy.get("answers", "classes"), "exam": scenario.get("exam", "classes")}
    told |= {"scenario": spec.scenario, "pair": spec.name or scenario.get("title", spec.scenario)}
    told |= {"kind": scenario.get("kind", ""), "keeps": _keeps(spec, strategy, str(told["exam"]))}
    told |= {"guess": 0.0 if told["answers"] == "clusters" else guessing(scenario)}  # matched, chance is higher
    return told | {"seed": spec.seed, "shift": spec.shift, "labels": spec.target_labels, "backbone": spec.backbone}


def _keeps(spec: RunSpec, strategy: Mapping[str, Any], exam: str) -> dict[str, str]:
    """By what a run picks the network that it keeps: a key, a name, and what it means or why there is none."""
    key = spec.validator or NONE
    if key != NONE:
        means = f"{THOROUGH.get(key, '')} It looks at held-out images, and at no target label. Of all evaluations after"
        means += " the first, the one with the highest value is kept."
    elif "needs" in strategy and fitting(strategy, exam) == [NONE]:
        means = f"Only the last network is kept: {unfit('certainty', strategy, exam)}."
    else:
        means = "Only the last network is kept" + (", as was asked for." if spec.validator else " in a run this old.")
    return {"key": key, "name": words.VALIDATORS.get(key, key), "means": means}


def about(store: Store, run: Run) -> About:
    """For the verdict: how hard the task is, what was granted, and what doing nothing gives."""
    strategy, scenario = _card(catalogue.strategies(), run.spec.strategy), _data_card(run.spec)
    few = (run.spec.target_labels or 0) if _needs(strategy)[1] == "few" else 0
    known = alone(store, run)
    return About(
        classes=max(2, len(scenario.get("classes", ()))),
        labels=-1 if strategy.get("oracle") else few,
        baseline=None if known is None else known.metrics["target_accuracy"],
        baseline_run=None if known is None else known.id,
        is_baseline=run.spec.strategy == SOURCE_ONLY,
        learns_source=_needs(strategy)[0] == "labels",
        exam="clusters" if strategy.get("answers") == "clusters" else scenario.get("exam", "classes"),
        guess=guessing(scenario),
    )


def _card(cards: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = cards.get(key, {})
    card: Mapping[str, Any] = entry.get("card", entry)
    return card  # a strategy's card lies beside its hyper-parameters


def _data_card(spec: RunSpec) -> Mapping[str, Any]:
    """The scenario's card as this run's settings make it; empty for data that has gone."""
    try:
        return catalogue.turned(spec.scenario, spec.settings)
    except TransferError:
        return {}


def _needs(strategy: Mapping[str, Any]) -> tuple[str, str]:
    source, target = strategy.get("needs") or ("labels", "images")
    return source, target
