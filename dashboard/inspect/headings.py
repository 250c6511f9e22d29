"""A heading, with what is under it in words and as a table."""

from collections.abc import Sequence

import streamlit as st

from dashboard.data.texts import table


def headed(title: str, what: str, meaning: str, rows: Sequence[Sequence[str]]) -> None:
    """`what` names it on this page; of a table, the first row is the head."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{what}", gap="small"):
        st.markdown(f"##### {title}", width="content")
        with st.popover("What is this?", type="tertiary"):
            st.markdown(meaning)
        if len(rows) > 1:
            with st.popover("Table", type="tertiary"):
                st.markdown(table(rows))
