"""Lessons: learn by predicting, running and being surprised; the words of the field, and a map of it."""

import streamlit as st

from dashboard.lessons.chart import chart
from dashboard.lessons.glossary import glossary
from dashboard.lessons.listing import listing
from tlcore.errors import TransferError

SECTIONS = {"Lessons": listing, "Map": chart, "Glossary": glossary}


def lessons() -> None:
    with st.container(key="lessons-bar"):
        chosen = st.segmented_control(
            "Section", list(SECTIONS), key="lessons-section", bind="query-params", default="Lessons",
            label_visibility="collapsed",
        )  # fmt: skip
    SECTIONS[str(chosen or "Lessons")]()


try:
    lessons()
except TransferError as error:
    st.error(str(error))
