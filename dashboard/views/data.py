"""Data: what there is to learn from, what it looks like, and bringing more of it."""

import streamlit as st

from dashboard.data.choosing import choose
from dashboard.data.showing import show
from tlcore.errors import TransferError

try:
    show(choose())
except TransferError as error:
    st.error(str(error))
