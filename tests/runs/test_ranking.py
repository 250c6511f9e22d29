"""Ranking backbones on few labels: which of them are asked, what is said of each, and what a good one looks like."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from tlcore.cli import cli
from tlcore.errors import OutOfRange
from tlcore.runs.ranking import SCORES, _spread, _subsets, ranked
from tlcore.runs.spec import RunSpec

FEW = ("small-cnn-bn", "small-cnn-letters")


def test_a_related_pre_training_is_ranked_above_none() -> None:
    """Letters teach strokes, which is what digits are made of."""
    spec = RunSpec("linear-probe", "printed-to-handwritten", target_labels=10)
    found = ranked(spec, FEW)
    best, other = found.candidates
    assert (best.backbone, best.weights) == ("small-cnn-letters", "letters")
    assert (other.backbone, other.weights) == ("small-cnn-bn", "none")
    assert found.labels == 100
    for score in ("logme", "h-score", "knn", "leep"):
        assert best.scores[score] > other.scores[score], score
        assert best.ranks[score][0] == 1
    assert set(best.scores) == set(SCORES)
    assert all(1 <= low <= high <= 2 for _, low, high in best.ranks.values())


def test_the_same_seed_says_the_same() -> None:
    spec = RunSpec("linear-probe", "moons", target_labels=5)
    assert ranked(spec, ["tiny-mlp", "tiny-linear"]) == ranked(spec, ["tiny-mlp", "tiny-linear"])


def test_weights_that_are_elsewhere_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    found = ranked(RunSpec("linear-probe", "printed-to-handwritten", target_labels=2), ["resnet18"])
    assert not found.candidates
    assert "44" in found.left_out["resnet18:imagenet"] or "45" in found.left_out["resnet18:imagenet"]


def test_one_label_a_class_is_too_few() -> None:
    with pytest.raises(OutOfRange, match="at least 2"):
        ranked(RunSpec("linear-probe", "moons", target_labels=1))


def test_the_command_tells_every_score() -> None:
    choice = ["--backbone", "tiny-mlp", "--backbone", "tiny-linear"]
    result = CliRunner().invoke(cli, ["rank", "--scenario", "moons", "--target-labels", "5", *choice, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert {each["backbone"] for each in told["backbones"]} == {"tiny-mlp", "tiny-linear"}
    assert all(set(each["scores"]) == set(SCORES) for each in told["backbones"])
    wrong = CliRunner().invoke(cli, ["rank", "--scenario", "moons", "--backbone", "nonsense"])
    assert wrong.exit_code == 2


def test_the_spread_is_that_of_other_labels_where_plain_draws_and_a_bootstrap_are_wrong() -> None:
    """The score of 60 rows here is the mean distance to the nearest other row: repeats would make it nought."""

    def score(rows: np.ndarray) -> float:
        apart = np.abs(rows[:, None] - rows) + 1e9 * np.eye(len(rows))
        return float(np.sqrt(apart.min(1)).mean() + rows.mean())

    def drawn(seed: int) -> np.ndarray:
        return np.random.default_rng(seed).normal(size=60)

    truth = np.std([score(drawn(seed)) for seed in range(200)])
    labels, told, plain, repeats = np.repeat([0, 1, 2], 20), [], [], []
    for seed in range(20):
        rows, random = drawn(1000 + seed), np.random.default_rng(seed)
        parts = np.array([[score(rows[at]) for at in _subsets(labels, seed, 30)]])
        told.append(_spread(np.array([score(rows)]), parts, 0.8).std())
        plain.append(parts.std())
        repeats.append(score(rows[random.integers(0, 60, 60)]) - score(rows))
    assert np.mean(told) == pytest.approx(truth, rel=0.2)
    assert np.mean(plain) < 0.6 * truth
    assert abs(np.mean(repeats)) > 3 * np.std(repeats) / np.sqrt(20), "a bootstrap is off the mark"


def test_the_spread_lies_about_the_score_of_all_labels() -> None:
    whole, parts = np.array([1.0, 5.0]), np.array([[3.0, 4.0, 5.0], [1.0, 1.0, 1.0]])
    assert _spread(whole, parts, 0.8) == pytest.approx(np.array([[-1.0, 1.0, 3.0], [5.0, 5.0, 5.0]]))


def test_of_two_labels_a_class_nothing_is_known_of_the_ranks() -> None:
    found = ranked(RunSpec("linear-probe", "moons", target_labels=2), ["tiny-mlp", "tiny-linear"])
    assert {each.ranks["logme"][1:] for each in found.candidates} == {(1.0, 2.0)}
