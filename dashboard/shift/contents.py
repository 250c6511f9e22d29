"""What differs in the domains themselves: their pixels, how frequent each class is, and which classes both have."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.drawing import drawing
from dashboard.shift.heading import headed
from dashboard.shift.labels import OVERLAP, SHARES, believed, overlap, overlap_rows, share_rows, shares
from dashboard.shift.pixels import PIXELS, histograms, pixel_rows, said


def contents(told: Mapping[str, Any]) -> None:
    """The section, from what a measurement found."""
    left, right = st.columns(2, gap="large")
    with left:
        if told["pixels"] is not None:
            headed("Brightness and contrast", "pixels", PIXELS, pixel_rows(told["pixels"]))
            drawing(histograms(told["pixels"]), key="shift-pixels")
            st.caption(said(told["pixels"]))
        headed("Classes that both domains have ⚑", "overlap", OVERLAP, overlap_rows(told["labels"]["overlap"]))
        drawing(overlap(told["labels"]["overlap"]), key="shift-overlap")
    with right:
        labels = told["labels"]
        headed("How frequent each class is", "shares", SHARES, share_rows(labels))
        drawing(shares(labels), key="shift-shares")
        st.caption(believed(labels, told["samples"]))
