"""The Inspect page: on the left the run as a whole, on the right its samples."""

from typing import Any

import streamlit as st

from dashboard.drawing import drawing
from dashboard.inspect import charts, parts
from dashboard.inspect.choosing import Choice
from dashboard.inspect.gallery import gallery, picked_cell
from dashboard.inspect.headings import headed
from dashboard.inspect.judging import confusion, confusion_rows, of_domain, per_class
from dashboard.inspect.looking import looked, say
from dashboard.inspect.mapping import embedding
from dashboard.inspect.network import network
from dashboard.inspect.own import own
from dashboard.inspect.sample import sample
from dashboard.inspect.texts import CLASSES, CONFUSION
from tlcore import catalogue

CONFUSIONS, MAP, NETWORK, OWN = "Confusions", "Map", "Network", "Try your own"
VIEWS = (CONFUSIONS, MAP, NETWORK, OWN)
MOST = 24  # classes in the dumb-bells, those with the widest gap


def show(choice: Choice) -> None:
    view = st.segmented_control(
        "View", VIEWS, default=CONFUSIONS, key="inspect-view", label_visibility="collapsed", required=True
    )
    if view == OWN:
        own(choice)
        return
    found = looked(choice)
    left, right = st.columns([1, 1], gap="large")
    with left:
        if view == MAP:
            embedding(choice)
        elif view == NETWORK:
            network(choice, found)
        else:
            _confusions(choice)
    with right:
        if view != NETWORK:
            say(choice, found)
        row = gallery(choice, found)
        if row is not None:
            sample(choice, found, row)


def _confusions(choice: Choice) -> None:
    history, frame = choice.history, choice.history.frames[choice.step]
    rows = of_domain(history, choice.domain)
    told = confusion(history, frame, rows)
    truths, given, counts = told
    right = float((frame.predicted == history.label)[rows].mean())
    headed(f"Answers, {choice.domain.lower()}: {charts.percent(right)} right", "confusion", CONFUSION,
            confusion_rows(history, told))  # fmt: skip
    if said := _asked_otherwise(choice):
        st.caption(said)
    cell = st.session_state.get("inspect-cell")
    at = [truths.index(cell[0]), given.index(cell[1])] if cell and cell[0] in truths and cell[1] in given else None

    def pick(place: Any) -> None:
        picked_cell(truths[int(place[0])], given[int(place[1])])

    parts.matrix(
        "inspect-matrix",
        {"label": "Confusion matrix: percentages of each row", "rows": [history.named(each) for each in truths],
         "columns": [history.named(each) for each in given], "counts": counts.tolist(), "chosen": at,
         "same": [[truth == answer for answer in given] for truth in truths]},
        pick,
    )  # fmt: skip
    _per_class(choice)


def _per_class(choice: Choice) -> None:
    history = choice.history
    shares = per_class(history, history.frames[choice.step])
    widest = sorted(shares, key=lambda each: -abs((shares[each][0] or 0) - (shares[each][1] or 0)))[:MOST]
    pairs = {history.named(each): shares[each] for each in widest}
    rows = [["Class", "Source", "Target"], *([name, *map(charts.percent, pair)] for name, pair in pairs.items())]
    headed("Class by class", "classes", CLASSES, rows)
    drawing(charts.dumb_bells(pairs, "Share of right answers, source and target."), key="inspect-classes")
    if len(shares) > MOST:
        st.caption(f"The {MOST} classes with the widest gap, of {len(shares)}.")


def _asked_otherwise(choice: Choice) -> str:
    """What the answers are worth where the run's exam does not ask for classes; empty where it does."""
    if choice.run is None:
        return ""
    spec = choice.run.spec
    if catalogue.strategy(spec.strategy)["card"]["answers"] == "clusters":
        return "This strategy answers with clusters, whose numbers mean nothing: look for rows with one strong column."
    if catalogue.turned(spec.scenario, spec.settings)["exam"] == "episodes":
        return "The exam asks in episodes of new classes; these are the answers of the head, which knows the old ones."
    return ""
