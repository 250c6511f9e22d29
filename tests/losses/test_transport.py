"""Transport plans against an assignment solver and Sinkhorn's iteration written out."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.metrics import log_loss

from tlcore.losses.transport import joint_cost, transport_plan


def cloud(rows: int, dim: int = 5, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_the_exact_plan_of_two_equal_batches_is_the_best_assignment() -> None:
    cost = cloud(12, 12).abs()
    rows, columns = linear_sum_assignment(cost.numpy())
    expected = np.zeros((12, 12))
    expected[rows, columns] = 1 / 12
    np.testing.assert_allclose(transport_plan(cost), expected)


@pytest.mark.parametrize("entropy", [0.0, 0.05])
def test_every_row_gives_the_same_and_every_column_takes_the_same(entropy: float) -> None:
    plan = transport_plan(cloud(9, 6).square(), entropy)
    np.testing.assert_allclose(plan.sum(1), 1 / 9, rtol=1e-3)
    np.testing.assert_allclose(plan.sum(0), 1 / 6, rtol=1e-3)
    assert plan.min() >= 0


def test_the_entropic_plan_is_sinkhorn_s_in_units_of_the_mean_cost() -> None:
    cost = cloud(9, 6).square().numpy()
    kernel = np.exp(-cost / cost.mean() / 0.3)
    u, v = np.ones(9), np.ones(6)
    for _ in range(500):
        u = 1 / 9 / (kernel @ v)
        v = 1 / 6 / (kernel.T @ u)
    np.testing.assert_allclose(transport_plan(torch.from_numpy(cost), 0.3), u[:, None] * kernel * v, atol=1e-6)


def test_no_gradient_flows_through_the_plan_and_it_keeps_the_type() -> None:
    cost = cloud(4, 4).float().abs().requires_grad_()
    assert not transport_plan(cost).requires_grad
    assert transport_plan(cost).dtype == torch.float32


def test_the_joint_cost_is_squared_distance_and_cross_entropy_of_every_pair() -> None:
    source, target, logits = cloud(4, seed=1) + 100, cloud(3, seed=2) + 100, cloud(3, 5, seed=3)
    labels = torch.tensor([0, 4, 2, 2])
    distances, surprise = joint_cost(source, labels, target, logits)
    np.testing.assert_allclose(distances, cdist(source, target, "sqeuclidean"))
    for i, label in enumerate(labels.tolist()):
        for j, row in enumerate(F.softmax(logits, 1).numpy()):
            assert surprise[i, j].item() == pytest.approx(log_loss([label], [row], labels=range(5)))
