"""The list of lessons: a card each, in courses, with what this browser has done."""

import streamlit as st

from dashboard.drawing import drawing
from dashboard.lessons import progress
from dashboard.preview import preview
from tlcore.errors import TransferError
from tlcore.lessons import COURSES, LESSONS, Lesson, course

COLUMNS = 4
ABOUT = {
    "why": "What is gained by starting from somewhere else, and what it costs.",
    "shift": "What happens when the world moves, and what can be mended without labels.",
    "judgement": "How to watch, compare and choose without fooling yourself.",
    "more": "Three that stand by themselves.",
}


def listing() -> None:
    done = progress.done(forget=bool(st.session_state.pop("forget-progress", False)))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("Predict first, then run, then see whether you were right. Every lesson trains real networks, here "
                    "and now, in seconds.", width="content")  # fmt: skip
        _progress(done)
    for key, title in COURSES.items():
        lessons = course(key)
        if not lessons:
            continue
        minutes = sum(each.minutes for each in lessons)
        st.markdown(f"##### {title} :gray[· {minutes} minutes]", help=ABOUT[key])
        columns = st.columns(COLUMNS)
        for k, lesson in enumerate(lessons):
            with columns[k % COLUMNS], st.container(border=True, key=f"lesson-{lesson.key}", height="stretch"):
                _card(lesson, lesson.key in done)


def _progress(done: set[str]) -> None:
    count = sum(each.key in done for each in LESSONS)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.markdown(f"{count} of {len(LESSONS)} done", help="Kept in this browser, and nowhere else.", width="content")
        if count and st.button("Forget", type="tertiary", help="Begin anew: takes all ticks away, in this browser."):
            st.session_state["forget-progress"] = True
            st.rerun()


def _card(lesson: Lesson, done: bool) -> None:
    _picture(lesson)
    tick = ":green[:material/check_circle:] " if done else ""
    st.markdown(f"{tick}**{lesson.number} · {lesson.title}**  \n{lesson.teaser}")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.page_link(
            "views/play.py", label="Again" if done else "Begin", icon=":material/play_circle:",
            query_params={"lesson": str(lesson.number)}, help=f"{lesson.number} · {lesson.title}",
        )  # fmt: skip
        st.caption(f"{lesson.minutes} min", width="content")
        with st.popover("Notes", type="tertiary", help="For whoever teaches it"):
            st.markdown(f"**{lesson.number} · {lesson.title}**: notes for the teacher\n\n{lesson.teacher}")
            st.caption(f"`tlcore lesson run {lesson.key} --seeds 5` takes it five times, without the page.")


def _picture(lesson: Lesson) -> None:
    """The data of the take that stays on stage, as the lesson turns it."""
    spec = list(lesson.runs().values())[-1]
    try:
        drawing(preview(spec.scenario, spec.shift, spec.settings, spec.seed), key=f"picture:{lesson.key}")
    except TransferError as error:
        st.caption(str(error))
