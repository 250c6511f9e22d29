"""Label sets, proportions and noise, counted."""

import numpy as np
import pytest

from tlcore import scenarios
from tlcore.scenarios.digits import handwritten
from tlcore.scenarios.labels import mislabelled

PARENT = scenarios.find("printed-to-handwritten")


@pytest.mark.parametrize("missing", [0, 5, 8])
def test_a_partial_target_lacks_the_last_digits_and_is_else_the_parent_s(missing: int) -> None:
    pair = scenarios.find("label-mismatch-partial").build(95, {"missing": missing}, seed=1)
    parent = PARENT.build(95, seed=1)
    assert np.array_equal(pair.source_train.inputs, parent.source_train.inputs)
    for ours, theirs in ((pair.target_train, parent.target_train), (pair.target_test, parent.target_test)):
        rows = np.flatnonzero(theirs.labels < 10 - missing)
        assert np.array_equal(ours.inputs, theirs.inputs[rows]) and np.array_equal(ours.labels, theirs.labels[rows])


@pytest.mark.parametrize("unknown", [1, 4, 8])
def test_an_open_target_is_the_parent_s_and_the_source_lacks_the_last_digits(unknown: int) -> None:
    pair = scenarios.find("label-mismatch-open").build(95, {"unknown": unknown}, seed=1)
    parent = PARENT.build(95, seed=1)
    assert np.array_equal(pair.target_train.inputs, parent.target_train.inputs)
    assert np.array_equal(pair.target_test.labels, parent.target_test.labels)
    for split, size in ((pair.source_train, 1500), (pair.source_test, 300)):
        assert len(split) == size and set(split.labels) == set(range(10 - unknown))


@pytest.mark.parametrize("skew", [0, 50, 90, 98])
def test_each_digit_is_rarer_than_the_one_before_by_the_same_factor(skew: float) -> None:
    pair, parent = scenarios.find("label-shift").build(skew, seed=1), PARENT.build(seed=1)
    for ours, theirs in ((pair.target_train, parent.target_train), (pair.target_test, parent.target_test)):
        before, after = (np.bincount(split.labels, minlength=10) for split in (theirs, ours))
        factor = (1 - skew / 100) ** (1 / 9)
        expected = [max(1, round(count * factor**digit)) for digit, count in enumerate(before.tolist())]
        assert after.tolist() == expected
        assert {row.tobytes() for row in ours.inputs} <= {row.tobytes() for row in theirs.inputs}


def test_the_rare_digits_are_not_all_in_one_place() -> None:
    labels = scenarios.find("label-shift").build(90, seed=2).target_train.labels
    halves = np.array_split(labels, 2)
    assert abs((halves[0] > 5).sum() - (halves[1] > 5).sum()) < 4 * np.sqrt((labels > 5).sum())


@pytest.mark.parametrize("share", [0, 0.25, 0.8])
def test_wrong_labels_are_the_share_of_every_class_and_go_to_all_others_alike(share: float) -> None:
    labels = np.repeat(np.arange(10), 180)
    wrong = mislabelled(labels, share, np.random.default_rng(0))
    confusion = np.histogram2d(labels, wrong, bins=(10, 10), range=((0, 10), (0, 10)))[0]
    np.testing.assert_allclose(np.diag(confusion), 180 * (1 - share))
    others = confusion[~np.eye(10, dtype=bool)]
    assert abs(others - 180 * share / 9).max() < 1


def test_only_the_source_s_training_labels_are_wrong() -> None:
    digits = handwritten()
    answers = {image.tobytes(): label for image, label in zip(digits.inputs, digits.labels)}
    pair = scenarios.find("label-noise").build(40, seed=3)
    right = {
        name: np.mean([answers[image.tobytes()] == label for image, label in zip(split.inputs, split.labels)])
        for name, split in (
            ("source train", pair.source_train), ("source test", pair.source_test),
            ("target train", pair.target_train), ("target test", pair.target_test),
        )
    }  # fmt: skip
    assert right["source train"] == pytest.approx(0.6, abs=0.01)
    assert right["source test"] == right["target train"] == right["target test"] == 1
