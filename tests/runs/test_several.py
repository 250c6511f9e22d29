"""Several seeds of one experiment: each as if it were alone, and what they come to."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tlcore.cli import cli
from tlcore.errors import OutOfRange
from tlcore.intervals import over_seeds
from tlcore.runs.inline import run as alone
from tlcore.runs.several import Several, train_several, with_seeds
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

SPEC = RunSpec("source-only", "moons", steps=20, observe=False)


def test_every_seed_trains_as_if_it_were_alone(tmp_path: Path) -> None:
    heard = []
    found = train_several(tmp_path / "s", with_seeds(SPEC, [3, 1]), jobs=1, watch=lambda *steps: heard.append(steps))
    assert found.finished
    assert [run.spec.seed for run in found.runs] == [3, 1]
    for run in found.runs:
        *_, last = alone("source-only", "moons", steps=20, seed=run.spec.seed, observe=False)
        assert dict(run.metrics) == pytest.approx(dict(last.values))
    told = found.as_json()
    accuracy = [run.metrics["target_accuracy"] for run in found.runs]
    mean = over_seeds(accuracy)
    assert told["metrics"]["target_accuracy"] == {"mean": mean.value, "low": mean.low, "high": mean.high, "n": 2}
    assert told["seeds"] == [3, 1]
    json.dumps(told, allow_nan=False)
    assert all(done <= total == 40 for done, total in heard)


def test_what_did_not_finish_is_not_in_the_mean(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    run = store.submit(SPEC)
    ended = replace(run, status="finished", metrics={"target_accuracy": 0.5})
    found = Several([ended, replace(run, status="failed", metrics={"target_accuracy": 0.9})])
    assert not found.finished
    assert found.metrics["target_accuracy"].value == 0.5
    assert found.as_json()["metrics"]["target_accuracy"]["low"] is None
    assert Several([run]).metrics == {}
    store.close()


@pytest.mark.parametrize("seeds", [[], [1, 1], list(range(101))])
def test_seeds_that_make_no_sense_are_refused(seeds: list[int]) -> None:
    with pytest.raises(OutOfRange, match="different whole numbers"):
        with_seeds(SPEC, seeds)


@pytest.mark.parametrize("seeds", ["0,0", "a", "0;1"])
def test_the_command_refuses_them_in_a_sentence(seeds: str) -> None:
    result = CliRunner().invoke(cli, ["run", "--strategy", "source-only", "--scenario", "moons", "--seeds", seeds])
    assert result.exit_code == 2
    assert "0,1,2" in result.output
