"""An experiment in the address bar and back, and links that somebody else wrote."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import links, words
from dashboard.choices import home
from tlcore import catalogue
from tlcore.errors import RequestError
from tlcore.runs.spec import RunSpec


@st.composite
def specs(draw: st.DrawFn) -> RunSpec:
    """Any experiment that can be run."""
    scenario = draw(st.sampled_from(sorted(catalogue.scenarios())))
    strategy = draw(st.sampled_from(sorted(catalogue.strategies())))
    dials = {
        dial["name"]: draw(st.floats(dial["low"], dial["high"], allow_subnormal=False))
        for dial in catalogue.scenario(scenario)["dials"]
    }
    hparams = {
        each["name"]: draw(
            (st.integers if each["type"] == "int" else st.floats)(int(each["low"]) or 1, int(each["high"]))
        )
        for each in catalogue.strategy(strategy)["hparams"]
        if each["type"] in ("int", "float") and each["high"] >= 1 and not each["among"] and draw(st.booleans())
    }
    shift = dials.pop("shift", None)
    spec = RunSpec(strategy, scenario, "", shift, dials, draw(st.integers(1, 50)), draw(st.integers(0, 10**6)))
    spec = RunSpec(**{**spec.as_json(), "hparams": hparams})
    try:
        spec.completed()
    except RequestError:
        return RunSpec("dann", "moons", shift=draw(st.floats(0, 180, allow_subnormal=False)))
    return spec


@given(specs())
@settings(max_examples=60, deadline=None)
def test_what_a_link_says_is_what_was_written(spec: RunSpec) -> None:
    again, ignored = links.read(links.write(spec))
    assert ignored == []
    assert again.completed() == spec.completed()


def test_a_link_says_how_images_are_varied_where_that_means_something() -> None:
    varied = RunSpec("dann", "shapes", augment="photos")
    assert links.write(varied) == {"d": "shapes", "aug": "photos", "s": "dann"}
    assert links.read(links.write(varied))[0] == links.normal(varied)
    assert links.read({"d": "moons", "s": "dann", "aug": "photos"})[1] == ["aug=photos"]


def test_a_link_says_nothing_that_is_at_its_default() -> None:
    assert links.write(RunSpec("dann", "moons")) == {"d": "moons", "s": "dann"}
    assert links.write(RunSpec("dann", "moons", "tiny-mlp", 35, hparams={"strength": 0.3})) == {
        "d": "moons",
        "s": "dann",
    }


def test_a_link_is_readable() -> None:
    spec = RunSpec("dann", "moons", shift=60.0, seed=3, hparams={"strength": 1.0, "steps": 400})
    assert links.query(spec) == "d=moons&shift=60&s=dann&steps=400&strength=1&seed=3"


def test_the_link_of_another_machine_does_not_say_its_device() -> None:
    assert "device" not in links.query(RunSpec("dann", "moons", device="cuda"))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"d": "moons", "s": "dann", "colour": "red", "shift": "banana"}, ["colour", "shift=banana"]),
        ({"d": "nowhere"}, ["d=nowhere"]),
        ({"s": "deep-corral"}, ["s=deep-corral"]),
        ({"shift": "720"}, ["shift=720"]),
        ({"m": "resnet18"}, ["m=resnet18"]),
        ({"seed": "-1"}, ["seed=-1"]),
        ({"seed": "x" * 500}, ["seed"]),
        ({"d": "moons", "s": "adabn"}, ["s=adabn"]),
    ],
)
def test_settings_that_mean_nothing_are_named_and_ignored(link: dict[str, str], expected: list[str]) -> None:
    spec, ignored = links.read(link)
    assert ignored == expected
    assert spec == links.FIRST


def test_the_rest_of_a_broken_link_still_holds() -> None:
    spec, ignored = links.read({"d": "blobs", "s": "deep-coral", "shift": "1.5", "typo": "1"})
    assert (spec.scenario, spec.strategy, spec.shift, ignored) == ("blobs", "deep-coral", 1.5, ["typo"])


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=5))
@settings(max_examples=80, deadline=None)
def test_no_link_breaks_the_page(link: dict[str, str]) -> None:
    spec, _ = links.read(link)
    spec.completed()


def test_ignored_settings_are_counted_in_words() -> None:
    assert words.ignored(["a", "b"]) == "Two settings in this link are unknown and were ignored: a, b."
    assert words.ignored(["a"]) == "One setting in this link is unknown and was ignored: a."


def test_a_link_that_names_a_strategy_alone_brings_data_on_which_it_runs() -> None:
    spec, ignored = links.read({"s": "adabn"})
    assert (spec.strategy, spec.scenario, ignored) == ("adabn", home("adabn").scenario, [])
    assert links.read({"s": "mmd"})[0].scenario == links.FIRST.scenario


def test_no_name_in_a_link_means_two_things() -> None:
    dials = {dial["name"] for card in catalogue.scenarios().values() for dial in card["dials"]}
    taken = dials | {*links.WORDS, *links.WHOLE, links.RUN}
    for key, entry in catalogue.strategies().items():
        assert not taken & {each["name"] for each in entry["hparams"]}, key
