"""What the popover "Copy as Python" holds: this experiment as a script, a command line and a file; its model."""

from pathlib import PurePath

import streamlit as st

from dashboard.sharing import command_line, config, script
from dashboard.storing import store
from dashboard.taking import taking
from tlcore.runs.spec import RunSpec

SCRIPT, FILE = PurePath("run.py"), PurePath("run.toml")
WHY = "Script, command and file: each ends at the number that this page ends at, on the same machine to the last digit."


def copying(spec: RunSpec, run: int | None = None) -> None:
    """Before a run and after it: the choices alone decide what is here, but for the trained model of `run`."""
    as_script, as_command, as_file, as_model = st.tabs(["Python", "Command line", "File", "Model"])
    with as_script:
        st.code(script(spec), language="python", height=420)
        _download(script(spec), SCRIPT, "text/x-python")
    with as_command:
        st.code(command_line(spec), language="bash", wrap_lines=True)
    with as_file:
        st.code(config(spec), language="toml", height=360)
        _download(config(spec), FILE, "application/toml")
        st.caption(f"Train it with `tlcore run --config {FILE}`.")
    with as_model:
        taking(store(), run, "copy")
    st.caption(WHY)


def _download(text: str, name: PurePath, kind: str) -> None:
    st.download_button(
        f"Save as {name}", text, str(name), kind, icon=":material/download:", on_click="ignore", key=f"save:{name}"
    )
