"""Lesson mode in Streamlit's own harness, with runs whose events are written by hand; the list, the words, the map."""

import json
from functools import partial
from xml.etree import ElementTree

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.attending import Attending
from dashboard.lessons.chart import _lines, _rows, picture
from dashboard.lessons.class_link import linked
from dashboard.lessons.territory import CHALLENGES, REGIONS, WHEN
from dashboard.lessons.vocabulary import GROUPS, TERMS
from dashboard.storing import store
from tests.dashboard import pages
from tests.dashboard.pages import checked, press
from tlcore import catalogue
from tlcore.cards import Family
from tlcore.errors import UnknownKey
from tlcore.lessons import LESSONS
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated, Finished, Observed

opened = partial(pages.opened, patience=60)


def said(app: AppTest) -> dict[str, str]:
    return {name: values[0] if isinstance(values, list) else values for name, values in app.query_params.items()}


def texts(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption))


def over(runs: Store, number: int, accuracy: float, status: str = "finished") -> None:
    """As if a worker had trained it to that accuracy."""
    values = {"target_accuracy": accuracy, "source_accuracy": 1.0}
    domain, certain = np.array([0, 1], np.uint8), np.array([255, 255], np.uint8)
    look = [Observed(0, "scene", {}, {"domain": domain}), Observed(9, "frame", {"mmd": 0.1}, {"confidence": certain})]
    runs.record(number, [*look, Evaluated(9, values), Finished(9, values)])
    with runs.database.writing() as db:
        db.execute("UPDATE runs SET status = ?, metrics = ? WHERE id = ?", (status, json.dumps(values), number))


def test_a_lesson_from_the_question_to_what_comes_after() -> None:
    app, runs = opened(lesson="7"), store()
    assert not runs.runs()  # nothing runs before the learner has said something
    assert next(each for each in app.button if each.label == "Run and see").disabled
    assert not app.slider
    checked(app.radio[0].set_value("fall below 50 %").run())
    press(app, "Run and see")
    assert [(run.spec.strategy, run.spec.seed) for run in reversed(runs.runs())] == [("source-only", 0), ("dann", 0)]
    assert said(app) == {"lesson": "7", "said": "2"}
    assert "It came out" not in texts(app)

    over(runs, 1, 0.7)
    over(runs, 2, 0.93)
    checked(app.run())
    assert "fall below 50 %" in texts(app)  # you said …
    assert "**It came out:** *rise above 80 %*" in texts(app)
    assert "70 %, with it at 93 %: +23 points" in texts(app)
    assert not app.slider  # still locked

    press(app, "Why?")
    assert "The gradient of the judge is turned round" in texts(app)
    assert [each.label for each in (*app.slider, *app.select_slider, *app.number_input)] == [
        "How far? Rotation", "Reversal strength λ", "Seed",
    ]  # fmt: skip
    press(app, "Turn it to 60°")
    assert (runs.runs()[0].spec.shift, runs.runs()[0].spec.strategy) == (60, "dann")
    assert said(app) == {"lesson": "7", "said": "2"}


def test_whoever_comes_back_finds_the_runs_again_and_a_broken_one_can_be_run_again() -> None:
    runs = store()
    first = Attending.arrive(runs, {"lesson": "a-duel", "seed": "3"})
    first.begin(runs, 1)
    back = Attending.arrive(runs, first.link())
    assert (back.seed, back.said, back.runs) == (3, 1, first.runs)
    assert back.stage(back.rows(runs)) == "running"
    over(runs, 1, 0.7)
    over(runs, 2, 0.5, status="stopped")
    assert back.stage(back.rows(runs)) == "broken"
    runs.delete(2)
    assert back.stage(back.rows(runs)) == "broken"
    assert Attending.arrive(runs, {"lesson": "7"}).said is None  # a teacher's link tells no answer


def test_each_seed_has_its_own_runs() -> None:
    runs = store()
    with pytest.raises(UnknownKey):
        Attending.arrive(runs, {"lesson": "99"})
    here = Attending.arrive(runs, {"lesson": "7", "seed": "5"})
    here.begin(runs, 0)
    assert {run.spec.seed for run in runs.runs()} == {5}
    assert sum(run.spec.hparams["steps"] / (run.pace or 0) for run in runs.runs()) == pytest.approx(10, rel=0.01)


def test_a_lesson_that_there_is_not_is_said() -> None:
    app = opened(lesson="99", d="blobs")
    assert any("lesson" in each.value for each in app.warning)
    assert "lesson" not in said(app)
    assert said(app)["d"] == "blobs"


def test_hidden_controls_stay_hidden_in_the_address() -> None:
    app = opened(d="moons", s="source-only", hide="shift,seed,more")
    labels = [each.label for each in (*app.slider, *app.number_input)]
    assert not {"How far? Rotation", "Seed", "Steps"} & set(labels)
    assert said(app)["hide"] == "more,seed,shift"
    assert linked({"lesson": "7"}, ["seed", "shift"]) == "lesson=7&hide=seed,shift"


def test_the_list_shows_every_lesson() -> None:
    app = opened("views/lessons.py")
    assert all(f"**{each.number} · {each.title}**" in texts(app) for each in LESSONS)
    assert all(each.teacher in texts(app) for each in LESSONS)


def test_every_word_that_a_lesson_uses_is_explained() -> None:
    used = {name for lesson in LESSONS for name in lesson.terms}
    assert used <= TERMS.keys()
    assert {each.group for each in TERMS.values()} <= set(GROUPS)
    assert {key for each in TERMS.values() for key in each.strategies} <= catalogue.strategies().keys()


def test_the_map_has_every_family_once_and_every_strategy() -> None:
    families = [family for region in REGIONS for family in region.families]
    assert sorted(families) == sorted(Family)
    assert WHEN.keys() == set(Family)
    root = ElementTree.fromstring(picture())
    links = {each.get("href") for each in root.iter("a")}
    assert {f"./?s={key}" for key in catalogue.strategies()} <= links
    assert {
        f"./?lesson={lesson.number}" for each in CHALLENGES for lesson in LESSONS if each.term in lesson.terms
    } <= links
    assert {each.term for each in CHALLENGES} <= TERMS.keys()


def test_what_stands_on_the_map_stays_in_its_box() -> None:
    """By the width that the browser gave its letters: no line is longer than its box."""
    assert max(len(line) for words in WHEN.values() for line in _lines(words.split())) * 5.8 <= 268
    long: list[tuple[dict[str, str], str]] = [({}, "x" * 30), ({}, "y" * 30)]
    assert _rows(long) == [long[:1], long[1:]]
    assert _rows([]) == []
