"""What was predicted beside what was reached: the target accuracy of finished runs, by backbone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

import streamlit as st

from dashboard import links
from dashboard.choices import strategies_for
from dashboard.choosing_model.charts import Point, plane
from dashboard.choosing_model.names import name, title
from dashboard.drawing import drawing
from dashboard.shift.heading import headed
from dashboard.storing import store
from tlcore import catalogue
from tlcore.errors import RequestError
from tlcore.runs.first_weights import first_weights
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec

USUAL = "linear-probe"
FEWEST = 3  # backbones, of which an order can be right or wrong
READ = """
**How to read this.** Each dot is a backbone: across, what the score predicted before any training; up, the target
accuracy ⚑ that finished runs of one strategy reached with it on the same data, with its own settings (a mean over
seeds). **Weighted τ** says how well the orders agree: 1 is the same order, 0 is no relation, −1 the reverse; pairs
among the best count more than pairs among the worst (Vigna, WWW 2015; hyperbolic weights, additive). Of fewer than ten
backbones it is a rough number.
"""

Pair = tuple[str, str]  # backbone and weights, as a run's spec says them


def against(spec: RunSpec, told: Mapping[str, Any], by: str) -> None:
    """The panel beside a ranking; `by` is the score that is chosen."""
    candidates = told["backbones"]
    found = {key: reached(store().runs(), spec, key) for key in strategies_for(spec.scenario)}
    strategies = sorted(found, key=lambda key: (-len(_ranked(candidates, found[key])), key != USUAL))
    headed("Predicted against actual ⚑", "actual", READ, rows(candidates, found, by))
    strategy = st.selectbox(
        "Reached by", strategies, key="rank-strategy", width=280,
        format_func=lambda key: str(catalogue.strategy(key)["card"]["title"]),
        help="The strategy whose finished runs are looked at.",
    )  # fmt: skip
    both = _ranked(candidates, found[strategy])
    if len(both) >= FEWEST:
        points = [Point(name(each), each["scores"][by], found[strategy][_pair(each)]) for each in both]
        drawing(plane(points, title(by), "Target accuracy ⚑"), key="rank-actual")
        taus = weighted_taus(both, found[strategy], list(told["scores"]))
        st.markdown("Weighted τ: " + ", ".join(f"{title(key)} **{tau:+.2f}**" for key, tau in taus.items()))
    else:
        st.caption(f"{len(both)} of these backbones have a finished run of it; {FEWEST} at least can be compared.")
    _train(spec, strategy, candidates)


def reached(runs: Sequence[Run], spec: RunSpec, strategy: str) -> dict[Pair, float]:
    """Target accuracy by backbone and weights: a mean over the seeds of finished runs that differ in nothing else."""
    found: dict[Pair, list[float]] = {}
    for run in runs:
        if run.spec.strategy != strategy or run.spec.scenario != spec.scenario or run.status != "finished":
            continue
        pair = run.spec.backbone, run.spec.weights
        if "target_accuracy" in run.metrics and _same(run.spec, _run(spec, strategy, pair)):
            found.setdefault(pair, []).append(run.metrics["target_accuracy"])
    return {pair: fmean(values) for pair, values in found.items()}


def weighted_taus(
    candidates: Sequence[Mapping[str, Any]], actual: Mapping[Pair, float], scores: Sequence[str]
) -> dict[str, float]:
    """Of each score how well its order of the backbones is that of their accuracy, from −1 to 1."""
    from scipy.stats import weightedtau

    accuracy = [actual[_pair(each)] for each in candidates]
    taus = {key: float(weightedtau([each["scores"][key] for each in candidates], accuracy).statistic) for key in scores}
    return {key: tau for key, tau in taus.items() if tau == tau}  # noqa: PLR0124 - not-a-number where all are equal


def rows(
    candidates: Sequence[Mapping[str, Any]], found: Mapping[str, Mapping[Pair, float]], by: str
) -> list[list[str]]:
    """What each strategy reached with each backbone."""
    known = [key for key in found if _ranked(candidates, found[key])]
    lines = [["Backbone", title(by), *(f"{catalogue.strategy(key)['card']['title']} ⚑" for key in known)]]
    for each in candidates:
        told = (found[key].get(_pair(each)) for key in known)
        lines.append([name(each), f"{each['scores'][by]:.3g}", *("–" if at is None else f"{at:.1%}" for at in told)])
    return lines


def _train(spec: RunSpec, strategy: str, candidates: Sequence[Mapping[str, Any]]) -> None:
    """A press that starts one run for each ranked backbone that has none, behind everything else that waits."""
    missing, waiting, runs = list[RunSpec](), 0, store().runs()
    for each in candidates:
        try:
            wanted = _run(spec, strategy, _pair(each))
        except RequestError:
            continue  # it does not fit, as where a strategy asks for batch norms
        like = [run for run in runs if links.same(run.spec, wanted)]
        waiting += any(run.status not in OVER for run in like)
        if not any(run.status == "finished" or run.status not in OVER for run in like):
            missing.append(wanted)
    if waiting:
        st.caption(f"{waiting} run{'' if waiting == 1 else 's'} on the way; look again when they have ended.")
    what = "it" if len(missing) == 1 else f"all {len(missing)}"
    if missing and st.button(
        f"Train {what} with this strategy", icon=":material/play_arrow:",
        help="One run for each backbone that has none, with the strategy's own settings. They let other runs go first.",
    ):  # fmt: skip
        for each_spec in missing:
            store().submit(each_spec, patient=True)
        st.rerun()


def _run(spec: RunSpec, strategy: str, pair: Pair) -> RunSpec:
    """The strategy as it is by itself, with that backbone. Raises `RequestError` where they do not fit."""
    few = catalogue.strategy(strategy)["card"]["needs"][1] == "few"
    plain = replace(spec, strategy=strategy, backbone=pair[0], weights=pair[1], hparams={}, validator="")
    return replace(plain, target_labels=spec.target_labels if few else None).completed()


def _same(one: RunSpec, other: RunSpec) -> bool:
    """Whether two runs train the same but for chance."""
    return replace(one, seed=other.seed, device=other.device, observe=other.observe, validator=other.validator) == other


def _ranked(candidates: Sequence[Mapping[str, Any]], actual: Mapping[Pair, float]) -> list[Mapping[str, Any]]:
    return [each for each in candidates if _pair(each) in actual]


def _pair(each: Mapping[str, Any]) -> Pair:
    return each["backbone"], first_weights(each["weights"], catalogue.backbone(each["backbone"]))
