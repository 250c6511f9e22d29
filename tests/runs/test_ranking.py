"""Ranking backbones on few labels: which of them are asked, what is said of each, and what a good one looks like."""

import json

import pytest
from click.testing import CliRunner

from tlcore.cli import cli
from tlcore.errors import OutOfRange
from tlcore.runs.ranking import SCORES, ranked
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
