"""The balance between tasks, against numpy, hand-made gradients and torch's own derivative."""

from math import exp, log

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import cosine_similarity

from tlcore.losses.balancing import cosines, gradnorm, uncertainty_weighted, without_conflicts


def test_uncertainty_weighs_by_the_formula() -> None:
    losses, s = [0.5, 2.0, 1.0], [0.0, log(4.0), -1.0]
    expected = sum(exp(-b) * a + b / 2 for a, b in zip(losses, s))
    assert uncertainty_weighted(torch.tensor(losses), torch.tensor(s)).item() == pytest.approx(expected)


def test_at_its_best_uncertainty_weighs_a_task_by_half_of_the_inverse_of_its_loss() -> None:
    losses = torch.tensor([0.5, 2.0])
    s = (2 * losses).log().requires_grad_()  # so that e^−s = 1 / (2 L)
    slope = torch.autograd.grad(uncertainty_weighted(losses, s), s)[0]
    assert torch.allclose(slope, torch.zeros(2), atol=1e-6)


def surgery(gradients: np.ndarray, orders: list[list[int]]) -> np.ndarray:
    """Yu et al.'s algorithm 1 in its own words, one vector at a time."""
    freed = gradients.copy()
    for i, order in enumerate(orders):
        for j in order:
            if j != i and freed[i] @ gradients[j] < 0:
                freed[i] -= freed[i] @ gradients[j] / (gradients[j] @ gradients[j]) * gradients[j]
    return freed


def test_conflicting_gradients_are_projected_onto_each_others_normal_planes() -> None:
    gradients = torch.tensor([[1.0, 0.0], [-1.0, 1.0]])
    freed = without_conflicts(gradients, torch.tensor([[0, 1], [1, 0]]))
    assert torch.allclose(freed, torch.tensor([[0.5, 0.5], [0.0, 1.0]]))


def test_gradients_that_agree_are_left_alone() -> None:
    gradients = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    assert torch.equal(without_conflicts(gradients, torch.tensor([[0, 1, 2]] * 3)), gradients)


@pytest.mark.parametrize("seed", range(5))
def test_surgery_is_the_papers_in_any_order(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    gradients = torch.randn(4, 6, generator=random, dtype=torch.float64)
    orders = torch.stack([torch.randperm(4, generator=random) for _ in range(4)])
    assert np.allclose(without_conflicts(gradients, orders), surgery(gradients.numpy(), orders.tolist()), rtol=1e-10)


def test_a_task_does_not_meet_itself() -> None:
    """Projected twice, a gradient can end up against the one that it was: that is no conflict with another task."""
    angles = torch.deg2rad(torch.tensor([0.0, 120.0, 200.0], dtype=torch.float64))
    gradients = torch.stack([angles.cos(), angles.sin()], dim=1)
    orders = torch.tensor([[1, 2, 0]] * 3)  # the first task would meet itself last
    freed = without_conflicts(gradients, orders)
    assert freed[0] @ gradients[0] < 0
    assert np.allclose(freed, surgery(gradients.numpy(), orders.tolist()))


def test_surgery_survives_a_task_without_a_gradient() -> None:
    freed = without_conflicts(torch.tensor([[1.0, -2.0], [0.0, 0.0]]), torch.tensor([[0, 1], [0, 1]]))
    assert torch.equal(freed, torch.tensor([[1.0, -2.0], [0.0, 0.0]]))


def test_gradnorm_by_hand() -> None:
    """Norms 1 and 3 at weights 1: G = 2. Progress 0.5 and 1.5 makes r = 0.5, 1.5, so at α = 1 wanted are 1 and 3."""
    weights, norms, progress = torch.ones(2), torch.tensor([1.0, 3.0]), torch.tensor([0.5, 1.5])
    assert gradnorm(weights, norms, progress, alpha=1.0).tolist() == [0.0, 0.0]  # just as wanted
    # At α = 0 both should be 2: the first is too weak, the second too strong.
    assert gradnorm(weights, norms, progress, alpha=0.0).tolist() == [-1.0, 3.0]


def test_gradnorm_is_the_derivative_of_its_objective() -> None:
    random = torch.Generator().manual_seed(0)
    weights, norms, progress = (torch.rand(4, generator=random, dtype=torch.float64) + 0.1 for _ in range(3))
    wanted = (weights * norms).mean() * (progress / progress.mean()) ** 1.5  # held fixed, as the paper says
    free = weights.clone().requires_grad_()
    slope = torch.autograd.grad((free * norms - wanted).abs().sum(), free)[0]
    assert torch.allclose(gradnorm(weights, norms, progress, alpha=1.5), slope)


def test_cosines_are_scikit_learns() -> None:
    gradients = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    assert np.allclose(cosines(gradients), cosine_similarity(gradients.numpy()), atol=1e-6)
