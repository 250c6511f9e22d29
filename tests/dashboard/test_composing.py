"""Labels and composed shifts on the page: what their controls say, and what stays when a shift has a name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import compositions as offered
from dashboard import links, words
from dashboard.chooser import PICKED
from dashboard.composer import STATE, tile
from dashboard.composer import _drawn as _drawn_galleries
from dashboard.composition_controls import BASE
from dashboard.preview import chip, preview
from dashboard.readings import About, labels_told
from dashboard.sharing import command_line
from dashboard.table import rows
from dashboard.visit import Visit
from tests.dashboard.pages import checked, opened
from tests.dashboard.test_controls import _drawn, _labels, _pick, _said
from tlcore import scenarios
from tlcore.errors import OutOfRange
from tlcore.library import compositions
from tlcore.library.compositions import Composition
from tlcore.runs.spec import ALL_LABELS, RunSpec
from tlcore.runs.store import Store

FOG = RunSpec("dann", "handwritten~shifted", shift=80, settings={"contrast": -60, "blur": 20})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    return tmp_path


def _slider(app: AppTest, label: str) -> Any:
    return next(each for each in app.slider if each.label.endswith(label))


def _button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def test_dials_about_labels_stand_where_they_make_sense() -> None:
    assert "Wrong labels" in _labels(_drawn(RunSpec("dann", "moons")))
    assert "Classes that the source lacks" not in _labels(_drawn(RunSpec("dann", "moons")))
    asked = RunSpec("dann", "shapes", settings={"label_noise": 40, "source_missing": 2})
    app = _drawn(asked)
    assert _said(app) == links.normal(asked)
    assert app.expander[0].label == "Labels: 40 % wrong, 2 new"
    assert any("Target labels: 0 per class" in each.value for each in app.caption)


def test_sliders_never_leave_the_domains_without_a_shared_class() -> None:
    app = _drawn(RunSpec("dann", "shapes", settings={"source_missing": 3}))
    target = _slider(app, "Classes that the target lacks")
    assert target.max == 1
    target.set_value(1.0)
    assert _said(app.run()).settings == {"source_missing": 3, "target_missing": 1}


def test_every_label_can_be_bought_and_is_called_all() -> None:
    app = _drawn(RunSpec("fine-tune", "shapes"))
    budget = next(each for each in app.select_slider if each.label == "Target labels per class")
    assert budget.options == ["1", "2", "5", "10", "20", "50", "all"]
    budget.set_value(ALL_LABELS)
    said = _said(app.run())
    assert said.target_labels == ALL_LABELS
    assert links.write(said)["lab"] == "all" and links.read(links.write(said)) == (said, [])
    assert "--target-labels all" in command_line(said)
    assert labels_told(About(labels=ALL_LABELS)) == "with every target label"


def test_wrong_labels_are_seen_under_the_pictures() -> None:
    assert ">circl<" not in preview("shapes", 50, {}, 0)
    assert ">circl<" in preview("shapes", 50, {"label_noise": 40.0}, 0)


def test_the_controls_of_a_composed_shift_say_what_they_were_given() -> None:
    app = _drawn(FOG)
    assert _said(app) == links.normal(FOG)
    assert {"Rotation", "Colour", "Class mix", "Shift of"} <= set(_labels(app))


def test_a_new_shift_begins_with_something_to_see_and_goes_over_to_other_data() -> None:
    app = _pick(_drawn(RunSpec("dann", "moons")), "scenario", "shapes~shifted")
    app.session_state["asked"] = _said(app)
    assert _said(app).settings == dict(offered.STARTER)
    _slider(app, "Rotation").set_value(75.0)
    app.session_state["asked"] = _said(app.run())
    said = _said(_pick(app, BASE, "letters"))
    assert said.scenario == "letters~shifted" and said.settings == {"rotate": 75, "noise": 10}


def test_a_shift_is_saved_under_a_name_offered_by_it_and_forgotten() -> None:
    app = _drawn(FOG)
    app.text_input[0].set_value("Fog over the lake").run()
    _button(app, "Save").click().run()
    said: RunSpec = app.session_state["said"]
    assert said.name == "Fog over the lake" and not app.exception
    assert compositions.find(said.name) == Composition(said.name, FOG.scenario, 80, {"contrast": -60, "blur": 20})
    assert next(key for key, _ in offered.group()) == "composition:Fog over the lake" == offered.chosen(said)
    elsewhere = _pick(_drawn(RunSpec("dann", "moons", seed=3)), "scenario", "composition:Fog over the lake")
    assert links.write(elsewhere.session_state["said"]) == {**links.write(said), "seed": "3"}
    _button(app, "Forget").click().run()
    assert compositions.entries() == {} and app.session_state["said"].name == ""


def test_a_name_is_of_one_shift_whatever_its_labels() -> None:
    app = _drawn(RunSpec(**{**FOG.as_json(), "name": "Fog"}))
    _slider(app, "Wrong labels").set_value(20.0)
    app.run()
    assert app.session_state["said"].name == "Fog"
    _slider(app, "Blur").set_value(25.0)
    app.run()
    assert app.session_state["said"].name == ""


def test_a_damaged_list_is_one_sentence_beside_the_controls(home: Path) -> None:
    (home / "library").mkdir()
    (home / "library" / compositions.FILE).write_text("{")
    app = _drawn(FOG)
    assert not app.exception and any("cannot be read" in each.value for each in app.caption)


def test_the_link_of_a_named_shift_carries_its_name_and_opens_the_same_run(tmp_path: Path) -> None:
    named = RunSpec(**{**FOG.as_json(), "name": "Fog over the lake"})
    link = links.write(named)
    assert link == {
        "d": "handwritten~shifted", "shift": "80", "contrast": "-60", "blur": "20", "name": "Fog over the lake",
        "s": "dann",
    }  # fmt: skip
    read, ignored = links.read(link)
    assert (read.name, ignored) == ("Fog over the lake", []) and links.same(read, FOG)
    assert links.read({"d": "moons", "name": "no shift"})[1] == ["name=no shift"]
    with pytest.raises(OutOfRange):
        compositions.checked_name("\u202e" + "x" * 100)
    assert links.read({**link, "name": "a\u202eb" + "x" * 100})[0].name == "ab" + "x" * 58
    store = Store(tmp_path / "runs.sqlite3")
    run = store.submit(FOG.completed())
    assert Visit.arrive(store, {**link, "run": str(run.id)}).run == run.id
    again = store.submit(named.completed())
    assert [row["Data"] for row in rows(store, [run, again])] == [
        "Handwritten digits → changed handwriting",
        "Fog over the lake",
    ]
    assert [row["Settings"] for row in rows(store, [run, again])] == ["", ""] and words.dialled(named) == named.name
    store.close()


def test_small_pictures_show_the_shift_they_stand_for() -> None:
    compositions.save(Composition("Dark", "shapes~shifted", 100, {"brightness": -90.0}))
    key, shift, settings = offered.dialled("composition:Dark")
    assert chip(key, shift, tuple(settings.items())) != chip("shapes~shifted")
    assert dict(offered.dialled("shapes~shifted")[2]) == dict(offered.STARTER)


def test_the_composer_in_large_shows_the_same_images_before_and_after() -> None:
    app = opened("views/data.py", d="letters~shifted")
    assert app.session_state[STATE].scenario == "letters~shifted"
    _slider(app, "Class mix").set_value(90.0)
    checked(app.run())
    assert app.session_state[STATE].settings["class_mix"] == 90
    compositions.save(Composition("Dark", "shapes~shifted", 100, {"brightness": -90.0}))
    checked(app.run())
    saved = next(each for each in app.selectbox if each.label == "Saved shifts")
    checked(saved.select("Dark").run())
    assert app.session_state[STATE].settings["brightness"] == -90 and app.session_state[STATE].name == "Dark"
    app.session_state[PICKED] = (BASE, "handwritten")
    checked(app.run())
    assert app.session_state[STATE].scenario == "handwritten~shifted" and PICKED not in app.session_state


def test_the_galleries_hold_the_same_images_in_the_same_order() -> None:
    settings = {"brightness": -40.0, "class_mix": 80.0}
    _, before = scenarios.find("shapes~shifted").preview(0, {}, 0, 24)
    _, after = scenarios.find("shapes~shifted").preview(None, {"brightness": -40}, 0, 24)
    drawn = _drawn_galleries("shapes~shifted", None, tuple(settings.items()), 0)
    for shown in (before, after):
        places = [drawn.index(tile(image)) for image in shown.inputs]
        assert len(places) == 24 and places == sorted(places)
    np.testing.assert_allclose(after.inputs, 0.6 * before.inputs, atol=0.51)
    assert drawn.count("<rect") == 5 and "star: 20 %" in drawn  # the last class is a fifth of the first
