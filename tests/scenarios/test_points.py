"""Moons and blobs against geometry worked out another way."""

import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression

from tlcore import scenarios
from tlcore.scenarios.points import MOON_NOISE, blobs, moons


@pytest.mark.parametrize("degrees", [0, 35, 90, 180])
def test_the_target_is_the_upright_target_turned_by_exactly_the_dial(degrees: float) -> None:
    scenario = scenarios.find("moons")
    upright = scenario.build(0, seed=2).target_test.inputs
    turned = scenario.build(degrees, seed=2).target_test.inputs
    numbers = (upright[:, 0] + 1j * upright[:, 1]) * np.exp(1j * np.pi * degrees / 180)  # turns anticlockwise
    np.testing.assert_allclose(turned, np.stack([numbers.real, numbers.imag], axis=1), atol=1e-6)


def test_moons_lie_where_scikit_learn_draws_them_around_their_centre() -> None:
    theirs, labels = make_moons(20_000, noise=MOON_NOISE, random_state=0)
    ours = moons(labels.astype(np.int64), np.random.default_rng(0))
    for label in (0, 1):
        mine, other = ours[labels == label], theirs[labels == label] - [0.5, 0.25]
        np.testing.assert_allclose(mine.mean(0), other.mean(0), atol=0.03)
        np.testing.assert_allclose(np.cov(mine.T), np.cov(other.T), atol=0.02)


def test_half_a_turn_puts_each_moon_on_the_other() -> None:
    pair = scenarios.find("moons").build(180, seed=1)
    for label in (0, 1):
        there = pair.target_train.inputs[pair.target_train.labels == label]
        here = pair.source_train.inputs[pair.source_train.labels == 1 - label]
        np.testing.assert_allclose(there.mean(0), here.mean(0), atol=0.15)


def test_blobs_move_by_the_dial_along_one_line() -> None:
    scenario = scenarios.find("blobs")
    still, moved = scenario.build(0, seed=1), scenario.build(2, seed=1)
    assert np.array_equal(still.source_train.inputs, moved.source_train.inputs)
    step = moved.target_train.inputs - still.target_train.inputs
    np.testing.assert_allclose(step, np.broadcast_to([2, 1], step.shape), atol=1e-5)


def test_blobs_are_round_and_three_apart() -> None:
    labels = np.repeat(np.array([0, 1]), 20_000)
    cloud = blobs(labels, 0, np.random.default_rng(0))
    left, right = cloud[labels == 0], cloud[labels == 1]
    np.testing.assert_allclose(right.mean(0) - left.mean(0), [3, 0], atol=0.02)
    np.testing.assert_allclose(np.cov(left.T), 0.45**2 * np.eye(2), atol=0.01)


@pytest.mark.parametrize("percent", [50, 75, 90, 95])
def test_the_proportion_counts_the_right_blob_of_the_target_alone(percent: float) -> None:
    pair = scenarios.find("blobs").build(settings={"proportion": percent})
    assert pair.target_train.labels.sum() == pair.target_test.labels.sum() == 500 * percent / 100
    assert pair.source_train.labels.sum() == 250


@pytest.mark.parametrize("distance", [0, 2, 3])
def test_a_covariate_shift_moves_the_points_and_leaves_the_rule(distance: float) -> None:
    pair = scenarios.find("covariate-shift").build(distance, seed=1)
    for split, place in ((pair.source_train, -distance / 2), (pair.target_test, distance / 2)):
        x, y = split.inputs.T
        assert np.array_equal(split.labels == 1, y > -0.7 * x**2)
        assert x.mean() == pytest.approx(place, abs=0.15) and x.std() == pytest.approx(1, abs=0.1)


def test_under_a_covariate_shift_the_best_line_for_the_target_is_not_the_source_s_and_true_weights_find_it() -> None:
    """Shimodaira 2000: a model that is too simple for the rule has another optimum wherever the points lie."""
    gained, missed = [], []
    for seed in range(4):
        pair = scenarios.find("covariate-shift").build(2, seed=seed)
        x = pair.source_train.inputs[:, 0]
        ratio = np.minimum(np.exp(2 * x), 20)  # of two Gaussians of width 1 around 1 and -1

        def line(split: scenarios.Split, weights: np.ndarray | None = None, pair: scenarios.Pair = pair) -> float:
            fitted = LogisticRegression(C=100).fit(split.inputs, split.labels, sample_weight=weights)
            return float(fitted.score(pair.target_test.inputs, pair.target_test.labels))

        plain, weighted, best = line(pair.source_train), line(pair.source_train, ratio), line(pair.target_train)
        gained.append(weighted - plain)
        missed.append(best - weighted)
    assert np.mean(gained) > 0.1 and np.mean(missed) < 0.06
