"""Every table to take away, as CSV and as Parquet."""

from io import BytesIO
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd


def downloads(table: "pd.DataFrame", name: str, what: str = "") -> None:
    """Two buttons side by side, below what they hold; the files are made when one of them is pressed."""
    if what:
        st.caption(what)
    with st.container(horizontal=True, key=f"take-{name}", gap="small"):
        st.download_button(
            "CSV", lambda: as_csv(table), file_name=f"{name}.csv", mime="text/csv", key=f"csv-{name}",
            icon=":material/download:", on_click="ignore", help="This table as text, with commas between.",
        )  # fmt: skip
        st.download_button(
            "Parquet", lambda: as_parquet(table), file_name=f"{name}.parquet", key=f"parquet-{name}",
            mime="application/vnd.apache.parquet", icon=":material/download:", on_click="ignore",
            help="This table for pandas, Polars, DuckDB or R, with the kind of every column.",
        )  # fmt: skip


def as_csv(table: "pd.DataFrame") -> bytes:
    return table.to_csv(index=False).encode()


def as_parquet(table: "pd.DataFrame") -> bytes:
    file = BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()
