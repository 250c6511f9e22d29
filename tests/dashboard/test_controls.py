"""The sidebar's controls: every strategy's form makes a run, and shows nothing that would do nothing."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import backbones, links, words
from dashboard.choices import (
    at_home,
    backbones_for,
    families,
    grid,
    home,
    main_hparam,
    scenario_groups,
    strategies_for,
    why_not,
    with_strategy,
)  # fmt: skip
from dashboard.chooser import PICKED
from tlcore import catalogue
from tlcore.runs.spec import RunSpec

PAIRS = [(home(each).scenario, each) for keys in families().values() for each in keys]


def _form() -> None:
    import streamlit as st

    from dashboard.controls import controls

    st.session_state["said"] = controls(st.session_state["asked"])


def _drawn(spec: RunSpec) -> AppTest:
    app = AppTest.from_function(_form, default_timeout=30)
    app.session_state["asked"] = spec
    return app.run()


def _pick(app: AppTest, what: str, key: str = "") -> AppTest:
    """As the chooser does it; its own face is tried in a browser."""
    app.session_state[PICKED] = (what, key)
    return app.run()


def _said(app: AppTest) -> RunSpec:
    assert not app.exception, app.exception[0].message
    spec: RunSpec = app.session_state["said"]
    return links.normal(spec)


def _labels(app: AppTest) -> list[str]:
    drawn: list[Any] = [*app.toggle, *app.slider, *app.select_slider, *app.number_input, *app.selectbox]
    return [each.label for each in drawn]


@pytest.mark.parametrize(("scenario", "strategy"), PAIRS)
def test_the_form_of_every_strategy_says_what_it_was_given(scenario: str, strategy: str) -> None:
    asked = RunSpec(strategy, scenario, seed=2)
    app = _drawn(asked)
    assert _said(app) == links.normal(asked)
    wanted = {words.hparam_name(each["name"]) for each in catalogue.strategy(strategy)["hparams"]}
    assert wanted <= set(_labels(app))
    budget = catalogue.strategy(strategy)["card"]["needs"][1] == "few"
    assert ("Target labels per class" in _labels(app)) == budget


def test_how_images_are_varied_can_be_chosen_and_of_points_not() -> None:
    app = _drawn(RunSpec("dann", "shapes"))
    choice = next(each for each in app.selectbox if each.label == "Augmentation")
    assert choice.value == "none"
    choice.select("strong")
    assert _said(app.run()).augment == "strong"
    assert "Augmentation" not in _labels(_drawn(RunSpec("dann", "moons")))


def test_who_picks_the_kept_network_can_be_chosen_as_far_as_it_makes_sense() -> None:
    app = _drawn(RunSpec("dann", "moons"))
    choice = next(each for each in app.selectbox if each.label == "Kept network, picked by")
    assert choice.value == "information"
    choice.select("density")
    said = _said(app.run())
    assert said.validator == "density" and links.write(said)["keep"] == "density"
    _pick(app, "strategy", "source-only")
    assert _said(app).validator == "", "it sees no target image, and density looks at them"
    clusters = _drawn(RunSpec("k-means", "printed-to-handwritten"))
    assert "Kept network, picked by" not in _labels(clusters)
    assert any("clusters have no names" in each.value for each in clusters.caption)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (RunSpec("dann", "moons"), "Classes: both domains have all 2."),
        (
            RunSpec("dann", "shapes", settings={"source_missing": 2.0, "target_missing": 1.0}),
            "Both domains have 2 of 5 classes; 1 only the source, 2 only the target.",
        ),
        (RunSpec("dann", "label-mismatch-open"), "of which the source lacks some"),
    ],
)
def test_the_sidebar_says_which_classes_both_domains_have(spec: RunSpec, words: str) -> None:
    assert any(words in each.value for each in _drawn(spec).caption)


def test_settings_of_a_link_stand_in_the_controls() -> None:
    asked = RunSpec(
        "dann", "blobs", shift=1.3, settings={"proportion": 80}, seed=7, hparams={"strength": 0.25, "lr": 0.002}
    )
    assert _said(_drawn(asked)) == links.normal(asked)


def test_another_strategy_brings_its_own_settings_and_removes_the_old_ones() -> None:
    app = _drawn(RunSpec("dann", "moons", hparams={"strength": 1.0, "steps": 400}))
    assert words.hparam_name("strength") in _labels(app)
    _pick(app, "strategy", "fine-tune")
    said = _said(app)
    assert (said.strategy, dict(said.hparams)) == ("fine-tune", {"steps": 400})
    assert words.hparam_name("strength") not in _labels(app)
    assert "Target labels per class" in _labels(app)


def test_every_strategy_and_every_scenario_is_in_one_group() -> None:
    for groups, known in ((families(), catalogue.strategies()), (scenario_groups(), catalogue.scenarios())):
        assert sorted(key for keys in groups.values() for key in keys) == sorted(known)


@pytest.mark.parametrize("key", sorted(catalogue.strategies()))
def test_a_strategy_that_cannot_run_here_brings_data_on_which_it_can(key: str) -> None:
    for scenario in catalogue.scenarios():
        spec = with_strategy(RunSpec("source-only", scenario, seed=3), key)
        assert (spec.strategy, spec.seed) == (key, 3)
        assert spec.completed() and not why_not(key, spec.scenario)
        assert (spec.scenario == scenario) == (not why_not(key, scenario)) or home(key).scenario == scenario


def test_data_on_which_a_strategy_cannot_run_has_a_stand_in_and_a_way_back() -> None:
    app = _pick(_drawn(RunSpec("adabn", "handwritten-to-dark")), "scenario", "moons")
    said = _said(app)
    assert (said.strategy, said.scenario) == ("source-only", "moons")
    assert any("AdaBN needs a backbone with batch norms." in each.value for each in app.caption)
    app.session_state["asked"] = said
    app.button(key="wanted-there").click().run()
    assert _said(app).strategy == "adabn"
    assert not any("AdaBN needs" in each.value for each in app.caption)


def test_one_press_takes_a_strategy_to_the_data_of_its_promise() -> None:
    app = _drawn(RunSpec("adda", "moons", shift=60, seed=3))
    assert not at_home(_said(app))
    app.button(key="home").click().run()
    said = _said(app)
    assert (said.scenario, said.seed) == (catalogue.strategy("adda")["card"]["promise"]["scenario"], 3)
    assert at_home(said)
    app.session_state["asked"] = said
    assert "home" not in [button.key for button in app.run().button]


def test_a_strategy_on_batch_norms_is_offered_only_where_there_are_some() -> None:
    assert "adabn" not in strategies_for("moons")
    assert "adabn" in strategies_for("printed-to-handwritten")
    assert "small-cnn" not in backbones_for("printed-to-handwritten", "adabn")


def test_other_data_begins_with_its_own_dials_and_length() -> None:
    app = _drawn(RunSpec("dann", "moons", shift=60))
    _pick(app, "scenario", "blobs")
    said = _said(app)
    assert (said.scenario, said.shift, dict(said.settings)) == ("blobs", None, {})


def test_another_seed_is_the_next_one() -> None:
    app = _drawn(RunSpec("dann", "moons", seed=4))
    next(button for button in app.button if button.label == "Another").click().run()
    assert _said(app).seed == 5


def test_sliders_offer_the_default_and_stay_within_the_bounds() -> None:
    for entry in catalogue.strategies().values():
        for described in (each for each in entry["hparams"] if each["type"] in ("int", "float")):
            offered = grid(described, described["default"])
            assert described["default"] in offered
            assert offered == sorted(set(offered))
            assert all((described["low"] or 0) <= each <= (described["high"] or each) for each in offered)


def test_the_slider_of_a_strategy_is_its_own_setting() -> None:
    mains = {key: main_hparam(entry["hparams"]) for key, entry in catalogue.strategies().items()}
    assert mains["dann"] is not None
    assert mains["dann"]["name"] == "strength"
    assert mains["source-only"] is not None
    assert mains["source-only"]["name"] == "lr"


def test_a_backbone_is_picked_with_the_weights_that_it_starts_from() -> None:
    app = _pick(_drawn(RunSpec("dann", "printed-to-handwritten")), "backbone", "small-resnet")
    assert _said(app).backbone == "small-resnet"
    app.session_state["asked"] = _said(app)
    app.run()
    starts = next(box for box in app.selectbox if box.label == "Starts from")
    assert starts.options == ["Shapes · its own", "Letters", "Textures", "Nothing · random weights", "A file of mine …"]
    app = starts.set_value("letters").run()
    assert _said(app).weights == "letters"
    app.session_state["asked"] = _said(app)
    _pick(app, "backbone", "wide-cnn-bn")
    assert (_said(app).backbone, _said(app).weights) == ("wide-cnn-bn", "")


def test_a_file_of_weights_that_is_not_there_is_said_and_not_taken() -> None:
    app = _drawn(RunSpec("dann", "printed-to-handwritten", backbone="small-resnet"))
    app = next(box for box in app.selectbox if box.label == "Starts from").set_value("file").run()
    app = next(box for box in app.text_input if box.label == "File of weights").set_value("/no/such.pt").run()
    assert any("There are no weights at '/no/such.pt'" in each.value for each in app.caption)
    assert _said(app).weights == ""


def test_a_backbone_that_there_is_not_is_said_and_nothing_changes() -> None:
    app = _pick(_drawn(RunSpec("dann", "printed-to-handwritten")), "backbone", "timm:no such thing")
    assert _said(app).backbone == ""
    assert any("timm" in each.value for each in app.caption)


def test_backbones_stand_in_families_and_those_measured_on_imagenet_in_the_scatter() -> None:
    keys = backbones_for("printed-to-handwritten", "dann")
    items = {item["key"]: item for group in backbones.groups(keys) for item in group["items"]}
    assert list(items) == keys
    assert "at" in items["resnet18"] and "at" not in items["small-cnn"]
    assert [group["title"] for group in backbones.groups(keys)][:2] == ["Small, at once", "ResNet"]
    for key in keys:
        assert catalogue.backbone(key)["title"] in backbones.text(catalogue.backbone(key))


def test_a_link_says_from_which_weights_a_network_starts() -> None:
    asked = RunSpec("dann", "printed-to-handwritten", backbone="small-resnet", weights="letters")
    assert links.write(asked)["w"] == "letters"
    assert links.read(links.write(asked)) == (links.normal(asked), [])
