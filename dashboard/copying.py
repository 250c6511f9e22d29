"""What the popover "Copy as Python" holds: this experiment as a script, a command line and a file."""

from pathlib import PurePath

import streamlit as st

from dashboard.sharing import command_line, config, script
from tlcore.runs.spec import RunSpec

SCRIPT, FILE = PurePath("run.py"), PurePath("run.toml")
WHY = "Whichever you take, it ends at the number that this page ends at, on the same machine to the last digit."


def copying(spec: RunSpec) -> None:
    """Before a run and after it: the choices alone decide what is here."""
    as_script, as_command, as_file = st.tabs(["Python", "Command line", "File"])
    with as_script:
        st.code(script(spec), language="python", height=420)
        _download(script(spec), SCRIPT, "text/x-python")
    with as_command:
        st.code(command_line(spec), language="bash", wrap_lines=True)
    with as_file:
        st.code(config(spec), language="toml", height=360)
        _download(config(spec), FILE, "application/toml")
        st.caption(f"Train it with `tlcore run --config {FILE}`.")
    st.caption(WHY)


def _download(text: str, name: PurePath, kind: str) -> None:
    st.download_button(
        f"Save as {name}", text, str(name), kind, icon=":material/download:", on_click="ignore", key=f"save:{name}"
    )
