"""What moved in the network layer by layer, and whether it is as often right as it says."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.drawing import drawing
from dashboard.inspect import charts
from dashboard.inspect.choosing import Choice
from dashboard.inspect.headings import headed
from dashboard.inspect.looking import Looked, say
from dashboard.inspect.texts import ALIKE, CALIBRATION, MOVED


def network(choice: Choice, found: Looked) -> None:
    if not found.told:
        say(choice, found)
        return
    told, layers = found.told, found.told["layers"]
    st.caption(f"At step {told['step']:,}, the run's last checkpoint, whatever step is chosen above.")
    moved = {f"{each['part']}, weights": each["weights"] for each in layers}
    moved |= {f"{each['part']}, statistics": each["statistics"] for each in layers if each["statistics"] is not None}
    headed("How far each part moved", "moved", MOVED, _moved_rows(layers))
    drawing(
        charts.bars(_in_order(moved), "How far each part moved, relative to its length at the start."),
        key="inspect-moved",
    )
    headed("How alike its features are to those before", "alike", ALIKE, _alike_rows(layers))
    alike = {each["part"]: tuple(each["alike"]) for each in layers}
    drawing(charts.dumb_bells(alike, "Likeness (CKA) to before training, source and target."), key="inspect-alike")  # type: ignore[arg-type]
    if told["calibration"]:
        headed("As often right as it says?", "calibration", CALIBRATION, charts.reliability_rows(told["calibration"]))
        drawing(charts.reliability(told["calibration"]), key="inspect-calibration")
    else:
        st.caption("Calibration is about naming classes of an exam, and this run's exam asks for something else.")


def _in_order(moved: Mapping[str, float | None]) -> dict[str, float | None]:
    """A part's weights, then its statistics, part by part."""
    parts = list(dict.fromkeys(name.partition(", ")[0] for name in moved))
    return {
        name: moved[name] for part in parts for name in (f"{part}, weights", f"{part}, statistics") if name in moved
    }


def _moved_rows(layers: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    rows = [["Part", "Weights moved", "Statistics moved", "Weights in it"]]
    for each in layers:
        rows.append(
            [each["part"], *(charts.number(each[name]) for name in ("weights", "statistics")), f"{each['count']:,}"]
        )
    return rows


def _alike_rows(layers: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [["Part", "Source", "Target"]] + [[each["part"], *map(charts.percent, each["alike"])] for each in layers]
