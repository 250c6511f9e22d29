"""The bundled handwriting against scikit-learn's own loader, and print against its own rules."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tlcore import scenarios
from tlcore.errors import DataUnavailable
from tlcore.scenarios import digits
from tlcore.scenarios.base import stratified
from tlcore.scenarios.printing import Styles, counted, drawn

LEVELS = set(np.rint(np.arange(17) * 255 / 16).astype(int))


def test_handwriting_is_scikit_learn_s_in_bytes() -> None:
    theirs = load_digits()
    ours = digits.handwritten()
    np.testing.assert_array_equal(np.rint(ours.inputs[:, 0] / 255 * 16), theirs.images)
    np.testing.assert_array_equal(ours.labels, theirs.target)
    assert set(np.unique(ours.inputs)) == LEVELS


def test_a_missing_file_of_scikit_learn_is_named() -> None:
    with pytest.raises(DataUnavailable, match=r"'data/nothing.gz' is not installed: install the package again"):
        digits.bundled("data/nothing.gz")


def test_the_kept_handwriting_cannot_be_spoilt() -> None:
    with pytest.raises(ValueError, match="read-only"):
        digits.handwritten().inputs[0] = 0


def test_ink_is_counted_in_blocks_of_four_by_four() -> None:
    ink = np.random.default_rng(0).random((3, 32, 32)) < 0.4
    grey = counted(ink)
    for image, row, column in [(0, 0, 0), (1, 3, 7), (2, 7, 2)]:
        number = sum(bool(ink[image, 4 * row + y, 4 * column + x]) for y in range(4) for x in range(4))
        assert grey[image, 0, row, column] == round(number * 255 / 16)


def test_print_has_the_grey_levels_of_the_scans() -> None:
    assert set(np.unique(scenarios.find("printed-to-handwritten").build().source_train.inputs)) == LEVELS


def test_styles_of_spread_zero_are_one_style() -> None:
    images = drawn(np.full(20, 7), Styles.varied(20, 0, np.random.default_rng(0)))
    assert len({image.tobytes() for image in images}) == 1
    varied = drawn(np.full(20, 7), Styles.varied(20, 1, np.random.default_rng(0)))
    assert len({image.tobytes() for image in varied}) == 20


def test_finer_print_has_less_ink_at_the_same_places() -> None:
    labels = np.arange(200) % 10
    bold, fine = (drawn(labels, Styles.varied(200, 0.3, np.random.default_rng(1), fineness)) for fineness in (0, 0.8))
    assert fine.mean() < 0.5 * bold.mean()
    assert np.all(fine <= bold)


def test_moving_a_style_moves_the_ink() -> None:
    plain = Styles.varied(1, 0, np.random.default_rng(0))
    moved = Styles(**{**vars(plain), "right": plain.right + 4, "down": plain.down + 4})  # one block each way
    here, there = drawn(np.array([3]), plain)[0, 0], drawn(np.array([3]), moved)[0, 0]
    np.testing.assert_array_equal(there[1:, 1:], here[:-1, :-1])


def test_print_can_be_read_by_print() -> None:
    """The nearest class mean of varied print reads plain print: every glyph is the digit it says."""
    labels = np.arange(1000) % 10
    known = drawn(labels, Styles.varied(1000, 0.3, np.random.default_rng(0))).reshape(1000, -1) / 255
    asked = drawn(np.arange(10), Styles.varied(10, 0, np.random.default_rng(1))).reshape(10, -1) / 255
    means = np.stack([known[labels == digit].mean(0) for digit in range(10)])
    assert np.array_equal(((asked[:, None] - means[None]) ** 2).sum(2).argmin(1), np.arange(10))


def test_every_stretch_of_a_stratified_order_is_in_proportion() -> None:
    labels = np.random.default_rng(0).choice(4, size=1000, p=[0.4, 0.3, 0.2, 0.1])
    order = stratified(labels, np.random.default_rng(1))
    assert sorted(order) == list(range(1000))
    whole = np.bincount(labels) / 1000
    for start, stop in [(0, 100), (333, 433), (900, 1000), (0, 500)]:
        found = np.bincount(labels[order[start:stop]], minlength=4)
        np.testing.assert_allclose(found, whole * (stop - start), atol=2)
