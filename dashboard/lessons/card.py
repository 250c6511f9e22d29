"""The card beside the stage: the lesson's text, the prediction, what happened, why, and what to try."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from dashboard import links
from dashboard.data.working import excused
from dashboard.data.working import progress as progress_of
from dashboard.keys import forget
from dashboard.lessons import progress
from dashboard.lessons.attending import STAGES, Attending
from dashboard.lessons.terms import chips
from dashboard.visit import Visit
from tlcore.lessons import COURSES, Lesson, after
from tlcore.lessons.results import percent
from tlcore.runs.chores import Chore
from tlcore.runs.rows import OVER, Run
from tlcore.runs.store import Store

TICK = 0.5  # seconds between two looks at how far the runs are
_ICONS = {"finished": "check_circle", "running": "play_circle", "paused": "pause_circle"}


def attend(visit: Visit, attending: Attending, store: Store) -> None:
    """Draw the card as far as the learner has come, and put the lesson's runs on stage. Raises `TransferError`."""
    rows = attending.rows(store)
    stage = attending.stage(rows)
    _head(attending.lesson, stage)
    if stage == "predict":
        _predict(attending, store)
        return
    _show(visit, attending, rows, stage)
    _said(attending)
    if stage == "running":
        st.markdown(attending.lesson.look)
        st.fragment(_watch, run_every=TICK)(attending, store, dict(rows))
    elif stage == "broken":
        _broken(attending, rows, store)
    elif (drawing := attending.drawing(store, rows)) is not None and drawing.status != "done":
        _drawing(drawing, attending)
    else:
        _reveal(visit, attending, store)


def _head(lesson: Lesson, stage: str) -> None:
    done = {"predict": 1, "running": 2, "broken": 2, "reveal": 3, "explained": 5}[stage]
    dots = "".join("●" if k < done else "○" for k in range(len(STAGES)))
    st.caption(f"{COURSES[lesson.course]} · {dots} {done} of {len(STAGES)}: {STAGES[done - 1]}")
    st.markdown(f"#### {lesson.number} · {lesson.title}")
    if stage != "explained":
        st.markdown(lesson.story)


def _predict(attending: Attending, store: Store) -> None:
    lesson = attending.lesson
    st.markdown("**Predict first**")
    said = st.radio(lesson.question, lesson.answers, index=None, key=f"predict:{lesson.key}:{attending.seed}")
    if st.button("Run and see", type="primary", icon=":material/play_arrow:", disabled=said is None, width="stretch",
                 help="Choose an answer first; then the real runs start, here and now."):  # fmt: skip
        attending.begin(store, lesson.answers.index(str(said)))
        st.rerun()
    chips(lesson.terms)


def _show(visit: Visit, attending: Attending, rows: Mapping[str, Run], stage: str) -> None:
    """The take that runs, with the one before as its ghost; later, whatever the learner has put there."""
    now = attending.on_stage(rows)
    if now is None or stage == "explained":
        return
    name, run = now
    before = list(rows)[: list(rows).index(name)]
    visit.put_on_stage(run, rows[before[-1]].id if before else None)


def _said(attending: Attending) -> None:
    assert attending.said is not None
    st.markdown(f"**You said:** {attending.lesson.question} *{attending.lesson.answers[attending.said]}.*")


def _watch(attending: Attending, store: Store, before: Mapping[str, Run]) -> None:
    rows = attending.rows(store)
    if [run.status in OVER for run in rows.values()] != [run.status in OVER for run in before.values()]:
        st.rerun()
    for name, run in rows.items():
        accuracy = run.metrics.get("target_accuracy")
        known = f", target {percent(accuracy)}" if run.status == "finished" and accuracy is not None else ""
        far = f", step {run.step:,} of {run.steps:,}" if run.status == "running" and run.steps else ""
        state = "waits" if run.status in ("queued", "starting") else run.status
        st.markdown(f":material/{_ICONS.get(run.status, 'hourglass_empty')}: {name}: {state}{far}{known}")


def _drawing(chore: Chore, attending: Attending) -> None:
    """The maps are being drawn, beside the page."""
    st.markdown(attending.lesson.look)
    if not chore.over:
        progress_of(chore)
    elif excused(chore, "Draw them again"):
        st.rerun()


def _broken(attending: Attending, rows: Mapping[str, Run], store: Store) -> None:
    error = next((run.error for run in rows.values() if run.error), None)
    st.warning(error or "One of the lesson's runs was stopped or deleted, so there is nothing to tell yet.")
    if st.button("Run again", type="primary", icon=":material/refresh:", width="stretch"):
        assert attending.said is not None
        attending.begin(store, attending.said)
        st.rerun()


def _reveal(visit: Visit, attending: Attending, store: Store) -> None:
    lesson, said, found = attending.lesson, attending.said, attending.revealed(store)
    progress.note(lesson.key)
    right = found.answer == said
    with st.container(border=True, key="reveal"):
        st.markdown(f":material/{'target' if right else 'lightbulb'}: **It came out:** *{lesson.answers[found.answer]}*"
                    f"{', as you said.' if right else '.'}\n\n{found.sentence}")  # fmt: skip
    if not found.holds:
        st.caption("With this seed the lesson's point did not come out as it usually does. That happens: lesson 11.")
    if not attending.explained:
        if st.button("Why?", type="primary", icon=":material/help:", width="stretch"):
            attending.explained = True
            visit.on_stage = True
            st.rerun()
        return
    st.markdown(f"**Why** {lesson.why}")
    chips(lesson.terms)
    _try(visit, attending, store)
    _next(lesson, visit.hidden)


def _try(visit: Visit, attending: Attending, store: Store) -> None:
    st.markdown("**Try this**")
    for k, each in enumerate(attending.lesson.tries):
        if st.button(each.label, key=f"try:{attending.lesson.key}:{k}", help=each.hint or None, width="stretch"):
            visit.choose(store, replace(each.spec, seed=each.spec.seed + attending.seed))
            visit.begin(store)
            forget()
            st.rerun()


def _next(lesson: Lesson, hidden: frozenset[str]) -> None:
    """What a teacher has left out stays out."""
    following = after(lesson)
    if following is None:
        st.page_link("views/lessons.py", label="All lessons", icon=":material/school:")
        return
    said = {links.LESSON: str(following.number)} | ({links.HIDE: ",".join(sorted(hidden))} if hidden else {})
    label = f"Next: {following.number} · {following.title}"
    st.page_link("views/play.py", label=label, icon=":material/arrow_forward:", query_params=said)
