"""Ctrl+Enter everywhere: chips keep Enter to themselves, so Streamlit's own shortcut is silent on them."""

import streamlit as st

_SCRIPT = """
export default function () {
  const press = event => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter") return
    if (!event.target.closest?.("[role=radio]")) return
    event.preventDefault()
    event.stopPropagation()
    document.querySelector(".st-key-go button")?.click()
  }
  document.addEventListener("keydown", press, true)
  return () => document.removeEventListener("keydown", press, true)
}
"""


def run_shortcut_on_chips() -> None:
    """Let Ctrl+Enter press Run while the focus is on a chip."""
    st.components.v2.component("run_shortcut", html="<span></span>", js=_SCRIPT)(key="run-shortcut", height=1)
