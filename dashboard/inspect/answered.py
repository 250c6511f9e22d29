"""What a trained network answered to one's own picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from dashboard.drawing import drawing
from dashboard.inspect import charts, parts
from dashboard.inspect.choosing import Choice
from dashboard.inspect.headings import headed
from dashboard.inspect.pictures import SMALL, address, heated, kept
from dashboard.inspect.texts import ANSWERS, GRAD_CAM, NEIGHBOURS
from tlcore.runs.chores import Chore
from tlcore.training.events import Array

FIRST = 5  # classes, the surest first


def answered(choice: Choice, chore: Chore, file: Path) -> None:
    told, history = chore.result, choice.history
    try:
        arrays = kept(file, file.stat().st_mtime)
    except OSError:
        st.caption("What was found is gone: ask again.")
        return
    shares = np.array(told["probabilities"])
    best = int(shares.argmax())
    st.markdown(f"#### {history.named(best)}, {charts.percent(shares[best])} sure")
    channels, high, wide = told["shape"]
    st.caption(
        " ".join([f"The network saw {wide} × {high} pixels{', grey' if channels == 1 else ''}.", *told["remarks"]])
    )
    _seen(choice, told, arrays)
    headed("How sure it is of each class", "answers", ANSWERS, _answer_rows(choice, told))
    order = shares.argsort()[::-1][:FIRST].tolist()
    sure = {history.named(k): float(shares[k]) for k in order}
    drawing(charts.bars(sure, "Answers.", lambda share: f"{share:.1%}"), key="own-answers")
    _near(choice, told, arrays)


def _seen(choice: Choice, told: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """The picture as it entered, and where each network looks."""
    picture = arrays["picture"][0]
    blocks = max(picture.shape[:2]) <= SMALL
    items = [_still(address(picture), "what it sees", "", "your picture as the network sees it", blocks)]
    for suffix, who in (("", "this run"), ("_beside", "source-only")):
        if f"probabilities{suffix}" not in told:
            continue
        shares = np.array(told[f"probabilities{suffix}"])
        answer, sure = choice.history.named(int(shares.argmax())), charts.percent(float(shares.max()))
        heat = arrays.get(f"heat{suffix}")
        if heat is not None and heat[0].any():
            said = f"where {who} looks for its answer {answer}, {sure} sure"
            items.append(_still(address(heated(picture, heat[0])), f"{who}: {answer}", sure, said))
    headed("Where it looks", "own-where", GRAD_CAM, [])
    _samples("own-where", "Your picture, and where the networks look", items)
    if told.get("where"):
        st.caption(told["where"])


def _near(choice: Choice, told: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    rows = [["Domain", "True", "Distance"]]
    shown = []
    for domain in ("source", "target"):
        near, items = told["near"][domain], []
        for k, away in enumerate(near["distances"]):
            label = choice.history.named(near["labels"][k]) if near["labels"] else "no label"
            said = f"{domain} training image, {label}, {away:.3g} away"
            picture = arrays[f"near_{domain}"][k]
            items.append(_still(address(picture), label, f"{away:.3g} away", said, max(picture.shape[:2]) <= SMALL))
            rows.append([domain, label, f"{away:.3g}"])
        shown.append((domain, items))
    headed("Nearest training images", "own-near", NEIGHBOURS, rows)
    for domain, items in shown:
        _samples(f"own-near-{domain}", f"Nearest in the {domain}", items)
    among = told["near"]["source"]["among"], told["near"]["target"]["among"]
    st.caption(
        f"Upper row: out of {among[0]:,} source images. "
        f"Lower row: out of {among[1]:,} target images, which have no labels."
    )


def _still(src: str, words: str, small: str, said: str, blocks: bool = False) -> dict[str, Any]:
    return {"id": -1, "src": src, "blocks": blocks, "words": words, "small": small, "said": said, "still": True}


def _samples(key: str, label: str, items: list[dict[str, Any]]) -> None:
    parts.samples(key, {"label": label, "items": items, "classes": 0, "chosen": None, "large": True}, lambda _: None)


def _answer_rows(choice: Choice, told: Mapping[str, Any]) -> list[list[str]]:
    beside = told.get("probabilities_beside")
    rows = [["Class", "This run", *(["Source-only"] if beside else [])]]
    for k, share in enumerate(told["probabilities"]):
        rows.append([choice.history.named(k), f"{share:.1%}", *([f"{beside[k]:.1%}"] if beside else [])])
    return rows
