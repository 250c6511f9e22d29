"""Compare: which strategy wins where, for how much, and how sure that is."""

import streamlit as st

from dashboard.compare.showing import show
from tlcore.errors import TransferError

try:
    show()
except TransferError as error:
    st.error(str(error))
