"""Inspect: one run, image by image, at any step."""

import streamlit as st

from dashboard.inspect.choosing import choose
from dashboard.inspect.showing import show
from tlcore.errors import TransferError

try:
    if choice := choose():
        show(choice)
except TransferError as error:
    st.error(str(error))
