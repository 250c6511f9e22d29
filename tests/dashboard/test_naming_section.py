"""Name that data set on the Shift page: what is asked, what was found, and a game with a score."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shift import naming
from tests.dashboard.pages import checked, press
from tests.dashboard.test_shift_page import SPEC, shift, text
from tlcore.runs import chores
from tlcore.runs.spec import RunSpec

ROUNDS = [{"truth": 0, "judge": 0, "sure": 0.9}, {"truth": 1, "judge": 0, "sure": 0.6}]
FOUND = {
    "names": ["Half moons", "The same, rotated"], "rows": [500, 500], "accuracy": 0.8, "low": 0.77, "high": 0.83,
    "chance": 0.5, "confusion": [[0.9, 0.1], [0.3, 0.7]],
    "game": {"sheet": "game.png", "columns": 10, "rounds": ROUNDS},
}  # fmt: skip


def section() -> AppTest:
    app = shift()
    return checked(app.segmented_control(key="shift-section").set_value("Name that data set").run())


def test_the_pair_comes_first_with_its_dials_and_other_domains_after(asked: list[dict]) -> None:
    press(section(), "Ask the judge")
    (order,) = asked
    assert [each["role"] for each in order["domains"]] == ["source", "target"]
    assert {each["scenario"] for each in order["domains"]} == {"moons"} and order["domains"][1]["shift"] == 60
    offered = naming.domains(RunSpec("source-only", "printed-to-handwritten").completed())
    assert len(offered) > 10 and all(name == each["name"] for name, each in offered.items())
    assert not any(each["scenario"] == "moons" for each in offered.values())


def test_a_persons_score_stands_beside_the_judges(asked: list[dict]) -> None:
    pair = list(naming.domains(SPEC).values())[:2]
    folder = chores.prepare()
    wishes = {"domains": pair, "backbone": SPEC.backbone, "weights": SPEC.weights, "seed": SPEC.seed}
    (folder / "order.json").write_text(json.dumps({"version": 1, "kind": "naming", "wishes": wishes, "asked": 1}))
    (folder / "state.json").write_text(json.dumps({"status": "done", "result": FOUND}))
    app = section()
    assert "80.0 % right** (95 % interval 77.0 to 83.0 %), beyond guessing (50 %)" in text(app)
    assert "| Half moons | 90 % | 10 % | 500 |" in text(app)
    checked(app.button(key="guess:0").click().run())
    assert "You were right; the judge was right (90 % sure)" in text(app)
    checked(app.button(key="guess:1").click().run())
    assert "You were right; the judge said Half moons" in text(app)
    assert "You have 2 of 2 right, the judge 1." in text(app)
    press(app, "Play again")
    assert "Image 1 of 2" in text(app) and "You have" not in text(app)


@pytest.mark.parametrize("low", [0.45, 0.6])
def test_a_bar_ends_where_the_accuracy_is(low: float) -> None:
    svg = naming.confusion({**FOUND, "low": low})
    assert 'width="368.0"' in svg  # 0.8 of 460 units
