"""A spec is completed and checked against the catalogue, or refused in one sentence."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcore import catalogue
from tlcore.errors import DeviceUnavailable, OutOfRange, RequestError, UnknownKey
from tlcore.runs import devices
from tlcore.runs.spec import RunSpec

SPECS = st.builds(
    RunSpec,
    st.sampled_from(["dann", "mmd"]),
    st.sampled_from(["moons", "blobs"]),
    shift=st.none() | st.floats(0, 1),
    target_labels=st.none() | st.integers(0, 9),
    seed=st.integers(0, 2**31 - 1),
    steps=st.none() | st.integers(1, 10_000),
    hparams=st.fixed_dictionaries({}, optional={"lr": st.floats(1e-5, 1), "batch": st.integers(2, 99)}),
    observe=st.booleans(),
)
DANN = RunSpec("dann", "moons", device="cpu")


@given(SPECS)
def test_a_spec_survives_json_in_both_directions(spec):
    assert RunSpec.of(json.loads(json.dumps(spec.as_json()))) == spec
    done = replace(spec, device="cpu").completed()
    assert RunSpec.of(json.loads(json.dumps(done.as_json()))) == done


@given(SPECS)
def test_a_completed_spec_leaves_nothing_open_and_is_its_own_completion(spec):
    done = replace(spec, device="cpu").completed()
    assert done.backbone and done.shift is not None and done.target_labels is not None
    assert set(done.hparams) == {each["name"] for each in catalogue.strategy(spec.strategy)["hparams"]}
    assert done.completed() == done


def test_the_length_is_the_scenarios_unless_it_is_said():
    assert DANN.completed().hparams["steps"] == catalogue.scenario("moons")["steps"]
    assert replace(DANN, steps=7).completed().hparams["steps"] == 7
    assert replace(DANN, hparams={"steps": 8}).completed().hparams["steps"] == 8


def test_images_are_shown_as_they_are_unless_the_scenario_or_a_person_says_otherwise(monkeypatch):
    digits = RunSpec("dann", "printed-to-handwritten", device="cpu")
    assert digits.completed().augment == DANN.completed().augment == "none"
    assert replace(digits, augment="light").completed().augment == "light"
    known = deepcopy(catalogue.scenario("printed-to-handwritten")) | {"augment": "photos"}
    monkeypatch.setattr(catalogue, "scenario", lambda key: known)
    assert digits.completed().augment == "photos"
    assert replace(digits, augment="none").completed().augment == "none"


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"augment": "photos"}, RequestError, "made of points"),
        ({"augment": "foto", "scenario": "shapes"}, UnknownKey, "no augmentation 'foto'"),
        ({"strategy": "dan"}, UnknownKey, "did you mean 'dann'"),
        ({"scenario": "moon"}, UnknownKey, "did you mean 'moons'"),
        ({"backbone": "tiny-mpl"}, UnknownKey, "did you mean 'tiny-mlp'"),
        ({"backbone": "small-cnn"}, RequestError, "takes images"),
        ({"shift": 400.0}, OutOfRange, "from 0 to 180"),
        ({"shift": float("nan")}, OutOfRange, "finite"),
        ({"settings": {"twist": 1.0}}, UnknownKey, "no dial 'twist'"),
        ({"seed": -1}, OutOfRange, "'seed' should be from 0"),
        ({"seed": 1.5}, OutOfRange, "whole number"),
        ({"steps": 0}, OutOfRange, "at least 1|from 1"),
        ({"target_labels": -3}, OutOfRange, "from 0"),
        ({"hparams": {"lrr": 1.0}}, UnknownKey, "did you mean 'lr'"),
        ({"hparams": {"lr": -1.0}}, OutOfRange, "'lr'"),
        ({"hparams": {"lr": "fast"}}, OutOfRange, "a number"),
        ({"device": "tpu"}, UnknownKey, "no device 'tpu'"),
        ({"strategy": "adabn"}, RequestError, "batch norms"),
        ({"strategy": "fine-tune", "target_labels": 0}, OutOfRange, "at least 1 per class"),
    ],
)
def test_a_mistake_is_one_sentence(changes, error, words):
    with pytest.raises(error, match=words) as caught:
        replace(DANN, **changes).completed()
    assert "\n" not in str(caught.value)


def test_a_strategy_that_needs_target_labels_gets_some():
    assert replace(DANN, strategy="fine-tune").completed().target_labels == 5
    assert DANN.completed().target_labels == 0


def test_a_strategy_that_needs_batch_norm_gets_a_backbone_that_has_it():
    spec = RunSpec("adabn", "printed-to-handwritten", device="cpu").completed()
    assert catalogue.backbone(spec.backbone)["has_norm"]
    with pytest.raises(RequestError, match="small-cnn-bn"):
        replace(spec, backbone="small-cnn").completed()


@pytest.mark.parametrize(
    ("wants", "words"),
    [("factors", "further labels"), ("attributes", "attributes that describe"), ("images", "images"),
     ("environments", "several environments"), ("new classes", "the source does not show")],
)  # fmt: skip
def test_a_strategy_that_wants_what_the_data_does_not_offer_is_refused_with_a_way_out(monkeypatch, wants, words):
    strategies, scenarios = deepcopy(catalogue.strategies()), deepcopy(catalogue.scenarios())
    strategies["dann"]["card"]["wants"] = [wants]
    for key, card in scenarios.items():
        card["offers"] = [wants] if key in ("blobs", "mnist-to-usps") else []
    monkeypatch.setattr(catalogue, "strategies", lambda: strategies)
    monkeypatch.setattr(catalogue, "scenarios", lambda: scenarios)
    monkeypatch.setattr(catalogue, "scenario", scenarios.__getitem__)
    with pytest.raises(RequestError, match=f"'dann' needs .*{words}.*which 'moons' does not offer: choose .*'mnist-to"):
        DANN.completed()
    assert replace(DANN, scenario="mnist-to-usps", shift=None).completed().strategy == "dann"
    for card in scenarios.values():
        card["offers"], card["kind"] = [], "points"
    with pytest.raises(RequestError, match="no scenario offers that yet"):
        DANN.completed()


def test_the_data_says_how_many_target_labels_suit_it(monkeypatch):
    scenarios = deepcopy(catalogue.scenarios())
    scenarios["moons"]["target_labels"] = 1
    monkeypatch.setattr(catalogue, "scenarios", lambda: scenarios)
    monkeypatch.setattr(catalogue, "scenario", scenarios.__getitem__)
    assert RunSpec("fine-tune", "moons").completed().target_labels == 1
    assert RunSpec("dann", "moons").completed().target_labels == 0


def test_settings_by_name_are_hyper_parameters_or_dials():
    spec = RunSpec("dann", "blobs").with_settings({"lr": "0.01", "shift": "1.5", "proportion": "80"}).completed()
    assert (spec.hparams["lr"], spec.shift, spec.settings) == (0.01, 1.5, {"proportion": 80.0})
    with pytest.raises(UnknownKey, match="did you mean 'proportion'"):
        spec.with_settings({"propotion": "1"})
    with pytest.raises(OutOfRange, match="'shift' should be a number"):
        spec.with_settings({"shift": "far"})


@pytest.mark.parametrize("choices", [{}, {"strategy": "dann"}, {"strategy": 1, "scenario": "moons"}])
def test_a_spec_needs_a_strategy_and_a_scenario(choices):
    with pytest.raises(RequestError, match="needs a"):
        RunSpec.of(choices)
    with pytest.raises(UnknownKey, match="no choice 'colour'"):
        RunSpec.of({"strategy": "dann", "scenario": "moons", "colour": "red"})


def test_cuda_without_a_gpu_is_one_sentence(monkeypatch):
    monkeypatch.setattr(devices, "gpus", lambda: 0)
    assert devices.lane("auto") == devices.lane("cpu") == "cpu"
    with pytest.raises(DeviceUnavailable, match="no GPU"):
        replace(DANN, device="cuda").completed()
    monkeypatch.setattr(devices, "gpus", lambda: 1)
    assert devices.lane("auto") == devices.lane("cuda") == "cuda"


def test_dials_about_labels_at_rest_leave_the_run_what_it_was():
    at_rest = RunSpec("dann", "shapes", settings={"label_noise": 0, "imbalance": 0.0, "source_missing": 0})
    assert at_rest.completed() == RunSpec("dann", "shapes").completed()
    assert at_rest.completed().settings == {}
    turned = RunSpec("dann", "shapes").with_settings({"label_noise": "40", "source_missing": "1"}).completed()
    assert turned.settings == {"label_noise": 40, "source_missing": 1}


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"label_noise": 90}, "label_noise"), ({"source_missing": 3, "target_missing": 2}, "in both")],
)
def test_dials_about_labels_are_checked_before_anything_is_loaded(settings, words):
    with pytest.raises(OutOfRange, match=words):
        RunSpec("dann", "shapes", settings=settings).completed()


def test_a_name_changes_nothing():
    assert RunSpec("dann", "moons", name="by the lake") == RunSpec("dann", "moons")
    assert RunSpec.of(RunSpec("dann", "moons", name="by the lake").as_json()).name == "by the lake"


@pytest.mark.parametrize(
    ("strategy", "scenario", "validator"),
    [
        ("dann", "moons", "information"),
        ("scratch", "moons", "information"),  # it learns from no source label
        ("source-only", "moons", "source_validation"),  # it sees no target image
        ("proto-net", "glyphs", "none"),  # every episode has classes of its own
        ("k-means", "printed-to-handwritten", "none"),  # clusters have no names
    ],
)
def test_the_checkpoint_is_picked_by_what_the_strategy_may_see(strategy: str, scenario: str, validator: str) -> None:
    assert RunSpec(strategy, scenario).completed().validator == validator


@pytest.mark.parametrize(
    ("strategy", "scenario", "validator", "why"),
    [
        ("source-only", "moons", "information", "sees no target image"),
        ("scratch", "moons", "source_validation", "does not learn from source labels"),
        ("proto-net", "glyphs", "certainty", "classes of its own"),
        ("k-means", "printed-to-handwritten", "density", "no names"),
    ],
)
def test_a_validator_that_makes_no_sense_is_refused_with_its_reason(
    strategy: str, scenario: str, validator: str, why: str
) -> None:
    with pytest.raises(RequestError, match=why):
        RunSpec(strategy, scenario, validator=validator).completed()
    assert RunSpec(strategy, scenario, validator="none").completed().validator == "none"


def test_an_unknown_validator_is_named() -> None:
    with pytest.raises(UnknownKey, match="accuracy"):
        RunSpec("dann", "moons", validator="accuracy").completed()
