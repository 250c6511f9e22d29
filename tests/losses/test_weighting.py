"""Density ratios against true ratios, scipy's optimisers and each other; and which way they point."""

import numpy as np
import pytest
import torch
from scipy.optimize import LinearConstraint, minimize
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel

from tlcore.losses.weighting import (
    bounded,
    discriminator_weights,
    effective_sample_size,
    gaussian_kernel,
    kernel_mean_matching,
    kliep,
    median_distance,
    ulsif,
)


def clouds(n: int = 40, m: int = 30) -> tuple[torch.Tensor, torch.Tensor]:
    """The two clouds that skada 0.6.0 was given for what is said of it below."""
    random = np.random.default_rng(0)
    source = random.standard_normal((n, 2))
    return torch.from_numpy(source), torch.from_numpy(random.standard_normal((m, 2)) * 0.7 + [1, 0.5])


def by_discriminator(source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    rows = torch.cat([source, target]).numpy()
    judge = LogisticRegression().fit(rows, np.repeat([0, 1], [len(source), len(target)]))
    return discriminator_weights(torch.from_numpy(judge.decision_function(source.numpy())), len(source), len(target))


METHODS = {
    "discriminator": by_discriminator,
    "kmm": lambda source, target: kernel_mean_matching(source, target, 1.0, most=10.0),
    "ulsif": lambda source, target: ulsif(source, target, target, 1.0, 0.1),
    "kliep": lambda source, target: kliep(source, target, target, 1.0),
}


@pytest.mark.parametrize("method", METHODS)
def test_the_weighted_source_mean_moves_towards_the_target(method: str) -> None:
    """skada 0.6.0's DiscriminatorReweightAdapter has p_S / p_T instead of p_T / p_S: on these very clouds its
    weighted source mean goes from (0.07, 0.18) to (-0.82, -0.24), away from the target's (0.87, 0.63).
    """
    source, target = clouds()
    weights = METHODS[method](source, target).to(source)
    moved = (weights[:, None] * source).sum(0) / weights.sum()
    step, way = moved - source.mean(0), target.mean(0) - source.mean(0)
    assert 0.5 < (step @ way / (way @ way)).item() < 1.5


@pytest.mark.parametrize("method", METHODS)
def test_weights_follow_the_true_ratio_of_two_gaussians(method: str) -> None:
    random = np.random.default_rng(1)
    source, target = random.normal(0, 1, (600, 1)), random.normal(0.7, 0.9, (600, 1))
    weights = METHODS[method](torch.from_numpy(source), torch.from_numpy(target)).numpy()
    true = norm.pdf(source[:, 0], 0.7, 0.9) / norm.pdf(source[:, 0], 0, 1)
    assert np.corrcoef(weights, true)[0, 1] > 0.75


def test_the_discriminator_s_odds_are_the_ratio_of_two_equally_wide_gaussians_exactly() -> None:
    """Then log p_T / p_S is linear: x Δ − Δ²/2, and the classifier's logit has log M / N on top."""
    points = torch.linspace(-3, 3, 7, dtype=torch.float64)
    logits = points * 0.8 - 0.32 + np.log(300 / 500)
    expected = norm.pdf(points.numpy(), 0.8) / norm.pdf(points.numpy())
    np.testing.assert_allclose(discriminator_weights(logits[:, None], 500, 300), expected, rtol=1e-5)


def test_ulsif_minimises_the_squared_distance_to_the_ratio() -> None:
    source, target = clouds()
    kernel = rbf_kernel(source.numpy(), target[:10].numpy(), gamma=1 / (2 * 0.8**2))
    wanted = rbf_kernel(target.numpy(), target[:10].numpy(), gamma=1 / (2 * 0.8**2)).mean(0)

    def objective(alpha: np.ndarray) -> float:
        return 0.5 * np.mean((kernel @ alpha) ** 2) - wanted @ alpha + 0.05 * alpha @ alpha

    best = minimize(objective, np.zeros(10), method="BFGS", tol=1e-10).x.clip(0)
    np.testing.assert_allclose(ulsif(source, target, target[:10], 0.8, 0.1), kernel @ best, atol=1e-4)


def test_kliep_is_the_most_likely_ratio_that_scipy_finds() -> None:
    source, target = clouds()
    on_source, on_target = (rbf_kernel(rows.numpy(), target[:8].numpy(), gamma=0.5) for rows in (source, target))
    best = minimize(
        lambda alpha: -np.log(on_target @ alpha).sum(),
        np.full(8, 1 / on_source.mean(0).sum()),
        bounds=[(0, None)] * 8,
        constraints=LinearConstraint(on_source.mean(0), 1, 1),
        method="SLSQP",
        tol=1e-12,
    )
    ours = kliep(source, target, target[:8], 1.0, rounds=5000)
    np.testing.assert_allclose(ours, on_source @ best.x, atol=2e-2)
    assert ours.mean().item() == pytest.approx(1)


@pytest.mark.parametrize(("most", "scale"), [(1000.0, 1.0), (2.0, 1.0), (1000.0, 0.05)])
def test_kernel_mean_matching_solves_the_quadratic_programme(most: float, scale: float) -> None:
    """Against scipy's SLSQP. With a narrow kernel (scale 0.05) the source misses the target, and the sum is held."""
    source, target = clouds(16, 12)
    kernel = rbf_kernel(source.numpy(), gamma=1 / (2 * scale**2))
    kappa = 16 / 12 * rbf_kernel(source.numpy(), target.numpy(), gamma=1 / (2 * scale**2)).sum(1)
    slack = (np.sqrt(16) - 1) / np.sqrt(16)

    def objective(w: np.ndarray) -> float:
        return 0.5 * w @ kernel @ w - kappa @ w

    best = minimize(
        objective,
        np.ones(16),
        jac=lambda w: kernel @ w - kappa,
        bounds=[(0, most)] * 16,
        constraints=LinearConstraint(np.ones((1, 16)), 16 * (1 - slack), 16 * (1 + slack)),
        method="SLSQP",
        options={"maxiter": 2000, "ftol": 1e-14},
    ).x
    ours = kernel_mean_matching(source, target, scale, most, rounds=5000).numpy()
    assert ours.min() >= 0 and ours.max() <= most + 1e-9
    assert 16 * (1 - slack) - 1e-6 <= ours.sum() <= 16 * (1 + slack) + 1e-6
    assert objective(ours) == pytest.approx(objective(best), abs=1e-4)


def test_kernel_mean_matching_moves_the_mean_where_skada_moves_it() -> None:
    """skada 0.6.0, KMMReweightAdapter(gamma=0.5, B=1000): with these clouds the bounds on the sum do not bind."""
    source, target = clouds()
    weights = kernel_mean_matching(source, target, 1.0, rounds=20_000)
    moved = (weights[:, None] * source).sum(0) / weights.sum()
    np.testing.assert_allclose(moved, [0.86635655, 0.62696472], atol=2e-3)


def test_the_effective_sample_size_counts_equal_weights_whole_and_a_single_one_as_one() -> None:
    assert effective_sample_size(torch.full((8,), 3.0)).item() == pytest.approx(8)
    assert effective_sample_size(torch.eye(8)[0]).item() == pytest.approx(1)
    weights = np.random.default_rng(0).gamma(1.0, size=500)
    kong = 500 / (1 + np.var(weights / weights.mean()))
    assert effective_sample_size(torch.from_numpy(weights)).item() == pytest.approx(kong)


def test_bounded_weights_have_mean_one_and_no_long_tail() -> None:
    weights = torch.tensor([0.0, 1.0, 1.0, 1.0, 97.0])
    cut = bounded(weights, 3.0)
    assert cut.mean().item() == pytest.approx(1)
    assert (cut / cut[1])[4].item() == pytest.approx(3 / (weights / weights.mean())[1].item())
    assert effective_sample_size(cut) > effective_sample_size(weights)


def test_the_kernel_is_scikit_learn_s_and_the_median_is_a_distance() -> None:
    source, target = clouds()
    np.testing.assert_allclose(gaussian_kernel(source, target, 0.7), rbf_kernel(source, target, gamma=1 / 0.98))
    assert median_distance(torch.tensor([[0.0, 0.0], [3.0, 4.0]])) == pytest.approx(5)
    assert median_distance(torch.zeros(5, 2)) == 1.0
