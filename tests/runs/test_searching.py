"""A search for settings: what it turns, what it looks at, and that it goes on where it was."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tlcore.cli import cli
from tlcore.errors import RequestError, StoreError, UnknownKey
from tlcore.runs import searching
from tlcore.runs.searching import FIXED, Search, search, tunable
from tlcore.runs.spec import RunSpec
from tlcore.training.evaluators import Accuracy
from tlcore.training.validating import THOROUGH

pytestmark = pytest.mark.xdist_group("searches")  # in one process, where three trials are made once

SPEC = RunSpec("dann", "moons", steps=12)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """Three trials in one go."""
    return search(SPEC, 3, "information", tmp_path_factory.mktemp("whole") / "s")


def test_the_defaults_come_first_and_the_validator_chooses(tmp_path: Path) -> None:
    seen = []
    found = search(SPEC, 3, "source_validation", tmp_path / "s", lambda done, trial: seen.append((done, trial)))
    plain = SPEC.completed().hparams
    assert all(found.trials[0].hparams[name] == plain[name] for name in found.trials[0].hparams)
    assert found.best is max(found.trials, key=lambda each: each.scores["source_validation"])
    assert [done for done, _ in seen] == [1, 2, 3]
    assert [trial for _, trial in seen] == list(found.trials)
    assert all(set(each.scores) == set(THOROUGH) and each.oracle is not None for each in found.trials)
    json.dumps(found.as_json(), allow_nan=False)


def test_a_search_goes_on_where_it_was(tmp_path: Path, whole: Search) -> None:
    begun = search(SPEC, 1, "information", tmp_path / "parts")
    assert search(SPEC, 1, "information", tmp_path / "parts") == begun
    assert search(SPEC, 3, "information", tmp_path / "parts") == whole
    assert len(whole.trials) == 3


def test_target_labels_take_no_part_in_the_choice(
    tmp_path: Path, whole: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every target answer wrong the oracle is another, and the search the same."""
    graded = Accuracy.evaluate

    def misgraded(self, strategy, *, final):
        return {**graded(self, strategy, final=final), "target_accuracy": 0.125}

    monkeypatch.setattr(Accuracy, "evaluate", misgraded)
    after = search(SPEC, 3, "information", tmp_path / "after")
    assert [each.oracle for each in after.trials] == [0.125] * 3
    assert [replace(each, oracle=None) for each in after.trials] == [
        replace(each, oracle=None) for each in whole.trials
    ]


def test_what_a_search_may_turn_stays_within_bounds() -> None:
    for strategy in ("dann", "mmd", "cdan", "mean-teacher", "adda"):
        spec = RunSpec(strategy, "printed-to-handwritten").completed()
        space = tunable(spec)
        assert space and not set(space) & set(FIXED)
        for each in space.values():
            assert "among" in each or each["low"] <= each["high"]


def test_a_training_that_fails_is_a_trial_without_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_tried", lambda spec: ({}, "The loss became infinite."))
    found = search(SPEC, 2, "information", tmp_path / "s")
    assert found.best is None
    assert [each.error for each in found.trials] == ["The loss became infinite."] * 2
    assert found.correlations == {}


def test_mistakes_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(UnknownKey, match="certainty"):
        search(SPEC, 1, "certainly", tmp_path / "s")
    with pytest.raises(RequestError, match="name classes"):
        search(RunSpec("k-means", "moons"), 1, "information", tmp_path / "s")
    (tmp_path / "broken").write_text("no database " * 100)
    with pytest.raises(StoreError, match="move that file away"):
        search(SPEC, 1, "information", tmp_path / "broken")


def test_the_command_tells_the_choice_and_marks_the_oracle(tmp_path: Path) -> None:
    choice = ["search", "--strategy", "mmd", "--scenario", "moons", "--steps", "5", "--trials", "3"]
    result = CliRunner().invoke(cli, [*choice, "--searches", str(tmp_path / "s"), "--validator", "density"])
    assert result.exit_code == 0, result.output
    assert "oracle" in result.stdout and "--set" in result.stdout and "'density' chooses" in result.stdout
