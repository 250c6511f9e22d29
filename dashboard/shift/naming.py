"""Name that data set: which domain is an image from? A judge answers first, and a person may try it as well."""

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.choices import scenario_groups
from dashboard.data import working
from dashboard.drawing import drawing, framed
from dashboard.shift.game import game
from dashboard.shift.heading import headed
from tlcore import catalogue
from tlcore.runs import chores
from tlcore.runs.spec import RunSpec

ROLES = ("source", "target")
FEWEST, MOST = 2, 4
KEPT = 20  # games that are remembered
READ = """
**How to read this.** A linear classifier on the backbone's features is asked which of the domains an image is from: 500
images of each, five folds, so that every image is asked about by a judge that has not learned from it. Every domain
counts the same; the line is chance. Far above chance means that the data sets have a look of their own, which a
network can learn in place of the task (Torralba & Efros, *Unbiased look at dataset bias*, CVPR 2011: twelve data
sets of the same objects were named 39 % of the time, where guessing gives 8 %).

The table below says, for the images of each domain (rows), how often they are given each name (columns). Images are
brought to one size and to one number of channels before, so that neither gives a domain away. No label is used.
"""


def naming(spec: RunSpec) -> None:
    """The section for an experiment's data and backbone."""
    offered = domains(spec)
    own = list(offered)[:FEWEST]
    st.caption("Can a classifier tell from which data set an image is, and can you? Choose two to four domains.")
    names = st.multiselect(
        "Domains", list(offered), default=own, max_selections=MOST, key=f"naming:{spec.scenario}",
        help="The chosen pair first; of other data each domain as its dials stand by themselves.",
    )  # fmt: skip
    if len(names) < FEWEST:
        st.caption("Two domains at least: with one there is nothing to name.")
        return
    wishes: dict[str, Any] = {"domains": [offered[name] for name in names], "backbone": spec.backbone}
    wishes |= {"weights": spec.weights, "seed": spec.seed}
    every = chores.chores("naming")
    for old in [each for each in every if each.over][KEPT:]:
        chores.discard(old)
    chore = next((each for each in every if dict(each.order["wishes"]) == wishes), None)
    if chore is not None and not chore.over:
        working.progress(chore)
    elif chore is not None and chore.status == "done":
        left, right = st.columns(2, gap="large")
        with left:
            _found(chore.result)
        if chore.result["game"]:
            with right:
                game(chore)
    elif (chore is not None and working.excused(chore, "Ask again")) or (
        chore is None and st.button("Ask the judge", type="primary", icon=":material/gavel:", shortcut="Ctrl+Enter")
    ):
        chores.start("naming", **wishes)
        st.rerun()


def domains(spec: RunSpec) -> dict[str, dict[str, Any]]:
    """All domains of the pair's kind by what they are called: those of the pair first, as its dials stand."""
    kind = catalogue.scenario(spec.scenario)["kind"] == "points"
    keys = [key for keys in scenario_groups(spec.scenario).values() for key in keys]
    keys = [spec.scenario, *(key for key in keys if key != spec.scenario)]
    found: dict[str, dict[str, Any]] = {}
    for key in keys:
        card = catalogue.scenario(key)
        if (card["kind"] == "points") != kind:
            continue
        dials: dict[str, Any] = {"shift": None, "settings": {}}
        if key == spec.scenario:
            dials = {"shift": spec.shift, "settings": dict(spec.settings)}
        for role in ROLES:
            name = words.first_up(card[role])
            name = name if name not in found else f"{name} ({card['title']})"
            if name not in found:
                found[name] = {"name": name, "scenario": key, "role": role, **dials}
    return found


def _found(told: Mapping[str, Any]) -> None:
    headed("Name that data set", "naming", READ, confusion_rows(told))
    beyond = (
        "far beyond"
        if told["low"] > 2 * told["chance"]
        else "beyond"
        if told["low"] > told["chance"]
        else "no better than"
    )
    st.markdown(
        f"**The judge names {100 * told['accuracy']:.1f} % right** (95 % interval {100 * told['low']:.1f} to "
        f"{100 * told['high']:.1f} %), {beyond} guessing ({words.percent(told['chance'])})."
    )
    drawing(confusion(told), key="shift-naming")


def confusion(told: Mapping[str, Any]) -> str:
    """The accuracy with its interval beside chance, then how often the images of each domain get each name."""
    names, left, wide, row = told["names"], 170.0, 640.0, 26.0
    room, drawn = wide - left - 10, []

    def at(share: float) -> float:
        return left + room * share

    drawn.append(f'<text x="{left - 10:g}" y="18" text-anchor="end">The judge</text>')
    drawn.append(f'<rect class="frozen" x="{left:g}" y="4" width="{room:g}" height="18"/>')
    drawn.append(
        f'<rect x="{left:g}" y="8" width="{at(told["accuracy"]) - left:.1f}" height="10"'
        ' fill="var(--st-text-color)" fill-opacity=".7"/>'
    )
    drawn.append(f'<path class="line" d="M{at(told["low"]):.1f} 13H{at(told["high"]):.1f}" stroke-width="3"/>')
    chance = at(told["chance"])
    drawn.append(f'<path class="line" d="M{chance:.1f} 1v26" stroke-dasharray="3 2"/>')
    drawn.append(f'<text class="quiet" x="{chance:.1f}" y="38" text-anchor="middle">guessing</text>')
    cell = room / len(names)
    for k, name in enumerate(names):
        drawn.append(f'<text x="{left + (k + 0.5) * cell:.1f}" y="62" text-anchor="middle">{_short(name, cell)}</text>')
    for line, (name, shares) in enumerate(zip(names, told["confusion"])):
        top = 70 + line * row
        drawn.append(f'<text x="{left - 10:g}" y="{top + 17:g}" text-anchor="end">{_short(name, left)}</text>')
        for k, share in enumerate(shares):
            drawn.append(
                f'<rect x="{left + k * cell + 1:.1f}" y="{top + 1:g}" width="{cell - 2:.1f}" height="{row - 2:g}"'
                f' fill="var(--st-primary-color)" fill-opacity="{0.06 + 0.6 * share:.2f}"/>'
            )
            said = words.percent(share)
            drawn.append(f'<text x="{left + (k + 0.5) * cell:.1f}" y="{top + 17:g}" text-anchor="middle">{said}</text>')
    says = "; ".join(" ".join(row) for row in confusion_rows(told)[1:])
    return framed(wide, 70 + len(names) * row, "".join(drawn), f"Which domain gets which name: {says}.")


def confusion_rows(told: Mapping[str, Any]) -> list[list[str]]:
    lines = [["Images of", *(f"named {name}" for name in told["names"]), "Images"]]
    for name, shares, many in zip(told["names"], told["confusion"], told["rows"]):
        lines.append([name, *map(words.percent, shares), f"{many:,}"])
    return lines


def _short(name: str, room: float) -> str:
    letters = int(room / 5.5)
    return escape(name if len(name) <= letters else f"{name[: letters - 1]}…")
