"""What a search has tried, and how well each validator would have chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from json import loads
from typing import Any

import streamlit as st

from dashboard import links, words
from dashboard.choosing_model.charts import Point, plane
from dashboard.drawing import drawing
from dashboard.shift.charts import number
from dashboard.shift.heading import headed
from tlcore import picking
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.spec import RunSpec
from tlcore.runs.works import trials as trials_file

ACROSS = 3  # drawings in a row
ROUGH = 10  # trials, of fewer of which a rank correlation is a rough number
TITLES: Mapping[str, str] = {
    "source_validation": "Source validation", "certainty": "Certainty", "information": "Information",
    "nuclear_norm": "Nuclear norm", "density": "Neighbourhood density", "deep_embedded": "Deep embedded (DEV)",
    "reverse": "Reverse validation",
}  # fmt: skip
READ = """
**How to read this.** A dot is a trial: a whole training with settings of its own. Across, what the validator says of
it, larger being better; up, the target accuracy ⚑, the **oracle**, which needs the target's labels: **it is not
available in real life**, and took no part in the search. A good validator's dots climb from left to right, and its
rightmost dot (red: what this validator would choose) is among the highest. **ρ** is Spearman's rank correlation with
the oracle, from −1 to 1; it is left out where all say the same.

"""


def results(spec: RunSpec, validator: str, id: str) -> None:
    """What is known so far; of a search that is under way, the trials that it has told."""
    chore = chores.find(id)
    done = chore.status == "done"
    trials = chore.result["trials"] if done else _told(chore)
    tried = [each for each in trials if each["scores"] and each["oracle_target_accuracy"] is not None]
    failed = len(trials) - len(tried)
    if not tried:
        if trials:
            st.caption(f"No training has come to its end: {trials[-1]['error']}")
        return
    best = max(tried, key=lambda each: float(each["scores"].get(validator, float("-inf"))))
    st.markdown(f"**{verdict(tried, best, validator)}**")
    if done:
        there = links.write(replace(spec, hparams={**spec.hparams, **best["hparams"]}))
        st.page_link(
            "views/play.py", label="Open these settings on Play", icon=":material/play_circle:", query_params=there
        )
    headed("Each validator against the oracle ⚑", "search", READ + _definitions(), rows(tried))
    correlations = chore.result["rank_correlation_with_oracle"] if done else {}
    columns = st.columns(ACROSS, gap="medium")
    for place, key in enumerate(key for key in picking.THOROUGH if key in tried[0]["scores"]):
        with columns[place % ACROSS]:
            drawing(against(tried, key, correlations.get(key), key == validator), key=f"search-{key}")
    if correlations and len(tried) < ROUGH:
        st.caption(f"Of {len(tried)} trials ρ is a rough number: more trials make it surer.")
    if failed:
        st.caption(f"{failed} of {len(trials)} trainings failed, the last one so: {_last_error(trials)}")


def _told(chore: Chore) -> list[dict[str, Any]]:
    try:
        told: list[dict[str, Any]] = loads(trials_file(chore.folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return told


def verdict(tried: Sequence[Mapping[str, Any]], best: Mapping[str, Any], validator: str) -> str:
    """What was chosen, and what that reached, in a sentence or two."""
    settings = ", ".join(f"{words.hparam_name(name)} {_value(value)}" for name, value in best["hparams"].items())
    reached = [each["oracle_target_accuracy"] for each in tried]
    many = "one trial" if len(tried) == 1 else f"{len(tried)} trials"
    said = f"Of {many} {TITLES[validator]} chooses number {best['number'] + 1}: {settings}. "
    first = next((each for each in tried if each["number"] == 0), None)
    defaults = f", the defaults {first['oracle_target_accuracy']:.1%}" if first else ""
    said += f"⚑ With target labels one would see that it reaches {best['oracle_target_accuracy']:.1%} of the target"
    return f"{said}, the best trial {max(reached):.1%}{defaults}."


def against(tried: Sequence[Mapping[str, Any]], key: str, rho: float | None, chose: bool) -> str:
    """One validator's scores and the oracle's, trial by trial."""
    best = max(tried, key=lambda each: float(each["scores"][key]))
    points = [
        Point(f"Trial {each['number'] + 1}", each["scores"][key], each["oracle_target_accuracy"], each is best)
        for each in tried
    ]
    said = "" if rho is None else f" · ρ {rho:+.2f}"
    mark = " (chooses)" if chose else ""
    return plane(points, "what it says", "Target accuracy ⚑", f"{TITLES[key]}{mark}{said}", named=False)


def rows(tried: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Every trial: its settings, every validator, and the oracle."""
    names, keys = list(tried[0]["hparams"]), [key for key in picking.THOROUGH if key in tried[0]["scores"]]
    lines = [["Trial", *map(words.hparam_name, names), *(TITLES[key] for key in keys), "Target accuracy ⚑"]]
    for each in tried:
        settings = [_value(each["hparams"].get(name)) for name in names]
        scores = [number(each["scores"][key]) for key in keys]
        lines.append([str(each["number"] + 1), *settings, *scores, f"{each['oracle_target_accuracy']:.1%}"])
    return lines


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _definitions() -> str:
    return "\n\n".join(f"**{TITLES[key]}** · {said}" for key, said in picking.THOROUGH.items())


def _last_error(trials: Sequence[Mapping[str, Any]]) -> str:
    return next(str(each["error"]) for each in reversed(trials) if each["error"])
