"""Which backbone to begin from, told from a few target labels; and afterwards, whether that was right."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.choosing_model import actual
from dashboard.choosing_model.charts import Line, ladder
from dashboard.choosing_model.names import name, title
from dashboard.data import working
from dashboard.drawing import drawing
from dashboard.shift.charts import number
from dashboard.shift.heading import headed
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.spec import RunSpec

PROBE = "linear-probe"  # a strategy that is given a few target labels; nothing of it is trained here
LEAST, MOST, USUAL = 2, 50, 5  # labelled target images of a class
KEPT = 20  # rankings that are remembered
READ = """
**How to read this.** Every backbone of this machine, with each of its pre-trainings, looks at the same few labelled
target images; nothing is trained. A dot is its rank by the chosen score, 1 being the most promising. The line is its
**uncertainty**: between which ranks nine of ten other draws of labels would put it. It is told by a delete-d jackknife
(Shao & Wu, 1989): 30 draws of four fifths of each class's labels, whose deviations count twice because they share most
of their labels; of two labels a class none can be left out, and nothing is known. A bootstrap would draw labels
twice, and such an image is its own nearest neighbour. Where lines overlap the score has no opinion. Scores compare
backbones on the same images, and mean nothing across data sets.

"""


def ranking(spec: RunSpec) -> None:
    """The section for an experiment's data."""
    st.caption(
        "Which backbone is worth training, from a few labelled target images and without any training? "
        "Weights that are not on this machine are left out; nothing is downloaded."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = st.number_input(
            "Labelled target images of each class", LEAST, MOST, USUAL, key="rank-labels", width=280,
            help="More make the ranking surer. The target's other labels are not used.",
        )  # fmt: skip
        wanted = RunSpec(
            PROBE, spec.scenario, shift=spec.shift, settings=spec.settings, target_labels=labels, seed=spec.seed
        ).completed()
        wishes = {"spec": wanted.as_json()}
        chore = _latest(wishes)
        if chore is None and st.button("Rank all backbones", type="primary", icon=":material/leaderboard:"):
            chores.start("rank", **wishes)
            st.rerun()
    if chore is None:
        return
    if not chore.over:
        working.progress(chore)
    elif chore.status == "done":
        _found(wanted, chore.result)
    elif working.excused(chore, "Rank again"):
        chores.start("rank", **wishes)
        st.rerun()


def _latest(wishes: Mapping[str, Any]) -> Chore | None:
    every = chores.chores("rank")
    for old in [each for each in every if each.over][KEPT:]:
        chores.discard(old)
    return next((each for each in every if dict(each.order["wishes"]) == dict(wishes)), None)


def _found(spec: RunSpec, told: Mapping[str, Any]) -> None:
    scores, backbones = told["scores"], told["backbones"]
    if not backbones:
        st.warning("No backbone that fits is on this machine: fetch one on the Data page, under *On this machine*.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        headed("Most promising first", "ranking", READ + "\n\n".join(map(_definition, scores.values())), rows(told))
        by = st.selectbox(
            "Sorted by", list(scores), key="rank-by", format_func=title, help="\n\n".join(scores.values()), width=280
        )
        drawing(ladder(lines(backbones, by)), key="rank-ladder")
        st.caption(f"{told['labels']} labelled target images, seed {told['seed']}. {_left_out(told['left_out'])}")
    with right:
        actual.against(spec, told, by)


def lines(backbones: list[Mapping[str, Any]], by: str) -> list[Line]:
    """One for each backbone, the best by a score first."""
    ordered = sorted(backbones, key=lambda each: each["ranks"][by]["rank"])
    return [Line(name(each), **each["ranks"][by], said=number(each["scores"][by])) for each in ordered]


def rows(told: Mapping[str, Any]) -> list[list[str]]:
    """Every score of every backbone, with the ranks between which it lies."""
    table = [["Backbone", *map(title, told["scores"])]]
    for each in told["backbones"]:
        cells = [
            f"{number(each['scores'][key])} ({each['ranks'][key]['low']:.0f} to {each['ranks'][key]['high']:.0f})"
            for key in told["scores"]
        ]
        table.append([name(each), *cells])
    return table


def _definition(said: str) -> str:
    what, colon, meaning = said.partition(":")
    return f"**{what}** · {words.first_up(meaning.strip())}" if colon else f"**5 nearest** · {said}"


def _left_out(left_out: Mapping[str, str]) -> str:
    many = len(left_out)
    return f"{many} left out: their weights are not on this machine." if many else ""
