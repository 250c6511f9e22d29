"""Several seeds of one experiment: each as if it were alone, and what they come to."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from scipy.stats import binomtest

from tlcore.cli import cli
from tlcore.cli.seeds import told
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


def test_every_seed_is_told_with_its_interval_and_the_mean_beside(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    metrics = {"source_accuracy": 1.0, "source_items": 300, "target_accuracy": 0.8, "target_items": 600}
    runs = [replace(store.submit(replace(SPEC, seed=seed)), status="finished", metrics=metrics) for seed in (0, 1)]
    said = told(Several([runs[0], replace(runs[1], metrics={**metrics, "target_accuracy": 0.9})])).splitlines()
    store.close()
    low, high = binomtest(540, 600).proportion_ci(method="wilson")
    assert said[3] == f"Run {runs[1].id}, seed 1: finished."
    assert said[5] == (
        f"  target accuracy 90.0% ({low:.1%}–{high:.1%}, 95 % Wilson interval, n = 600 held-out test images) ⚑"
    )
    assert "Target accuracy ⚑: 85.0% ±" in "\n".join(said)
    assert sum("measured with target labels" in line for line in said) == 1, "what ⚑ means is said once"
