"""Bringing one's own images: an archive or a folder is checked before anything of it is kept."""

import streamlit as st


def importing() -> None:
    st.caption("…")
