"""What the middle of the page shows before the learner has said anything: the two domains, and what will be run."""

import streamlit as st

from dashboard import words
from dashboard.drawing import drawing
from dashboard.flow import sketch
from dashboard.preview import preview
from tlcore import catalogue
from tlcore.lessons import Lesson
from tlcore.runs.spec import RunSpec

MOST = 3  # takes whose sketches are drawn


def before(lesson: Lesson, seed: int) -> None:
    """The data of the last take, large, and each take with its data flow; nothing that gives the answer away."""
    runs = lesson.runs(seed)
    with st.container(key="before"):
        _data(list(runs.values())[-1])
        shown = dict(list(runs.items())[:MOST])
        for column, (name, spec) in zip(st.columns(len(shown)), shown.items()):
            with column, st.container(border=True):
                _take(name, spec)
        if len(runs) > len(shown):
            st.caption(f"And {len(runs) - len(shown)} more: {', '.join(list(runs)[MOST:])}.")


def _data(spec: RunSpec) -> None:
    card = catalogue.scenario(spec.scenario)
    st.markdown(f"##### {card['title']}", help=card["idea"])
    with st.container(width=720):
        drawing(preview(spec.scenario, spec.shift, spec.settings, spec.seed), key="before-data")
    st.caption("● source   ✕ target, colours are classes" if card["kind"] == "points" else words.dialled(spec))


def _take(name: str, spec: RunSpec) -> None:
    card = catalogue.strategy(spec.strategy)["card"]
    st.markdown(f"**{words.first_up(name)}** · {card['title']}", help=card["idea"])
    drawing(sketch(card["flow"], card["idea"], card["needs"]), key=f"before:{name}")
