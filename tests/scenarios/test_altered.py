"""Composed shifts of images on disk, in a library with one small folder."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tlcore import catalogue, scenarios
from tlcore.library import arriving, cache
from tlcore.scenarios.altered import on_paper
from tlcore.scenarios.recipe import Recipe, changed

KEY = "pets~shifted"
SETTINGS = {"rotate": 20.0, "background": 40.0, "noise": 10.0}


@pytest.fixture
def pets(home: Path, tmp_path: Path) -> Path:
    """Two classes of 30 images of many sizes, each of one grey that no other has."""
    for k in range(60):
        folder = tmp_path / "Pets" / ("cat", "dog")[k % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40 + k, 80 - k // 2), (4 * k, 4 * k, 4 * k)).save(folder / f"{k}.png")
    arriving.add(tmp_path / "Pets", copy=False)
    return home


def greys(split: scenarios.Split) -> list[int]:
    return [int(image.mean()) for image in split.inputs.read()]


@pytest.mark.usefixtures("pets")
def test_halves_share_no_image_and_the_target_s_is_changed() -> None:
    scenario = scenarios.find(KEY)
    assert catalogue.scenario(KEY)["title"] == "Pets → Pets, changed"
    plain, far = scenario.build(seed=1), scenario.build(settings=SETTINGS, seed=1)
    parts = ("source_train", "source_validation", "source_test", "target_train", "target_validation", "target_test")
    every = [grey for name in parts for grey in greys(getattr(plain, name))]
    assert sorted(every) == [4 * k for k in range(60)]
    for name in parts:
        before, after = getattr(plain, name), getattr(far, name)
        assert np.array_equal(before.labels, after.labels)
        images = before.inputs.read()
        if name.startswith("target"):
            purpose = f"{KEY}, {name.replace('_', ' ')}"
            images = changed(images, Recipe.of({**scenario.dialled(None, SETTINGS)}), 1, purpose, paper=False)
        assert np.array_equal(images, after.inputs.read())
    assert set(greys(plain.source_train)) != set(greys(scenario.build(seed=2).source_train))


@pytest.mark.usefixtures("pets")
def test_changed_images_are_made_once_and_none_where_nothing_changes() -> None:
    scenario = scenarios.find(KEY)
    scenario.build(seed=1)
    assert len(cache.sizes()) == 1  # of the folder itself, whatever the seed
    scenario.build(settings=SETTINGS, seed=1)
    files = {each.file: each.file.stat().st_mtime_ns for each in cache.sizes()}
    assert len(files) == 4  # and the changed half of each part
    scenario.build(settings=SETTINGS, seed=1)
    assert {each.file for each in cache.sizes()} == set(files)
    scenario.build(settings={**SETTINGS, "class_mix": 50}, seed=1)
    assert len(cache.sizes()) == 4
    scenario.build(settings={**SETTINGS, "noise": 11}, seed=1)
    assert len(cache.sizes()) == 7


@pytest.mark.usefixtures("pets")
def test_a_preview_shows_the_first_rows_before_and_after_anything_is_decoded() -> None:
    scenario = scenarios.find(KEY)
    before = scenario.preview(settings=SETTINGS, count=5)
    assert cache.sizes() == []
    pair, after = scenario.build(settings=SETTINGS), scenario.preview(settings=SETTINGS, count=5)
    for seen in (before, after):
        assert np.array_equal(seen[0].inputs, pair.source_train.inputs[:5].read())
        assert np.array_equal(seen[1].inputs, pair.target_train.inputs[:5].read())
        assert np.array_equal(seen[1].labels, pair.target_train.labels[:5])


@pytest.mark.usefixtures("pets")
def test_dials_about_labels_hold_there_too() -> None:
    pair = scenarios.find(KEY).build(settings={**SETTINGS, "label_noise": 40, "imbalance": 50})
    assert len(pair.source_train) < len(scenarios.find(KEY).build().source_train)
    assert pair.source_train.inputs.shape[1:] == (3, 48, 48)


def test_ink_on_paper_is_known_by_its_set() -> None:
    assert on_paper("mnist") and on_paper("usps") and not on_paper("svhn") and not on_paper("pacs/photo")
