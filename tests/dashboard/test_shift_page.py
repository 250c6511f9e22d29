"""The Shift page in Streamlit's own harness: what it asks for, what it shows, and that it measures nothing itself."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data import working
from dashboard.shift import charts
from tests.dashboard.test_pages import checked, opened, press
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.spec import RunSpec

SPEC = RunSpec("source-only", "moons", shift=60).completed()


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """A data folder of this test's own, and what would have been begun in a process beside the page."""
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    begun: list[dict] = []

    def start(kind: str, /, **wishes: object) -> Chore:
        begun.append({"kind": kind, **wishes})
        return Chore(chores.shelf() / "1", {"kind": kind, "wishes": wishes, "asked": 1e12}, {"doing": "Measuring"})

    monkeypatch.setattr(chores, "start", start)
    monkeypatch.setattr(working, "progress", lambda chore: None)
    return begun


def finding(value: float, p_value: float = 0.005) -> dict:
    return {"value": value, "null": 0.01, "reach": 0.02, "p_value": p_value, "unit": "", "rows": 500}


def known(classes: bool = False, status: str = "done", **metrics: dict) -> None:
    """As if somebody had measured the moons before."""
    folder = chores.prepare()
    told = metrics or {"judge": finding(0.97), "mmd": finding(0.4), "energy": finding(0.015, 0.4)}
    by_class = [{"class": "upper", "metrics": told}] if classes else []
    result = {"metrics": told, "layers": [{"layer": "input", "metrics": told}], "classes": by_class, "rows": [500, 500]}
    wishes = {"spec": SPEC.as_json(), "classes": classes}
    (folder / "order.json").write_text(json.dumps({"version": 1, "kind": "shift", "wishes": wishes, "asked": 1}))
    state = {
        "status": status,
        "result": result if metrics is not None else None,
        "error": "The disk is full: make room.",
    }
    (folder / "state.json").write_text(json.dumps(state))


def shift() -> AppTest:
    return opened("views/shift.py", d="moons", shift="60")


def text(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.warning))


def test_nothing_is_measured_unasked_and_then_beside_the_page(asked: list[dict]) -> None:
    app = shift()
    assert asked == []
    assert "Nothing is trained for this" in text(app)
    press(app, "Measure")
    (order,) = asked
    assert order["kind"] == "shift" and order["classes"] is False
    assert (order["spec"]["scenario"], order["spec"]["shift"], order["spec"]["backbone"]) == ("moons", 60, "tiny-mlp")


def test_what_was_measured_before_is_there_at_once(asked: list[dict]) -> None:
    known()
    app = shift()
    assert asked == []
    said = text(app)
    assert "Worlds apart. The judge names the domain of 97% of the images; 2 of 3 metrics are beyond chance." in said
    assert "Class by class ⚑" not in [each.value for each in app.markdown]
    for definition in ("**MMD², unbiased**", "*Blind to*", "How to read this", "| Metric | Value | Null |"):
        assert definition in said


def test_classes_are_another_measurement_and_marked_as_an_oracle(asked: list[dict]) -> None:
    known()
    known(classes=True)
    app = shift()
    checked(app.toggle(key="shift-classes").set_value(True).run())
    assert "⚑ This uses the target's labels" in text(app)
    assert asked == []


def test_a_measurement_that_failed_says_why_and_is_begun_again_on_demand(asked: list[dict]) -> None:
    known(status="failed")
    app = shift()
    assert "The disk is full: make room." in text(app)
    press(app, "Measure again")
    assert [each["kind"] for each in asked] == ["shift"]


def test_a_link_to_data_and_backbone_is_kept_in_the_address(asked: list[dict]) -> None:
    app = opened("views/shift.py", d="printed-to-handwritten", m="small-cnn-letters")
    assert app.query_params["d"] in ("printed-to-handwritten", ["printed-to-handwritten"])
    assert app.query_params["m"] in ("small-cnn-letters", ["small-cnn-letters"])


def test_bars_end_where_they_should() -> None:
    svg = charts.strips({"mmd": finding(0.04)}, {"mmd": "MMD"})
    assert 'width="110.0"' in svg  # chance reaches half of the way: 0.02 of 0.04, in 220 units
    assert 'width="220.0"' in svg
    two = {"a": finding(0.04), "b": finding(0.08)}
    assert charts.strips(two, {"a": "a", "b": "b"}).count('width="220.0"') == 2
    assert charts.strips(two, {"a": "a", "b": "b"}, comparable=True).count('width="220.0"') == 1
    assert charts.strength(finding(0.01)) == 0
    assert 0 < charts.strength(finding(0.05)) < charts.strength(finding(0.5)) <= 1


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.005, "≤ .005"), (0.2, "= .20"), (1.0, "= 1.00"), (0.055, "= .06")],
)
def test_p_values_have_no_false_precision(value: float, words: str) -> None:
    assert charts.p_value(value) == words


def test_numbers_are_short() -> None:
    assert [charts.number(each) for each in (0, 0.03124, 1234.5, 1.6e-10)] == ["0", "0.0312", "1.23e+03", "1.6e-10"]
