"""Adversarial losses against independent computations; those of `test_losses.py` came first."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from scipy.stats import entropy as scipy_entropy
from sklearn.metrics import log_loss
from torch import Tensor

from tlcore.losses.adversarial import (
    discrepancy,
    domain_adversarial,
    domain_confusion,
    entropy_weights,
    margin_disparity,
    multilinear,
    randomised_multilinear,
)

seeds = st.integers(0, 10_000)


def cloud(rows: int, dim: int = 5, seed: int = 0, scale: float = 1.0) -> Tensor:
    return scale * torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_weighted_domain_adversarial_is_the_weighted_log_loss_of_either_domain() -> None:
    source, target = cloud(7, 1, seed=1), cloud(3, 1, seed=2)
    weights = [torch.rand(rows, generator=torch.Generator().manual_seed(rows)) + 0.5 for rows in (7, 3)]
    weights = [each / each.mean() for each in weights]
    expected = log_loss(
        [1] * 7 + [0] * 3,
        torch.cat([source, target]).sigmoid().numpy()[:, 0],
        sample_weight=np.concatenate([weights[0].numpy() / 7, weights[1].numpy() / 3]),
    )
    assert domain_adversarial(source, target, *weights).item() == pytest.approx(expected, rel=1e-6)


def test_domain_confusion_is_the_cross_entropy_against_the_uniform_label() -> None:
    logits = cloud(9, 1, seed=1)
    verdicts = logits.sigmoid().numpy()[:, 0]
    expected = 0.5 * (log_loss([1] * 9, verdicts, labels=[0, 1]) + log_loss([0] * 9, verdicts, labels=[0, 1]))
    assert domain_confusion(logits).item() == pytest.approx(expected, rel=1e-6)


def test_domain_confusion_is_least_at_one_half_and_there_it_is_ln_2() -> None:
    least = minimize_scalar(lambda z: domain_confusion(torch.tensor([z])).item(), bounds=(-5, 6), method="bounded")
    assert 1 / (1 + np.exp(-least.x)) == pytest.approx(0.5, abs=1e-3)
    assert least.fun == pytest.approx(np.log(2), rel=1e-6)
    assert domain_confusion(torch.full((3,), 1e4)).item() == pytest.approx(5e3)


def test_the_outer_product_is_kroneckers() -> None:
    features, predictions = cloud(6, 4, seed=1), cloud(6, 3, seed=2)
    expected = np.stack([np.kron(f, p) for f, p in zip(features.numpy(), predictions.numpy())])
    assert np.allclose(multilinear(features, predictions), expected)
    assert np.allclose(expected, np.einsum("nd,nc->ndc", features, predictions).reshape(6, 12))


def test_the_randomised_map_keeps_inner_products_on_average() -> None:
    """Long et al. 2018, theorem 1: an unbiased estimate, whose error falls with the root of the width."""
    features, predictions = cloud(5, 6, seed=1), cloud(5, 3, seed=2).softmax(1)
    width = 200_000
    random = np.random.default_rng(0)
    of_features = torch.from_numpy(random.standard_normal((6, width)))
    of_classes = torch.from_numpy(random.standard_normal((3, width)))
    mapped = randomised_multilinear(features, predictions, of_features, of_classes)
    exact = multilinear(features, predictions)
    assert np.allclose(mapped @ mapped.T, exact @ exact.T, atol=0.1)
    assert np.corrcoef((mapped @ mapped.T).flatten(), (exact @ exact.T).flatten())[0, 1] > 0.999


def test_entropy_weights_are_one_plus_e_to_the_minus_entropy_over_their_mean() -> None:
    logits = cloud(8, 4, seed=1, scale=3).requires_grad_()
    raw = 1 + np.exp(-scipy_entropy(softmax(logits.detach().numpy(), axis=1), axis=1))
    weights = entropy_weights(logits)
    assert np.allclose(weights, raw / raw.mean())
    assert not weights.requires_grad


def test_a_sure_row_counts_at_most_twice_an_unsure_one() -> None:
    weights = entropy_weights(torch.tensor([[100.0] + [0.0] * 999, [0.0] * 1000]))
    assert (weights[0] / weights[1]).item() == pytest.approx(2 / 1.001)


def test_discrepancy_is_the_mean_absolute_difference_of_softmaxes() -> None:
    first, second = cloud(6, 4, seed=1), cloud(6, 4, seed=2)
    expected = np.abs(softmax(first.numpy(), axis=1) - softmax(second.numpy(), axis=1)).sum() / (6 * 4)
    assert discrepancy(first, second).item() == pytest.approx(expected, rel=1e-6)
    assert discrepancy(first, first + 3).item() == pytest.approx(0, abs=1e-6)
    assert discrepancy(torch.tensor([[99.0, 0]]), torch.tensor([[0, 99.0]])).item() == pytest.approx(2 / 2)


def direct_margin_disparity(f_s: Tensor, q_s: Tensor, f_t: Tensor, q_t: Tensor, margin: float) -> float:
    """Zhang et al. 2019, eq. 29 and 30, row by row."""
    on_source = [np.log(softmax(rival)[f.argmax()]) for f, rival in zip(f_s.numpy(), q_s.numpy())]
    on_target = [np.log(1 - softmax(rival)[f.argmax()]) for f, rival in zip(f_t.numpy(), q_t.numpy())]
    return float(-margin * np.mean(on_source) - np.mean(on_target))


@given(seeds)
def test_margin_disparity_is_the_papers_formula(seed: int) -> None:
    logits = [cloud(rows, 4, seed=seed + i) for i, rows in enumerate((6, 6, 5, 5))]
    expected = direct_margin_disparity(*logits, margin=4.0)
    assert margin_disparity(*logits, margin=4.0).item() == pytest.approx(expected, rel=1e-5)


def test_margin_disparity_is_finite_for_a_rival_that_is_sure() -> None:
    """Formed plainly, log (1 − q) is −∞ here; a shift by a small number, as elsewhere, stops its gradient."""
    rival = torch.tensor([[200.0, 0.0, 0.0]], requires_grad=True)
    agreed = torch.tensor([[5.0, 0.0, 0.0]])
    value = margin_disparity(agreed, rival, agreed, rival, margin=4.0)
    value.backward()
    assert value.item() == pytest.approx(200 - np.log(2), rel=1e-5)
    assert rival.grad[0, 0].item() == pytest.approx(1)
