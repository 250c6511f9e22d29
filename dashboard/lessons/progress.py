"""Which lessons are done: kept in the learner's own browser, so that a class may share one server.

A component without a face. It reads the list from the browser's storage when a page opens, and adds what it is told.
"""

import streamlit as st

# More than one line, or Streamlit takes it for the path of a file.
_SCRIPT = """
const KEY = "transfer-lab-lessons"
const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? [] } catch { return [] } }
export default function ({ data, setStateValue }) {
  let done = read().filter(each => typeof each === "string")
  if (data.forget) done = []
  if (data.note && !done.includes(data.note)) done.push(data.note)
  try { localStorage.setItem(KEY, JSON.stringify(done)) } catch { /* a private window keeps nothing */ }
  if (data.ask && data.known.join() !== done.join()) setStateValue("done", done)
}
"""


def note(key: str) -> None:
    """A lesson was taken to its reveal."""
    _mounted("progress-note", {"note": key, "ask": False, "known": [], "forget": False})


def done(forget: bool = False) -> set[str]:
    """The keys of the lessons that this browser has seen; empty in the first moment of a page."""
    known = sorted((st.session_state.get("progress") or {}).get("done") or [])
    result = _mounted("progress", {"note": "", "ask": True, "known": known, "forget": forget})
    return set(result.get("done") or [])


def _mounted(key: str, data: dict[str, object]) -> dict[str, list[str]]:
    component = st.components.v2.component("transfer_lab_progress", js=_SCRIPT, isolate_styles=False)
    result: dict[str, list[str]] = component(key=key, data=data, on_done_change=lambda: None, height="content")
    return result
