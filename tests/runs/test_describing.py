"""What is said of two domains beside their distance: the samples that give them away, their pixels, their labels."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tlcore.runs.describing import EACH, described, picture
from tlcore.runs.shifting import look_through
from tlcore.runs.spec import RunSpec


def told(folder: Path, scenario: str, **choices: object) -> dict:
    return described(look_through(RunSpec("source-only", scenario, **choices)), folder)


def test_the_samples_that_give_a_domain_away_come_first(tmp_path: Path) -> None:
    found = told(tmp_path, "printed-to-handwritten")["samples"]
    kinds = found["kinds"]
    assert [each["domain"] for each in kinds["source"]] == [0] * EACH
    assert [each["domain"] for each in kinds["target"]] == [1] * EACH
    assert all(each["target"] < 0.01 for each in kinds["source"]) and all(
        each["target"] > 0.99 for each in kinds["target"]
    )
    unsure = [abs(each["target"] - 0.5) for each in kinds["confusable"]]
    assert unsure == sorted(unsure) and unsure[0] < 0.45
    assert all((each["target"] > 0.5) != each["domain"] for each in kinds["mistaken"])
    assert found["accuracy"] > 0.95
    with Image.open(tmp_path / found["sheet"]) as sheet:
        assert sheet.size == (64 * EACH, 64 * -(-found["many"] // EACH))


def test_points_are_drawn_where_they_lie(tmp_path: Path) -> None:
    found = told(tmp_path, "moons", shift=60)
    assert found["pixels"] is None and not list(tmp_path.iterdir())
    points = found["samples"]["points"]
    assert {each["domain"] for each in points} == {0, 1} and all(len(each["at"]) == 2 for each in points)
    marked = {kind for kind in found["samples"]["kinds"] if found["samples"]["kinds"][kind]}
    assert {each["kind"] for each in points} - {""} == marked


def test_pixels_are_those_of_the_images(tmp_path: Path) -> None:
    source, target = told(tmp_path, "handwritten-to-inverted")["pixels"]
    assert target["mean"][0] == pytest.approx(1 - source["mean"][0], abs=0.1)


def test_label_proportions_are_estimated_without_target_labels(tmp_path: Path) -> None:
    """Where the domains look alike, and classes are as much as ten times as frequent in the source."""
    looked = look_through(RunSpec("source-only", "handwritten-to-rotated", shift=0, settings={"imbalance": 90}))
    found = described(looked, tmp_path)["labels"]
    estimate, truth = np.array(found["estimate"]["target"]), np.array(found["truth"])
    uninformed = np.abs(np.array(found["source"]) - truth).sum()
    assert np.abs(estimate - truth).sum() < uninformed / 2
    assert found["overlap"]["both"] == found["classes"] and sum(found["truth"]) == pytest.approx(1)
    looked.prepared.pair.target_train.labels[:] = 0
    assert described(looked, tmp_path)["labels"]["estimate"] == found["estimate"]


def test_classes_that_only_one_domain_has_are_named(tmp_path: Path) -> None:
    found = told(tmp_path, "label-mismatch-partial")["labels"]
    assert found["overlap"]["source"] and not found["overlap"]["target"]
    missing = [found["truth"][found["classes"].index(name)] for name in found["overlap"]["source"]]
    assert missing == [0] * len(missing)


def test_a_picture_keeps_the_pixels_of_tiny_images_as_blocks() -> None:
    image = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]])
    drawn = np.asarray(picture(image, 8))
    assert drawn.shape == (8, 8, 3) and set(np.unique(drawn)) == {0, 255} and (drawn[:4, 4:] == 255).all()
    same = np.asarray(picture((255 * image).byte(), 8))
    assert np.array_equal(drawn, same)
