"""Words of the field where they come up: a small button each, with its meaning and where to see it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.lessons.vocabulary import TERMS
from tlcore import catalogue
from tlcore.lessons import LESSONS


def chips(names: Sequence[str]) -> None:
    """The words that a lesson uses, each one press away from its meaning."""
    if not names:
        return
    with st.container(horizontal=True, gap="small", key="terms"):
        for name in names:
            with st.popover(name, type="tertiary"):
                meaning(name)


def meaning(name: str, heading: bool = True) -> None:
    """A word with its meaning, the lessons that use it and the strategies that are about it."""
    term = TERMS[name]
    st.markdown(f"**{name[:1].upper() + name[1:]}** · {term.meaning}" if heading else term.meaning)
    lessons = [each for each in LESSONS if name in each.terms]
    with st.container(horizontal=True, gap="small"):
        for each in lessons:
            st.page_link("views/play.py", label=f"Lesson {each.number}", icon=":material/school:",
                         query_params={"lesson": str(each.number)}, help=each.title)  # fmt: skip
        for key in term.strategies:
            title = catalogue.strategy(key)["card"]["title"]
            st.page_link("views/play.py", label=title, icon=":material/play_circle:", query_params={"s": key})
