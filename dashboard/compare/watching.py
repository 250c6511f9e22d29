"""Comparisons that were started from here: how far they are, how long still, pause, go on, cancel.

A button keeps its place and its key whatever it says: a press is a pointer going down and coming up on the very same
button, and where another one took its place in between, the press was lost.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.storing import store
from tlcore.errors import TransferError
from tlcore.runs import queueing
from tlcore.runs.headway import Progress
from tlcore.runs.queueing import UNDER_WAY, Asked

TICK = 1.0  # seconds between two looks
SHOWN = 4  # comparisons
WIDE = 118  # pixels of a button, so that none moves when another says something else
TWICE = 0.4  # seconds: the second press of a double click is not meant for what the button says by then
PRESSED = "compare-pressed"  # in the session's state: when


def watching() -> None:
    """A line for each of the last comparisons; the page is drawn anew when a run has ended."""
    asked = queueing.all_asked(store())[:SHOWN]
    if asked:
        busy = any(each.state(store()) in UNDER_WAY for each in asked)
        st.fragment(_lines, run_every=TICK if busy else None)(_done(asked))


def newest() -> int:
    """The number of the last comparison that was started; 0 if there is none."""
    return max((each.number for each in queueing.all_asked(store())), default=0)


def title(asked: Asked) -> str:
    """ "6 strategies × 2 kinds of data × 3 seeds"."""
    compared = asked.comparison
    if compared.name:
        return compared.name
    first = words.first_up(words.data_title(compared.scenarios[0]))
    data = first if len(compared.scenarios) == 1 else f"{len(compared.scenarios)} kinds of data"
    many = len(compared.strategies)
    return f"{many} strateg{'y' if many == 1 else 'ies'} × {data} × {_seeds(len(compared.seeds))}"


def said(now: Progress, state: str) -> str:
    """ "7 of 18 runs · 1 under way · 12 s left"."""
    told = [f"{now.done} of {now.all} runs"]
    if now.failed:
        told.append(f"{now.failed} failed")
    if state == "running":
        told.append(f"{now.under_way} under way" if now.under_way else "waiting for the worker")
        told += [f"{words.duration(max(1.0, now.left))} left"] if now.left is not None else []
    return " · ".join([*told, *([state] if state != "running" else [])])


def _lines(drawn: Sequence[Any]) -> None:
    asked = queueing.all_asked(store())[:SHOWN]
    if _done(asked) != drawn:
        st.rerun()
    for each in asked:
        state, now = each.state(store()), each.progress(store())
        with st.container(horizontal=True, vertical_alignment="center", key=f"asked-{each.number}"):
            st.progress(min(1.0, now.share), f"**{title(each)}** · {said(now, state)}")
            if state in ("paused", "stopped"):
                _button("turn", "Go on", "play_arrow", each, queueing.go_on, "From the last checkpoint of each run.")
            elif state in UNDER_WAY:
                what = "What trains is saved, and goes on when you say so."
                _button("turn", "Pause", "pause", each, queueing.pause, what, off=state != "running")
            if state in UNDER_WAY or state == "paused":
                what = "What has begun is kept, the rest is forgotten."
                _button("end", "Cancel", "stop_circle", each, queueing.cancel, what)
            else:
                _button("end", "Close", "close", each, queueing.forget, "Takes this line away; the runs stay.")


def _button(
    place: str, label: str, icon: str, asked: Asked, act: Callable[..., None], what: str, off: bool = False
) -> None:
    """Acts before anything is drawn: the line may be drawn anew in the very moment in which it is pressed."""
    key = f"{place}:{asked.number}"
    st.button(
        label, icon=f":material/{icon}:", key=key, help=what, width=WIDE, disabled=off, on_click=_act, args=(act, asked)
    )


def _act(act: Callable[..., None], asked: Asked) -> None:
    before, now = st.session_state.get(PRESSED, 0.0), time.monotonic()
    if now - before < TWICE:
        return
    st.session_state[PRESSED] = now
    try:
        act(store(), asked)
    except TransferError as error:
        st.session_state["compare-notice"] = str(error)


def _done(asked: Sequence[Asked]) -> tuple[Any, ...]:
    """Changes when there is something new to compare, or another button to press."""
    return tuple((each.number, each.state(store()), (now := each.progress(store())).done, now.failed) for each in asked)


def _seeds(many: int) -> str:
    return f"{many} seed{'' if many == 1 else 's'}"
