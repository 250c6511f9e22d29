"""The keys of the sidebar's controls in the session's state.

A key holds what its control depends on, so that the control begins anew when that changes.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

OWN = "choice:"  # how all of them begin


def key_for(name: str, value: Any, among: Sequence[Any] | None = None) -> str:
    """The key of a control that shows `value` first, and from then on what a person chose (`among` these)."""
    key = OWN + name
    if key not in st.session_state or (among is not None and st.session_state[key] not in among):
        st.session_state[key] = value
    return key


def forget() -> None:
    """Let the controls show another experiment: they take their values from the spec again."""
    for key in [key for key in st.session_state if str(key).startswith(OWN)]:
        del st.session_state[key]
