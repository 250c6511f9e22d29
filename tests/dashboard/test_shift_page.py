"""The Shift page in Streamlit's own harness: what it asks for, what it shows, and that it measures nothing itself."""

import json

import pytest
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from dashboard.shift import charts, labels, samples
from tests.dashboard.pages import checked, opened, press
from tlcore.runs import chores
from tlcore.runs.spec import RunSpec

SPEC = RunSpec("source-only", "moons", shift=60).completed()
SAMPLES = {
    "accuracy": 0.97, "low": 0.95, "high": 0.98, "sheet": "samples.png", "many": 3,
    "kinds": {
        "source": [{"domain": 0, "target": 0.001}], "target": [{"domain": 1, "target": 0.91}],
        "mistaken": [], "confusable": [{"domain": 1, "target": 0.52}],
    },
}  # fmt: skip
LIGHT = {"mean": [0.2], "std": [0.1], "brightness": [0.5, 0.5], "contrast": [1, 0]}
LIGHT |= {"mean_brightness": 0.2, "mean_contrast": 0.1}
PIXELS = [LIGHT, {**LIGHT, "mean_brightness": 0.7}]
LABELS = {
    "classes": ["upper", "lower", "left"], "source": [0.9, 0.1, 0.0], "truth": [0.5, 0.25, 0.25],
    "overlap": {"both": ["upper", "lower"], "source": [], "target": ["left"]},
    "estimate": {
        "target": [0.6, 0.4, 0.0], "low": [0.5, 0.3, 0.0], "high": [0.7, 0.5, 0.0],
        "telling": True, "condition": 1.5, "probe": 0.98, "held": 250,
    },
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("asked")


def finding(value: float, p_value: float = 0.005) -> dict:
    return {"value": value, "null": 0.01, "reach": 0.02, "p_value": p_value, "unit": "", "rows": 500}


def known(classes: bool = False, status: str = "done", **metrics: dict) -> None:
    """As if somebody had measured the moons before."""
    folder = chores.prepare()
    told = metrics or {"judge": finding(0.97), "mmd": finding(0.4), "energy": finding(0.015, 0.4)}
    by_class = [{"class": "upper", "metrics": told}] if classes else []
    result = {"metrics": told, "layers": [{"layer": "input", "metrics": told}], "classes": by_class, "rows": [500, 500]}
    result |= {"samples": SAMPLES, "pixels": PIXELS, "labels": LABELS}
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
    low, high = binomtest(970, 1000).proportion_ci(method="wilson")
    sure = f"97.0% of 1,000 samples (95 % interval {low:.1%} to {high:.1%})"
    assert f"Worlds apart. The judge names the domain of {sure}; 2 of 3 metrics are beyond chance." in said
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


def test_a_link_that_names_a_validator_is_looked_at_by_a_strategy_that_cannot_have_it(asked: list[dict]) -> None:
    assert "Nothing is trained for this" in text(opened("views/shift.py", d="moons", s="dann", keep="density"))


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


def test_the_samples_that_give_a_domain_away_have_the_judges_probability(asked: list[dict]) -> None:
    known()
    app = shift()
    checked(app.segmented_control(key="shift-section").set_value("Samples").run())
    said = text(app)
    assert "right about 97.0 % of the images" in said and "95.0 to 98.0 %" in said
    assert "| Surely source | 1 | source | \\< 1 % |" in said and "| Could be of either | 1 | target | 52 % |" in said
    svg = samples.galleries(SAMPLES["kinds"], "api/chores/1/samples.png", blocks=True)
    assert svg.count("<image") == 3 and "✕ 91 %" in svg and ">none<" in svg


def test_pixels_and_labels_stand_beside_each_other_and_the_truth_is_an_oracle(asked: list[dict]) -> None:
    known()
    app = shift()
    checked(app.segmented_control(key="shift-section").set_value("Pixels and labels").run())
    said = text(app)
    assert "| Mean brightness of an image | 0.200 | 0.700 | \\+0.500 |" in said
    assert "| upper | 90 % | 60 % | 50 % to 70 % | 50 % |" in said
    assert "Target, in truth ⚑" in said and "| left | only the target |" in said
    assert "Beware: a judge tells the domains apart 97 % of the time" in said


def test_an_estimate_is_believed_where_the_domains_look_alike() -> None:
    judged = {"low": 0.5, "accuracy": 0.52}
    assert "may be believed" in labels.believed(LABELS, judged)
    vague = {**LABELS, "estimate": {**LABELS["estimate"], "telling": False}}
    assert "too wide" in labels.believed(vague, judged)
    assert "nothing to estimate" in labels.believed({**LABELS, "estimate": None}, judged)
    svg = labels.shares(LABELS)
    assert 'width="254.7"' in svg  # what is estimated of "upper": 0.6 of 0.9, the longest bar, in 382 units
    assert labels.overlap(LABELS["overlap"]).count("<rect") == 2


def test_what_an_older_version_measured_is_measured_again(asked: list[dict]) -> None:
    known()
    state = chores.shelf() / "1" / "state.json"
    told = json.loads(state.read_text())
    del told["result"]["samples"]
    state.write_text(json.dumps(told))
    app = shift()
    checked(app.segmented_control(key="shift-section").set_value("Samples").run())
    press(app, "Measure again")
    assert [each["kind"] for each in asked] == ["shift"]
