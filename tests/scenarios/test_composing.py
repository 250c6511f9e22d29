"""Composed shifts: nothing at 0, further with every dial, the same for equal seeds however many rows there are."""

import time
from functools import cache

import numpy as np
import pytest

from tests.scenarios.test_promises import nearest_neighbour
from tlcore import catalogue, scenarios
from tlcore.errors import OutOfRange, UnknownKey
from tlcore.scenarios import Pair
from tlcore.scenarios.composing import BUILT_IN
from tlcore.scenarios.digits import handwritten
from tlcore.scenarios.photo import patches, photographs
from tlcore.scenarios.recipe import DIALS, Recipe, changed

EVERY = pytest.mark.parametrize("key", [f"{base}~shifted" for base in BUILT_IN])
FULL = Recipe(rotate=30, background=60, blur=30, colour=40, hue=200, brightness=-20, contrast=-20, noise=10)
IMAGES = patches(photographs(), 40, 32, np.random.default_rng(0))
ALONE = [each.name for each in DIALS if each.name not in ("shift", "hue", "class_mix")]
PARTS = ("source_train", "source_test", "target_train", "target_test")


@cache
def still(key: str) -> Pair:
    """With all dials at rest."""
    return scenarios.find(key).build(seed=2)


@EVERY
def test_with_all_dials_at_rest_or_no_strength_nothing_changes(key: str) -> None:
    scenario = scenarios.find(key)
    at_rest, without = still(key), scenario.build(0, {"rotate": 90, "noise": 50, "class_mix": 90}, 2)
    for name in PARTS:
        one, other = getattr(at_rest, name), getattr(without, name)
        assert np.array_equal(one.inputs, other.inputs) and np.array_equal(one.labels, other.labels)
    if key == "handwritten~shifted":
        known = {image.tobytes() for image in handwritten().inputs}
        assert {image[:1].tobytes() for image in at_rest.target_train.inputs} <= known


@EVERY
def test_the_source_stays_and_no_image_is_in_two_parts(key: str) -> None:
    scenario = scenarios.find(key)
    at_rest, far = still(key), scenario.build(settings={"rotate": 45, "colour": 80}, seed=2)
    assert np.array_equal(at_rest.source_train.inputs, far.source_train.inputs)
    assert np.array_equal(at_rest.source_test.inputs, far.source_test.inputs)
    assert not np.array_equal(at_rest.target_test.inputs, far.target_test.inputs)
    assert np.array_equal(at_rest.target_train.labels, far.target_train.labels)
    rows = [image.tobytes() for name in PARTS for image in getattr(at_rest, name).inputs]
    assert len(set(rows)) > 0.98 * len(rows)  # print repeats itself now and then
    assert scenario.card.shape == at_rest.source_train.inputs.shape[1:] == far.target_test.inputs.shape[1:]
    assert far.target_train.inputs.flags.writeable and at_rest.source_train.inputs.flags.writeable


@pytest.mark.parametrize("paper", [True, False])
@pytest.mark.parametrize("name", ALONE)
def test_each_dial_moves_images_further_the_more_it_is_turned(name: str, paper: bool) -> None:
    digits = np.repeat(handwritten().inputs[:60], 3, axis=1) if paper else IMAGES
    full = {"rotate": 90, "colour": -100}.get(name, 100)
    if name == "colour" and paper:
        full = 100  # paler than grey there is nothing
    moved = [
        np.abs(changed(digits, Recipe(**{name: share * full}), 0, "part", paper) - digits.astype(float)).mean()
        for share in (0, 0.5, 0.75, 1)
    ]
    assert moved[0] == 0 and moved == sorted(set(moved))


@pytest.mark.parametrize(("name", "value"), [("rotate", 90), ("noise", 80), ("background", 100), ("contrast", -95)])
def test_strength_scales_all_and_the_target_is_harder_to_name(name: str, value: float) -> None:
    scenario = scenarios.find("handwritten~shifted")
    named = []
    for shift in (0, 50, 100):
        pair = scenario.build(shift, {name: value})
        named.append(nearest_neighbour(pair.source_train, pair.target_test))
    assert named[0] + 0.02 > named[1] and named[1] + 0.02 > named[2] and named[0] > named[2] + 0.1
    half = scenario.build(100, {name: value / 2})
    assert np.array_equal(half.target_test.inputs, scenario.build(50, {name: value}).target_test.inputs)


def test_the_mix_of_classes_changes_in_the_target_alone() -> None:
    pair = scenarios.find("shapes~shifted").build(settings={"class_mix": 90})
    train, test = (np.bincount(split.labels) for split in (pair.target_train, pair.target_test))
    assert train.tolist() == [round(300 * 0.1 ** (k / 4)) for k in range(5)]
    assert test.tolist() == [round(100 * 0.1 ** (k / 4)) for k in range(5)]
    assert set(np.bincount(pair.source_train.labels)) == {300}
    assert pair.target_train.factors is not None and len(pair.target_train.factors) == len(pair.target_train)
    assert catalogue.turned("shapes~shifted", {"class_mix": 90.0})["label_sets"] == "skewed"


@pytest.mark.parametrize("paper", [True, False])
def test_what_becomes_of_a_row_does_not_depend_on_the_others(paper: bool) -> None:
    every = changed(IMAGES, FULL, 7, "part", paper)
    assert np.array_equal(every[:5], changed(IMAGES[:5], FULL, 7, "part", paper))
    assert np.array_equal(every[20:22], changed(IMAGES[20:22], FULL, 7, "part", paper, first=20))
    twice = np.concatenate([IMAGES] * 9)  # more than are worked on at once
    assert np.array_equal(every, changed(twice, FULL, 7, "part", paper)[:40])
    assert not np.array_equal(every, changed(IMAGES, FULL, 8, "part", paper))
    same = changed(np.repeat(IMAGES[:1], 2, axis=0), FULL, 7, "part", paper)
    assert not np.array_equal(same[0], same[1])  # chance is another one for every image


def test_the_input_is_not_written_to() -> None:
    before = IMAGES.copy()
    changed(IMAGES, FULL, 0, "part", paper=False)
    assert np.array_equal(before, IMAGES)


@EVERY
def test_a_preview_shows_the_first_rows_in_milliseconds(key: str) -> None:
    scenario, took = scenarios.find(key), []
    settings = {"rotate": 30, "background": 50, "noise": 10, "class_mix": 80}
    pair = scenario.build(settings=settings, seed=5)
    for _ in range(5):
        start = time.process_time()
        near, far = scenario.preview(settings=settings, seed=5, count=8)
        took.append(time.process_time() - start)
    assert np.array_equal(near.inputs, pair.source_train.inputs[:8])
    assert np.array_equal(far.inputs, pair.target_train.inputs[:8])
    assert np.array_equal(far.labels, pair.target_train.labels[:8])
    assert min(took) < 0.05


def test_two_thousand_images_take_less_than_a_second() -> None:
    many = np.random.default_rng(0).integers(0, 256, (2000, 3, 32, 32), dtype=np.uint8)
    start = time.process_time()
    changed(many, FULL, 0, "part", paper=False)
    assert time.process_time() - start < 1


def test_keys_are_found_and_told() -> None:
    assert catalogue.scenario("letters~shifted")["title"] == scenarios.find("letters~shifted").card.title
    with pytest.raises(UnknownKey, match=r"'handwriten'.*did you mean 'handwritten'"):
        scenarios.find("handwriten~shifted")
    with pytest.raises(OutOfRange, match="rotation of 'shapes~shifted' should be from 0 to 180°, but is 200"):
        scenarios.find("shapes~shifted").build(settings={"rotate": 200})
