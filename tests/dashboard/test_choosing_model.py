"""Choosing before training, on the Shift page: a ranking, what it was worth, and a search; none of it by the page."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from scipy.stats import weightedtau
from streamlit.testing.v1 import AppTest

from dashboard.choosing_model import actual, charts, ranking, searching, trials
from tests.dashboard.pages import checked, press
from tests.dashboard.test_shift_page import SPEC, shift, text
from tlcore.runs import chores
from tlcore.runs.spec import RunSpec
from tlcore.runs.works import trials as trials_file

PROBE = RunSpec("linear-probe", "moons", shift=60, target_labels=5).completed()
SCORES = {"logme": "LogME: how well; larger is better.", "knn": "How often the nearest name the class."}
HP = {"strength": 0.3, "lr": 0.01}


def candidate(backbone: str, logme: float, rank: float) -> dict[str, Any]:
    ranks = {key: {"rank": rank, "low": max(1, rank - 1), "high": rank + 1} for key in SCORES}
    return {"backbone": backbone, "weights": "none", "scores": {"logme": logme, "knn": 0.5}, "ranks": ranks}


RANKED = {
    "scores": SCORES, "labels": 10, "seed": 0, "left_out": {"resnet18:imagenet": "Its weights are not here."},
    "backbones": [candidate("tiny-mlp", -0.2, 1), candidate("tiny-linear", -0.5, 2), candidate("wide-mlp", -0.9, 3)],
}  # fmt: skip


def trial(number: int, said: float, oracle: float | None) -> dict[str, Any]:
    scores = {} if oracle is None else {"information": said, "density": -said}
    error = "The loss became infinite." if oracle is None else ""
    return {"number": number, "hparams": HP, "scores": scores, "oracle_target_accuracy": oracle, "error": error}


TRIALS = [trial(0, 0.1, 0.6), trial(1, 0.5, 0.7), trial(2, 0.3, 0.9), trial(3, 0, None)]


def begun(kind: str, wishes: dict[str, Any], **state: Any) -> None:
    folder = chores.prepare()
    (folder / "order.json").write_text(json.dumps({"version": 1, "kind": kind, "wishes": wishes, "asked": 1}))
    (folder / "state.json").write_text(json.dumps(state))


def section(name: str) -> AppTest:
    return checked(shift().segmented_control(key="shift-section").set_value(name).run())


def run(spec: RunSpec, accuracy: float | None, status: str = "finished") -> Any:
    metrics = {} if accuracy is None else {"target_accuracy": accuracy}
    return SimpleNamespace(spec=spec.completed(), status=status, metrics=metrics)


def test_a_ranking_is_asked_for_with_its_labels_and_shown_with_its_uncertainty(asked: list[dict]) -> None:
    press(section("Choose a backbone"), "Rank all backbones")
    (order,) = asked
    assert order["kind"] == "rank" and order["spec"]["target_labels"] == 5 and order["spec"]["shift"] == 60
    begun("rank", {"spec": order["spec"]}, status="done", result=RANKED)
    said = text(section("Choose a backbone"))
    assert "| Tiny MLP, random | -0.2 \\(1 to 2\\) | 0.5 \\(1 to 2\\) |" in said
    assert "1 left out: their weights are not on this machine." in said
    assert "0 of these backbones have a finished run" in said
    svg = charts.ladder(ranking.lines(RANKED["backbones"], "logme"))
    assert svg.index("Tiny MLP") < svg.index("Wide MLP")
    assert svg.count("<circle") == 3


def test_what_was_reached_is_a_mean_over_seeds_of_the_same_experiment() -> None:
    here = replace(PROBE, backbone="tiny-mlp")
    runs = [
        run(here, 0.6), run(replace(here, seed=1), 0.8),
        run(replace(here, seed=2), None), run(replace(here, seed=3), 0.1, "stopped"),
        run(replace(here, shift=30), 0.1), run(replace(here, hparams={**here.hparams, "lr": 0.5}), 0.1),
        run(replace(here, target_labels=9), 0.1), run(replace(PROBE, backbone="tiny-linear"), 0.5),
    ]  # fmt: skip
    found = actual.reached(runs, PROBE, "linear-probe")
    assert found == {("tiny-mlp", ""): pytest.approx(0.7), ("tiny-linear", ""): 0.5}


def test_a_score_that_orders_as_accuracy_does_has_a_weighted_tau_of_one() -> None:
    reached = {("tiny-mlp", ""): 0.9, ("tiny-linear", ""): 0.7, ("wide-mlp", ""): 0.8}
    taus = actual.weighted_taus(RANKED["backbones"], reached, list(SCORES))
    assert taus == {"logme": pytest.approx(weightedtau([3, 2, 1], [0.9, 0.7, 0.8]).statistic)}
    agreeing = {pair: -k for k, pair in enumerate(reached)}
    assert actual.weighted_taus(RANKED["backbones"], agreeing, ["logme"])["logme"] == pytest.approx(1)


def test_a_search_shows_its_trials_while_it_goes_on_and_marks_the_oracle(asked: list[dict]) -> None:
    press(section("Choose settings"), "Search")
    (order,) = asked
    assert order["kind"] == "search" and order["validator"] == "information" and order["spec"]["strategy"] == "dann"
    wishes = {name: value for name, value in order.items() if name != "kind"}
    begun("search", wishes, status="stopped")
    trials_file(chores.shelf() / "1").write_text(json.dumps(TRIALS))
    said = text(section("Choose settings"))
    assert "Of 3 trials Information chooses number 2" in said and "not\navailable in real life" in said
    assert "it reaches 70.0% of the target, the best trial 90.0%, the defaults 60.0%" in said
    assert "1 of 4 trainings failed" in said and "The loss became infinite." in said
    assert "| Trial |" in said and "Target accuracy ⚑" in said


def test_a_validators_own_choice_is_the_strong_dot() -> None:
    tried = TRIALS[:3]
    svg = trials.against(tried, "density", -0.5, chose=False)
    assert "ρ -0.50" in svg and svg.count('fill="#D55E00"') == 1
    assert svg.index("Trial 1: -0.1, 60.0%") > 0


def test_only_validators_that_may_look_are_offered() -> None:
    assert "deep_embedded" in searching.validators("dann", SPEC)
    assert searching.validators("source-only", SPEC) == ["source_validation"]
    assert searching.validators("proto-net", RunSpec("proto-net", "glyphs")) == []
