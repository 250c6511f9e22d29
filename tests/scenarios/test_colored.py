"""ColoredMNIST's recipe, counted; on the digits at hand and on MNIST."""

from itertools import product

import numpy as np
import pytest

from tlcore import scenarios
from tlcore.scenarios import Pair, Scenario, Split
from tlcore.scenarios.colored import LARGE, TINY, flipped
from tlcore.scenarios.digits import handwritten

DIGITS = scenarios.find("colored-digits")
MNIST = scenarios.find("colored-mnist")
FEW = {"images_source": 1000, "images_target": 500, "images_test": 300}


def misleading(split: Split) -> float:
    """How often the colour is not the label's own."""
    assert split.factors is not None
    return float((split.factors[:, 1] != split.labels).mean())


def truths() -> dict[bytes, int]:
    """Of every digit, in each of its nine places, whether it is below five."""
    digits, answers = handwritten(), {}
    for image, label in zip(digits.inputs, digits.labels):
        for down, right in product((-1, 0, 1), repeat=2):
            copy = np.zeros((10, 10), np.uint8)
            copy[1 + down : 9 + down, 1 + right : 9 + right] = image[0]
            answers[copy[1:9, 1:9].tobytes()] = int(label < 5)
    return answers


def of(split: Split, environment: int) -> Split:
    assert split.factors is not None
    return split.at(np.flatnonzero(split.factors[:, 0] == environment))


def split_by(pair: Pair) -> tuple[Split, Split, Split]:
    return of(pair.source_train, 0), of(pair.source_train, 1), of(pair.target_train, 2)


def test_each_environment_s_colour_misleads_as_often_as_its_dial_says() -> None:
    assert [misleading(each) for each in split_by(DIGITS.build())] == pytest.approx([0.1, 0.2, 0.9], abs=0.005)
    turned = DIGITS.build(10, {"first": 20, "second": 90})
    assert [misleading(each) for each in split_by(turned)] == pytest.approx([0.2, 0.9, 0.1], abs=0.005)
    first, second, _ = split_by(turned)
    assert len(first) == len(second) == 9 * 450


@pytest.mark.parametrize("wrong", [0, 25])
def test_labels_are_the_digit_s_half_but_for_the_wrong_ones(wrong: float) -> None:
    truth = truths()
    pair = DIGITS.build(settings={"wrong": wrong}, seed=2)
    for split in (pair.source_train, pair.source_test, pair.target_train, pair.target_test):
        right = [truth[image.sum(0, dtype=np.uint8).tobytes()] for image in split.inputs]
        assert (np.array(right) != split.labels).mean() == pytest.approx(wrong / 100, abs=0.005)
        assert pair.classes[1] == "0 to 4"


def test_a_digit_is_red_or_green_as_its_factor_says() -> None:
    pair = DIGITS.build()
    ink = pair.target_train.inputs.max(axis=(2, 3)) > 0  # (N, 3)
    assert not ink[:, 2].any() and (ink.sum(1) == 1).all()
    assert pair.target_train.factors is not None
    assert np.array_equal(ink[:, :2].argmax(1), pair.target_train.factors[:, 1])
    assert DIGITS.card.factors[1].values == ("red", "green")


def test_wrong_labels_and_colours_fall_independently() -> None:
    """Given the label, the colour says nothing more of the digit: else the label noise could be seen through."""
    truth = truths()
    excess = []
    for seed in range(2):
        split = DIGITS.build(seed=seed).source_train
        wrong = np.array([truth[x.sum(0, dtype=np.uint8).tobytes()] for x in split.inputs]) != split.labels
        assert split.factors is not None
        other = split.factors[:, 1] != split.labels
        excess.append((wrong & other).mean() - wrong.mean() * other.mean())
    assert abs(np.mean(excess)) < 0.01


def test_every_digit_stands_in_nine_places_of_one_part() -> None:
    pair = DIGITS.build(seed=4)
    for split, originals in ((pair.source_train, 900), (pair.target_test, 300)):
        assert len(split) == 9 * originals
    grey = pair.target_test.inputs.sum(1, dtype=np.uint8)
    whole = {image[0].tobytes(): k for k, image in enumerate(handwritten().inputs)}
    placed = [k for image in grey if (k := whole.get(image.tobytes())) is not None]
    assert len(set(placed)) == len(placed) == 300


def test_flipped_is_exact_and_fair() -> None:
    bits = np.repeat(np.array([0, 1]), [300, 700])
    changed = flipped(bits, 0.1, np.random.default_rng(0)) != bits
    assert changed[:300].sum() == 30 and changed[300:].sum() == 70
    assert set(flipped(bits, 1, np.random.default_rng(0))[:300]) == {1}


@pytest.mark.parametrize(("scenario", "parts", "all_of_them"), [(DIGITS, TINY, 1797), (MNIST, LARGE, 70_000)])
def test_parts_are_the_protocol_s(scenario: Scenario, parts: dict[str, int], all_of_them: int) -> None:
    assert sum(parts.values()) == all_of_them
    source, target = (parts[f"{domain} train"] + parts[f"{domain} test"] for domain in ("source", "target"))
    assert source == pytest.approx(2 * target, rel=0.01)
    assert parts["source train"] == pytest.approx(0.8 * source, rel=0.07)
    assert scenario.card.dials[0].default == 90


@pytest.mark.usefixtures("real_data")
def test_mnist_in_colour() -> None:
    pair = MNIST.build(settings=FEW, seed=1)
    assert [misleading(each) for each in split_by(pair)] == pytest.approx([0.1, 0.2, 0.9], abs=0.005)
    assert pair.source_train.inputs.shape == (1000, 3, 28, 28)
    rows = [row.sum(0).tobytes() for split in (pair.source_train, pair.target_train) for row in split.inputs]
    assert len(set(rows)) == 1500
