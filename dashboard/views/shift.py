"""Shift: how far two domains are for a backbone, before any training."""

import streamlit as st

from dashboard.shift.choosing import choose
from dashboard.shift.showing import show
from tlcore.errors import TransferError

try:
    show(choose())
except TransferError as error:
    st.error(str(error))
