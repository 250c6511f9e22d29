"""One sample looked at closely: what it was taken for over the run, where the network looks, and what lies near it."""

from typing import Any

import streamlit as st

from dashboard.inspect import parts
from dashboard.inspect.choosing import Choice
from dashboard.inspect.gallery import ITEM
from dashboard.inspect.headings import headed
from dashboard.inspect.judging import SOURCE, TARGET, nearest, of_domain, spells
from dashboard.inspect.looking import Looked, offer
from dashboard.inspect.pictures import address, heated, item, thumb
from dashboard.inspect.texts import GRAD_CAM, NEIGHBOURS

COUNT = 5  # neighbours in each domain


def sample(choice: Choice, found: Looked, row: int) -> None:
    history = choice.history
    frame, picture = history.frames[choice.step], thumb(history, found.arrays, row)
    told = item(history, frame, row, picture)
    with st.container(border=True, key="inspect-sample"):
        with st.container(horizontal=True, vertical_alignment="center", key="head-sample"):
            st.markdown(f"**Sample {row}**, {_domain(choice, row)}: {_over_time(choice, row)}", width="stretch")
            if st.button("Close", key="inspect-close", type="tertiary"):
                del st.session_state[ITEM]
                st.rerun()
        _where(choice, found, row, {**told, "still": True})
        _near(choice, found, row)


def _domain(choice: Choice, row: int) -> str:
    return choice.history.target if choice.history.target_rows[row] else choice.history.source


def _over_time(choice: Choice, row: int) -> str:
    """What it was taken for: "3 until step 40, 8 until step 120, 3 since"."""
    history, told = choice.history, []
    every = spells(history, row)
    if len(every) == 1:
        return f"answered {history.named(every[0][2])} at every look."
    shown = every if len(every) <= 6 else [*every[:2], *every[-3:]]
    for first, last, answer in shown[:-1]:
        told.append(f"{history.named(answer)} until step {last:,}")
        if len(every) > 6 and (first, last, answer) == shown[1]:
            told.append(f"{len(every) - 5} changes more")
    return f"answered {', '.join(told)}, and {history.named(every[-1][2])} since step {every[-1][0]:,}."


def _where(choice: Choice, found: Looked, row: int, own: dict[str, Any]) -> None:
    history, arrays = choice.history, found.arrays
    items, rows = [own], [["Network", "Answer", "Sure", "Next"]]
    for suffix, who in (("", "this run"), ("_beside", "source-only")):
        if f"probabilities{suffix}" not in arrays:
            continue
        shares = arrays[f"probabilities{suffix}"][row].astype(float)
        best, second = shares.argsort()[::-1][:2].tolist()
        answer, sure = history.named(best), f"{shares[best]:.0%}".replace("%", " %")
        rows.append([who, answer, sure, f"{history.named(second)}, {shares[second]:.0%}"])
        heat, picture = arrays.get(f"heat{suffix}"), own.get("src")
        if heat is None or picture is None:
            continue
        shown = address(heated(arrays["pictures"][row], heat[row]))
        said = f"where {who} looks for its answer {answer}, {sure} sure"
        wrong = best != int(history.label[row])
        items.append({"id": -1, "src": shown, "words": f"{who}: {answer}", "small": sure, "said": said, "wrong": wrong,
                      "class": best, "still": True})  # fmt: skip
    headed("Where it looks", "where", GRAD_CAM, rows)
    parts.samples(
        "inspect-where", {"label": "The sample, and where the networks look", "items": items,
                          "classes": len(history.classes), "chosen": None, "large": True}, _pick,
    )  # fmt: skip
    if found.told.get("where"):
        st.caption(found.told["where"])
    elif found.told and "heat" in arrays and not arrays["heat"][row].any():
        late = ", or the time for Grad-CAM was up before it came to it" if found.told.get("late") else ""
        st.caption(f"Without orange: nothing in this image speaks for the answer{late}.")
    offer(choice, found)


def _near(choice: Choice, found: Looked, row: int) -> None:
    history = choice.history
    step = history.features_at(choice.step)
    if step is None:
        st.caption("Neighbours need features, and none were kept at any step of this run.")
        return
    frame, rows = history.frames[choice.step], [["Domain", "Sample", "True", "Distance"]]
    shown = []
    for domain in (SOURCE, TARGET):
        close = nearest(history.features[step], row, of_domain(history, domain), COUNT)
        shown.append(
            [item(history, frame, each, thumb(history, found.arrays, each), f"{away:.3g} away") for each, away in close]
        )
        rows += [[domain, str(each), history.named(int(history.label[each])), f"{away:.3g}"] for each, away in close]
    headed("Nearest in feature space", "near", NEIGHBOURS, rows)
    for domain, items in zip((SOURCE, TARGET), shown):
        parts.row(f"inspect-near-{domain}", f"Nearest in the {domain.lower()}", items, len(history.classes), _pick)
    st.caption(f"Upper row: source. Lower row: target. By the features of step {step:,}.")


def _pick(row: Any) -> None:
    if row >= 0:
        st.session_state[ITEM] = int(row)
