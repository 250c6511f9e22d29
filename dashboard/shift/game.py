"""The game: an image at a time, a button for each domain, and the judge's score beside the person's."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.data.charts import crop
from dashboard.drawing import drawing, framed
from dashboard.shift.heading import headed
from tlcore.runs.chores import Chore

ANSWERS = "naming-answers"  # in the session's state: by the number of a game, the domains that were named
SIZE = 200.0
READ = """
**How to play.** Say from which domain the image is, by a button or by its number on the keyboard. All domains are as
frequent. The judge has been asked about the same images, and has not learned from any of them when it was asked. Most
people find out after some images what gives a domain away: that is what the judge uses too.
"""


def game(chore: Chore) -> None:
    """Twenty images of a finished naming; what was answered stays while the page is open."""
    told, names = chore.result["game"], chore.result["names"]
    answers: list[int] = st.session_state.setdefault(ANSWERS, {}).setdefault(chore.id, [])
    rounds = told["rounds"]
    headed("Can you?", "game", READ, table(names, rounds, answers) if answers else ())
    left, right = st.columns([1, 3], gap="large")
    if len(answers) < len(rounds):
        with left:
            address = f"api/chores/{chore.id}/{told['sheet']}"
            drawing(_image(address, len(answers), told["columns"], len(rounds)), key="game-image")
    with right:
        if answers:
            st.markdown(said(names, rounds[len(answers) - 1], answers[-1]))
        if len(answers) < len(rounds):
            st.caption(f"Image {len(answers) + 1} of {len(rounds)}. It is from …")
            with st.container(horizontal=True):
                for number, name in enumerate(names):
                    if st.button(name, key=f"guess:{number}", shortcut=str(number + 1)):
                        answers.append(number)
                        st.rerun()
        if answers:
            st.markdown(f"**{score(rounds, answers)}**")
        if len(answers) == len(rounds) and st.button("Play again", icon=":material/replay:"):
            answers.clear()
            st.rerun()


def said(names: list[str], asked: Mapping[str, Any], answer: int) -> str:
    """What the last image was, and what the judge said of it."""
    truth, judge = asked["truth"], asked["judge"]
    yours = "You were right" if answer == truth else f"You said {names[answer]}"
    its = "was right" if judge == truth else f"said {names[judge]}"
    sure = words.percent(asked["sure"])
    return f"It was from **{names[truth]}**. {yours}; the judge {its} ({sure} sure)."


def score(rounds: list[Mapping[str, Any]], answers: list[int]) -> str:
    """How many both have right so far."""
    asked = rounds[: len(answers)]
    mine = sum(each["truth"] == answer for each, answer in zip(asked, answers))
    its = sum(each["truth"] == each["judge"] for each in asked)
    return f"You have {mine} of {len(asked)} right, the judge {its}."


def table(names: list[str], rounds: list[Mapping[str, Any]], answers: list[int]) -> list[list[str]]:
    lines = [["Image", "Is from", "You", "The judge"]]
    for number, (each, answer) in enumerate(zip(rounds, answers), start=1):
        lines.append([str(number), names[each["truth"]], names[answer], names[each["judge"]]])
    return lines


def _image(address: str, place: int, columns: int, many: int) -> str:
    blocks = address.endswith(".png")
    return framed(
        SIZE, SIZE, crop(address, place, columns, -(-many // columns), 0, 0, SIZE, blocks), "An image to name."
    )
