"""What is stored on this machine: collections, and the image cache."""

import streamlit as st


def machine() -> None:
    st.caption("…")
