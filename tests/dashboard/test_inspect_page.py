"""The Inspect page in Streamlit's own harness, on a run of a few small looks; and its arithmetic, by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data import working
from dashboard.inspect import charts, own
from dashboard.inspect.gallery import CELL, ITEM, SHOW, WANTED
from dashboard.inspect.history import History, example, history, of
from dashboard.inspect.judging import (
    BEST,
    BOTH,
    CHANGED,
    RANDOM,
    SOURCE,
    TARGET,
    UNSURE,
    WORST,
    chosen,
    confusion,
    nearest,
    of_domain,
    per_class,
    spells,
)
from dashboard.inspect.mapping import colours, rows_of
from dashboard.inspect.pictures import address, heated, item, thumb
from dashboard.storing import store
from tests.dashboard.pages import checked, opened, press
from tests.dashboard.test_pages import said
from tlcore.runs import attendant, chores
from tlcore.runs.chores import Chore
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.training.events import Observed

LABELS = np.array([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.uint8)  # four of the source, four of the target
FIRST = np.array([0, 0, 0, 1, 0, 1, 1, 1], dtype=np.uint8)
LAST = np.array([0, 0, 1, 1, 1, 1, 0, 1], dtype=np.uint8)
SURE = np.array([250, 200, 150, 255, 240, 130, 220, 160], dtype=np.uint8)
PLACES = np.arange(16, dtype=np.float32).reshape(8, 2)
FEATURES = np.array([[0], [3], [4], [9], [1], [3], [5], [20]], dtype=np.float16)


def looks() -> list[Observed]:
    words = {"kind": "tiny", "source": "printed digits", "target": "handwritten digits", "classes": ["zero", "one"]}
    scene = {"domain": (np.arange(8) >= 4).astype(np.uint8), "label": LABELS}
    scene |= {"thumbs": np.zeros((2, 8, 8, 3), np.uint8), "thumb_ids": np.array([0, 4], np.uint16)}
    told = [Observed(0, "scene", words, scene)]
    for step, answers in ((0, FIRST), (50, LAST)):
        told.append(Observed(step, "frame", {}, {"map": PLACES, "predicted": answers, "confidence": SURE}))
    return [*told, Observed(0, "features", {}, {"features": FEATURES})]


@pytest.fixture
def past() -> History:
    found = of(looks())
    assert found is not None
    return found


# What is worked out


def test_the_matrix_counts_answers_by_what_they_should_have_been(past: History) -> None:
    frame = past.frames[50]
    truths, given, counts = confusion(past, frame, of_domain(past, TARGET))
    assert (truths, given, counts.tolist()) == ([0, 1], [0, 1], [[0, 2], [1, 1]])
    assert confusion(past, frame, of_domain(past, SOURCE))[2].tolist() == [[2, 0], [0, 2]]
    assert int(confusion(past, frame, of_domain(past, BOTH))[2].sum()) == 8
    assert per_class(past, frame) == {0: (1.0, 0.0), 1: (1.0, 0.5)}


def test_a_class_without_images_in_a_domain_has_no_share(past: History) -> None:
    lonely = History(**{**vars(past), "label": np.array([2, *LABELS[1:]], dtype=np.int64)})
    assert per_class(lonely, lonely.frames[50])[2] == (0.0, None)


@pytest.mark.parametrize(
    ("order", "rows"),
    [(WORST, [4, 6, 5]), (BEST, [3, 0, 1, 7, 2]), (UNSURE, [5, 2, 7, 1, 6, 4, 0, 3]), (CHANGED, [4, 6, 2])],
)
def test_samples_come_in_the_order_that_is_asked_for(past: History, order: str, rows: list[int]) -> None:
    """Changed: 4 and 6 have become wrong, 4 the surer; 2 has become right; 5 is as wrong as it was."""
    every = np.ones(8, dtype=bool)
    assert chosen(past, past.frames[50], every, order, before=past.frames[0]).tolist() == rows


def test_chance_is_drawn_anew_on_demand_and_stays_otherwise(past: History) -> None:
    every = np.ones(8, dtype=bool)
    drawn = [chosen(past, past.frames[50], every, RANDOM, draw=k).tolist() for k in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert sorted(drawn[2]) == list(range(8))


def test_neighbours_are_measured_in_features_and_leave_oneself_out(past: History) -> None:
    assert nearest(FEATURES, 5, of_domain(past, SOURCE), 3) == [(1, 0.0), (2, 1.0), (0, 3.0)]
    assert nearest(FEATURES, 5, of_domain(past, TARGET), 2) == [(4, 2.0), (6, 2.0)]


def test_features_are_those_of_the_last_step_that_kept_some(past: History) -> None:
    assert past.features_at(50) == 0
    later = History(**{**vars(past), "features": {20: FEATURES, 40: FEATURES}})
    assert [later.features_at(step) for step in (10, 20, 30, 40, 50)] == [20, 20, 20, 40, 40]
    assert History(**{**vars(past), "features": {}}).features_at(50) is None


def test_what_a_sample_was_taken_for_is_told_in_spells(past: History) -> None:
    assert spells(past, 4) == [(0, 0, 0), (50, 50, 1)]
    assert spells(past, 5) == [(0, 50, 1)]


def test_a_sample_says_in_words_what_its_picture_shows(past: History) -> None:
    told = item(past, past.frames[50], 4, thumb(past, {}, 4))
    assert (told["words"], told["small"], told["wrong"], told["mark"]) == ("zero → one", "94 %", True, "✕")
    assert told["said"] == "target image 4: zero, answered one, 94 % sure"
    assert told["src"].startswith("data:image/png;base64,")
    assert thumb(past, {}, 1) is None
    pictures = np.full((8, 60, 60, 3), 9, np.uint8)
    assert address(thumb(past, {"pictures": pictures}, 1)).startswith("data:image/jpeg;base64,")  # type: ignore[arg-type]


def test_a_point_is_drawn_where_it_lies(past: History) -> None:
    inputs = np.array([[-1, 1], *[[1, -1]] * 7], dtype=np.float32)
    arrays = {
        "domain": np.zeros(8, np.uint8),
        "label": LABELS,
        "inputs": inputs,
        "extent": np.array([-1.5, 1.5, -2, 2]),
    }
    words = {"kind": "points", "source": "a", "target": "b", "classes": ["zero", "one"]}
    found = of([Observed(0, "scene", words, arrays), *looks()[1:]])
    assert found is not None
    told = item(found, found.frames[0], 0, thumb(found, {}, 0))
    assert told["place"] == pytest.approx([0.5 / 3, 0.25]) and "src" not in told  # the page counts from above


def test_heat_is_orange_where_it_is_and_grey_where_it_is_not() -> None:
    heat = np.zeros((4, 4), np.uint8)
    heat[:, 3] = 255
    shown = heated(np.full((8, 8, 3), 100, np.uint8), heat)
    assert shown[48, 2].tolist() == [100, 100, 100]
    red, _, blue = shown[48, -2].tolist()
    assert red > 180 and blue < 40


def test_what_a_lasso_tells_twice_counts_once() -> None:
    assert rows_of([{"customdata": [4]}, {"customdata": 2}, {"customdata": [4]}]) == [2, 4]


def test_colours_of_classes_are_those_of_the_stage() -> None:
    script = (Path(charts.__file__).parents[1] / "static" / "colours.js").read_text()
    for count in (3, 10):
        for dark in (False, True):
            assert all(each in script for each in colours(count, dark))
    assert len(set(colours(10, True))) == 10
    assert set(colours(11, False)) == {"#8a8f98"}


def test_dumb_bells_reach_from_the_source_to_the_target() -> None:
    svg = charts.dumb_bells({"one": (1.0, 0.0), "two": (None, 0.5)}, "Shares.")
    assert 'd="M464.0 26.0H128.0"' in svg
    assert "one 100 % and 0 %; two – and 50 %" in svg


@pytest.mark.parametrize(
    "drawn", [None, 7, "", "data:text/html;base64,PGI+", own.HEAD + "%%%", own.HEAD + "A" * 3_000_000]
)
def test_a_drawing_that_is_none_is_refused(drawn: Any) -> None:
    assert own.decoded(drawn) is None


def test_a_drawing_is_its_bytes() -> None:
    assert own.decoded(own.HEAD + "iVBORw==") == b"\x89PNG"


# What the page does with it


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A data folder of this test's own, and what would have been begun in a process beside the page."""
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    begun: list[dict[str, Any]] = []

    def start(kind: str, /, **wishes: object) -> Chore:
        begun.append({"kind": kind, **wishes})
        return Chore(chores.shelf() / "1", {"kind": kind, "wishes": wishes, "asked": 1e12}, {"doing": "Looking"})

    monkeypatch.setattr(chores, "start", start)
    monkeypatch.setattr(chores, "begin", lambda folder, kind, **wishes: start(kind, folder=folder, **wishes))
    monkeypatch.setattr(attendant, "load", lambda **wishes: begun.append({"kind": "load", **wishes}))
    monkeypatch.setattr(working, "progress", lambda chore: None)
    return begun


@pytest.fixture
def run() -> Run:
    """A finished run with two looks."""
    spec = RunSpec("dann", "printed-to-handwritten")
    made = store().submit(spec)
    store().record(made.id, looks())
    with store().database.writing() as db:
        db.execute("UPDATE runs SET status = 'finished', step = 50, steps = 50 WHERE id = ?", (made.id,))
    return store().run(made.id)


def inspect(**link: str) -> AppTest:
    return opened("views/inspect.py", **link)


def text(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.info, *app.warning))


def test_without_a_run_the_recorded_example_is_shown_and_nothing_is_begun(asked: list[dict[str, Any]]) -> None:
    app = inspect()
    assert "You have no run of your own yet." in text(app)
    assert "Class by class" in text(app) and f"of {len(example().history)} samples" in text(app)
    assert asked == []


def test_the_example_is_whole() -> None:
    found = example()
    assert len(found.history.steps) >= 5 and found.history.features_at(10**9) is not None
    assert {"pictures", "heat", "heat_beside", "probabilities"} <= set(found.look)
    assert found.told["layers"] and found.told["calibration"]["target"]["error"] > 0


def test_a_run_is_opened_by_its_link_and_its_network_looked_into_once(run: Run, asked: list[dict[str, Any]]) -> None:
    store().submit(RunSpec("source-only", "moons"))
    app = inspect(run=str(run.id))
    (order,) = asked
    assert (order["kind"], order["run"], order["beside"]) == ("inspect", run.id, None)
    shown = text(app)
    assert "Answers, both: 62 % right" in shown
    assert "3 of 8 samples. Wrong answers, the surest first." in shown
    assert "| 4 | target | zero | one | 94% | – |" in shown
    for definition in ("**percentage of the row**", "nobody has them", "its largest softmax output"):
        assert definition in shown


def test_a_link_that_is_news_wins_over_what_was_shown(run: Run) -> None:
    app = inspect(run=str(run.id))
    other = store().submit(RunSpec("mmd", "printed-to-handwritten"))
    store().record(other.id, looks())
    app.query_params["run"] = str(other.id)
    checked(app.run())
    assert app.selectbox(key="inspect-run").value == other.id
    checked(app.selectbox(key="inspect-run").set_value(run.id).run())
    assert app.selectbox(key="inspect-run").value == run.id
    assert said(app)["run"] == str(run.id)


def test_what_is_on_plays_stage_is_what_is_looked_at_first(run: Run) -> None:
    newer = store().submit(RunSpec("mmd", "printed-to-handwritten"))
    store().record(newer.id, looks())
    with store().database.writing() as db:
        db.execute("UPDATE runs SET status = 'finished', step = 50 WHERE id = ?", (newer.id,))
    assert inspect().selectbox(key="inspect-run").value == newer.id
    app = opened(d="printed-to-handwritten", s="dann", run=str(run.id))
    app.query_params.clear()  # as a browser does on its way to another page
    checked(app.switch_page("views/inspect.py").run())
    assert app.selectbox(key="inspect-run").value == run.id


def test_another_step_shows_the_answers_of_that_step(run: Run) -> None:
    app = inspect(run=str(run.id))
    checked(app.select_slider(key=f"inspect-step:{run.id}").set_value(0).run())
    assert "Answers, both: 75 % right" in text(app)


def test_a_cell_opens_its_gallery_and_a_sample_its_neighbours(run: Run) -> None:
    app = inspect(run=str(run.id))
    app.session_state["inspect-cell"] = (0, 1)
    app.session_state[WANTED] = CELL
    app.session_state[ITEM] = 5
    checked(app.run())
    shown = text(app)
    assert "2 of 8 samples" in shown
    assert "Sample 5" in shown and "answered one at every look" in shown
    assert "| Source | 1 | zero | 0 |" in shown and "By the features of step 0." in shown
    assert "There is no source-only run of just this data" in shown
    press(app, "Train source-only for this")
    new = store().runs()[0]
    assert (new.spec.strategy, new.spec.scenario, new.spec.seed) == ("source-only", "printed-to-handwritten", 0)


def test_changed_compares_with_the_step_that_is_chosen(run: Run) -> None:
    app = inspect(run=str(run.id))
    checked(app.selectbox(key=SHOW).set_value(CHANGED).run())
    assert "3 of 8 samples" in text(app)
    assert "| 2 | source | one | one | 59% | was zero |" in text(app)


def looked_into(run: Run, folder: Path) -> None:
    """As if the network had been looked into."""
    place = chores.prepare()
    layers = [{"part": "stage 1", "weights": 0.3, "statistics": None, "count": 12, "alike": [0.9, None]}]
    bins = [[0.9, 0.5, 0.2, 0.8, 8]]
    told = {"step": 50, "layers": layers, "calibration": {"source": {"error": 0.4, "bins": bins}}, "where": ""}
    np.savez(place / "look.npz", pictures=np.zeros((8, 8, 8, 3), np.uint8), heat=np.full((8, 4, 4), 200, np.uint8),
             probabilities=np.tile([0.25, 0.75], (8, 1)))  # fmt: skip
    wishes = {"store": str(store().path), "run": run.id, "beside": None, "made": run.created, "step": 50}
    (place / "order.json").write_text(json.dumps({"version": 1, "kind": "inspect", "wishes": wishes, "asked": 1}))
    (place / "state.json").write_text(json.dumps({"status": "done", "result": told}))


def test_what_the_network_had_to_say_is_shown_with_its_tables(
    run: Run, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    looked_into(run, tmp_path)
    app = inspect(run=str(run.id))
    app.session_state[ITEM] = 5
    checked(app.segmented_control(key="inspect-view").set_value("Network").run())
    shown = text(app)
    assert asked == []
    assert "| stage 1 | 0.3 | – | 12 |" in shown and "| stage 1 | 90 % | – |" in shown
    assert "| source | 90.0% | 50.0% | 20% to 80% | 8 |" in shown
    assert "| this run | one | 75 % | zero, 25% |" in shown


def test_an_answer_to_ones_own_picture_is_told_in_words_and_tables(run: Run) -> None:
    place = chores.prepare()
    picture, near = np.zeros((1, 8, 8, 3), np.uint8), np.zeros((2, 8, 8, 3), np.uint8)
    np.savez(
        place / "own.npz", picture=picture, heat=np.full((1, 4, 4), 9, np.uint8), near_source=near, near_target=near
    )
    close = {"distances": [0.5, 2.0], "among": 900}
    told = {"remarks": ["The drawing was centred."], "shape": [1, 8, 8], "probabilities": [0.1, 0.9], "where": ""}
    told |= {
        "probabilities_beside": [0.6, 0.4],
        "near": {"source": {**close, "labels": [1, 0]}, "target": {**close, "labels": None}},
    }
    order = {"version": 1, "kind": "own", "wishes": {"run": run.id}, "asked": 1}
    (place / "order.json").write_text(json.dumps(order))
    (place / "state.json").write_text(json.dumps({"status": "done", "result": told}))
    store().folder(run.id).mkdir(parents=True)
    (store().folder(run.id) / own.CHECKPOINT).write_bytes(b"")
    app = inspect(run=str(run.id))
    app.session_state[own.LAST] = (run.id, place.name)
    checked(app.segmented_control(key="inspect-view").set_value("Try your own").run())
    shown = text(app)
    assert "#### one, 90 % sure" in shown and "8 × 8 pixels, grey. The drawing was centred." in shown
    assert "| one | 90.0% | 40.0% |" in shown
    assert "| source | one | 0.5 |" in shown and "| target | no label | 2 |" in shown
    app.session_state[own.LAST] = (run.id + 1, place.name)
    assert "#### one" not in text(checked(app.run()))


def test_points_and_runs_without_a_checkpoint_say_what_they_cannot(run: Run, asked: list[dict[str, Any]]) -> None:
    app = inspect(run=str(run.id))
    checked(app.segmented_control(key="inspect-view").set_value("Try your own").run())
    assert "has no checkpoint yet" in text(app)
    store().folder(run.id).mkdir(parents=True)
    (store().folder(run.id) / own.CHECKPOINT).write_bytes(b"")
    checked(app.run())
    assert "Your picture" in text(app) and "has no checkpoint yet" not in text(app)
    assert [each["run"] for each in asked if each["kind"] == "load"] == [run.id]  # while somebody draws


def test_a_run_that_never_looked_says_so() -> None:
    made = store().submit(RunSpec("dann", "moons"))
    app = inspect(run=str(made.id))
    assert f"Run {made.id} has not looked inside yet." in text(app)


@pytest.mark.slow
def test_a_map_is_drawn_and_has_a_table(run: Run) -> None:
    app = inspect(run=str(run.id))
    checked(app.segmented_control(key="inspect-view").set_value("Map").run())
    for by in ("Domain", "Right or wrong", "Certainty"):
        checked(app.segmented_control(key="inspect-colour").set_value(by).run())
    checked(app.toggle(key="inspect-map-table").set_value(True).run())
    assert list(app.dataframe[0].value["Sample"]) == list(range(8))


def test_a_run_read_again_after_new_looks_is_longer(run: Run) -> None:
    assert history(store(), run.id).steps == [0, 50]  # type: ignore[union-attr]
    store().record(run.id, [Observed(90, "frame", {}, {"map": PLACES, "predicted": LAST, "confidence": SURE})])
    assert history(store(), run.id).steps == [0, 50, 90]  # type: ignore[union-attr]
