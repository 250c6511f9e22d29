"""A heading of the Shift page, with what its drawing means and the same numbers as a table beside it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.data.texts import table


def headed(title: str, what: str, meaning: str, rows: Sequence[Sequence[str]] = ()) -> None:
    """`what` names it, once on a page; without rows there is no table."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{what}", gap="small"):
        st.markdown(f"##### {title}", width="content")
        with st.popover("How to read this", type="tertiary", key=f"read-{what}"):
            st.markdown(meaning)
        if rows:
            with st.popover("Table", type="tertiary", key=f"table-{what}"):
                st.markdown(table(rows))
