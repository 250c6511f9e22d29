"""The validators against sums written out, closed forms, and what each of them is for."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy, norm

from tlcore.validators import (
    certainty,
    deep_embedded,
    density_ratio,
    importance_weighted,
    information,
    neighbourhood_density,
    nuclear_norm,
    reverse,
)

BY_PREDICTIONS = [certainty, information, nuclear_norm, neighbourhood_density]


def predicted(rows: int = 20, classes: int = 3, sharp: float = 1.0, seed: int = 0) -> np.ndarray:
    logits = sharp * np.random.default_rng(seed).normal(size=(rows, classes))
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


@given(st.integers(0, 1000), st.floats(0.1, 10))
def test_certainty_and_information_are_scipys_entropies(seed: int, sharp: float) -> None:
    rows = predicted(sharp=sharp, seed=seed)
    mean = entropy(rows, axis=1).mean()
    assert certainty(rows) == pytest.approx(-mean)
    assert information(rows) == pytest.approx(entropy(rows.mean(0)) - mean)


def test_the_best_and_worst_that_there_is() -> None:
    sure, lost = np.eye(4)[np.arange(20) % 4], np.full((20, 4), 0.25)
    one = np.eye(4)[np.zeros(20, dtype=int)]
    assert [certainty(each) for each in (sure, one, lost)] == pytest.approx([0, 0, -log(4)])
    assert [information(each) for each in (sure, one, lost)] == pytest.approx([log(4), 0, 0])
    assert [nuclear_norm(each) for each in (sure, one, lost)] == pytest.approx(
        [sqrt(4 / 20), 1 / sqrt(20), 0.5 / sqrt(20)]
    )


def test_nuclear_norm_is_the_trace_of_a_root() -> None:
    rows = predicted()
    assert nuclear_norm(rows) == pytest.approx(np.sqrt(np.linalg.eigvalsh(rows.T @ rows)).sum() / 20)


def test_neighbourhood_density_is_the_papers_sum() -> None:
    rows, total = predicted(12), 0.0
    for i, row in enumerate(rows):
        others = [other for j, other in enumerate(rows) if j != i]
        scores = [np.exp(row @ each / (np.linalg.norm(row) * np.linalg.norm(each)) / 0.05) for each in others]
        total += entropy(np.array(scores) / sum(scores))
    assert neighbourhood_density(rows) == pytest.approx(total / 12)


def test_neighbourhood_density_prefers_dense_clusters_to_a_scatter() -> None:
    clusters = np.eye(4)[np.arange(40) % 4] * 0.97 + 0.0075
    assert neighbourhood_density(clusters) == pytest.approx(log(9), abs=1e-3)  # nine others in each cluster of ten
    assert neighbourhood_density(predicted(40, 4, 0.5)) < log(39)


@pytest.mark.parametrize("validator", BY_PREDICTIONS)
def test_the_order_of_rows_and_classes_does_not_matter(validator) -> None:
    rows = predicted()
    assert validator(rows[::-1, [2, 0, 1]]) == pytest.approx(validator(rows))


@pytest.mark.parametrize("validator", BY_PREDICTIONS)
def test_logits_are_refused(validator) -> None:
    with pytest.raises(ValueError, match="sum up to 1"):
        validator(np.array([[3.0, -1.0], [0.5, 2.0]]))


def gaussians(rows: int, shift: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return tuple(random.normal(mean, 1, (rows, 1)) for mean in (0, shift, 0))


def test_density_ratio_of_two_gaussians_is_their_closed_form() -> None:
    source, target, asked = gaussians(20_000)
    expected = norm.pdf(asked, 1) / norm.pdf(asked, 0)
    found = density_ratio(source, target[:5000], asked)
    middle = np.abs(asked[:, 0]) < 2
    assert found[middle] == pytest.approx(expected[middle, 0], rel=0.15)
    assert found.mean() == pytest.approx(1, abs=0.05)


def test_weighted_risks_are_the_targets_risk_and_the_control_variate_lessens_their_scatter() -> None:
    """With a loss of x² the risk on N(0.7, 1) is 1.49, and 1 on the source."""
    plain, controlled = [], []
    for seed in range(300):
        asked = np.random.default_rng(seed).normal(0, 1, 200)
        weights = norm.pdf(asked, 0.7) / norm.pdf(asked)
        plain.append(importance_weighted(weights, asked**2).value)
        controlled.append(deep_embedded(weights, asked**2).value)
    assert np.mean(plain) == pytest.approx(-1.49, abs=0.06)
    assert np.mean(controlled) == pytest.approx(-1.49, abs=0.1)
    assert np.std(controlled) < 0.8 * np.std(plain)


def test_deep_embedded_is_the_papers_algorithm() -> None:
    random = np.random.default_rng(0)
    weights, losses = random.exponential(size=50), random.random(50)
    products = weights * losses
    eta = -((products - products.mean()) @ (weights - weights.mean())) / ((weights - weights.mean()) ** 2).sum()
    found = deep_embedded(weights, losses)
    assert found.value == pytest.approx(-(products.mean() + eta * weights.mean() - eta))
    assert found.effective == pytest.approx(weights.sum() ** 2 / (weights @ weights))


def test_equal_weights_give_the_plain_risk() -> None:
    losses = np.random.default_rng(0).random(30)
    for risk in (deep_embedded, importance_weighted):
        assert risk(np.ones(30), losses) == (pytest.approx(-losses.mean()), pytest.approx(30))
    with pytest.raises(ValueError, match="as many losses"):
        deep_embedded(np.ones(3), np.ones(4))


def test_the_way_back_is_found_by_right_answers_and_not_by_wrong_ones() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(60) % 3
    centres = 4 * np.eye(3)
    source, target = centres[labels] + random.normal(size=(60, 3)), centres[labels] + random.normal(size=(60, 3)) + 0.3
    right, wrong = np.eye(3)[labels], np.eye(3)[(labels + 1) % 3]
    assert reverse(target, right, source, labels) > 0.9
    assert reverse(target, wrong, source, labels) < 0.1
    assert reverse(target, np.eye(3)[np.zeros(60, dtype=int)], source, labels) == 0
