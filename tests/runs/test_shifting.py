"""The shift of a scenario before training, as a function and on the command line."""

import json

import pytest
from click.testing import CliRunner

from tlcore.cli import cli
from tlcore.runs.shifting import measured_shift
from tlcore.runs.spec import RunSpec
from tlcore.shift.examining import METRICS


def test_a_turned_domain_is_apart_and_an_untouched_one_is_not() -> None:
    apart, same = (measured_shift(RunSpec("source-only", "moons", shift=angle), flips=39).features for angle in (90, 0))
    for key in ("mmd", "energy", "sliced"):
        assert apart[key].p_value == 1 / 40 < same[key].p_value, key
        assert apart[key].value > 3 * same[key].value


def test_layers_and_classes_are_measured_when_asked_for() -> None:
    told = []
    spec = RunSpec("source-only", "moons", shift=60)
    found = measured_shift(spec, layers=True, classes=True, flips=9, progress=lambda *said: told.append(said))
    assert list(found.layers) == ["input", "stage 1", "stage 2"]
    assert found.layers["stage 2"] == found.features
    assert len(found.classes) == 2
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    assert measured_shift(spec, flips=9).layers == {}


def test_the_command_tells_each_metric_with_its_null() -> None:
    result = CliRunner().invoke(cli, ["shift", "--scenario", "moons", "--shift", "60", "--layers", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert set(told["metrics"]) == {each.key for each in METRICS}
    for each in told["metrics"].values():
        assert {"value", "null", "p_value", "unit"} <= set(each)
    assert [each["layer"] for each in told["layers"]] == ["input", "stage 1", "stage 2"]


@pytest.mark.parametrize("wrong", [["--scenario", "mons"], ["--scenario", "moons", "--backbone", "lenet"]])
def test_a_mistake_is_a_sentence(wrong: list[str]) -> None:
    result = CliRunner().invoke(cli, ["shift", *wrong])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
