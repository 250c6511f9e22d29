"""Gradients through gradient steps, against exact second derivatives and arithmetic by hand."""

import pytest
import torch
from torch import Tensor, nn

from tlcore.losses.meta import Weights, answered, descended, towards

RATE = 0.1


def task(seed: int) -> tuple[Tensor, Tensor]:
    """A quadratic ½ θᵀAθ − bᵀθ whose A is symmetric."""
    random = torch.Generator().manual_seed(seed)
    root = torch.randn(4, 4, generator=random, dtype=torch.float64)
    return root @ root.T, torch.randn(4, generator=random, dtype=torch.float64)


def quadratic(theta: Tensor, seed: int) -> Tensor:
    A, b = task(seed)
    return 0.5 * theta @ A @ theta - b @ theta


def curved(theta: Tensor, seed: int) -> Tensor:
    """A loss whose second derivative changes from place to place."""
    return quadratic(theta, seed) + theta.sin().sum()


def meta_gradient(loss, theta: Tensor, steps: int, second_order: bool) -> Tensor:
    theta = theta.clone().requires_grad_()
    moved = descended(lambda w: loss(w["theta"], 1), {"theta": theta}, RATE, steps, second_order=second_order)
    return torch.autograd.grad(loss(moved["theta"], 2), theta)[0]


def slope(loss, theta: Tensor, seed: int) -> Tensor:
    theta = theta.clone().requires_grad_()
    return torch.autograd.grad(loss(theta, seed), theta)[0]


@pytest.mark.parametrize("loss", [quadratic, curved])
def test_the_second_order_meta_gradient_goes_through_the_hessian(loss) -> None:
    """Finn et al. 2017: ∇_θ L_query(θ') = (I − α ∇²L_support(θ)) ∇L_query(θ')."""
    theta = torch.tensor([0.3, -1.0, 0.5, 2.0], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda t: loss(t, 1), theta)
    there = theta - RATE * slope(loss, theta, 1)
    expected = (torch.eye(4) - RATE * hessian) @ slope(loss, there, 2)
    assert torch.allclose(meta_gradient(loss, theta, 1, second_order=True), expected, rtol=1e-12)


def test_two_inner_steps_multiply_their_factors() -> None:
    theta = torch.tensor([0.3, -1.0, 0.5, 2.0], dtype=torch.float64)
    once = theta - RATE * slope(curved, theta, 1)
    twice = once - RATE * slope(curved, once, 1)
    first, second = (
        torch.eye(4) - RATE * torch.autograd.functional.hessian(lambda t: curved(t, 1), at) for at in (theta, once)
    )
    expected = first @ second @ slope(curved, twice, 2)
    assert torch.allclose(meta_gradient(curved, theta, 2, second_order=True), expected, rtol=1e-12)


def test_the_first_order_meta_gradient_is_that_of_the_place_arrived_at() -> None:
    theta = torch.tensor([0.3, -1.0, 0.5, 2.0], dtype=torch.float64)
    there = theta - RATE * slope(curved, theta, 1)
    assert torch.allclose(meta_gradient(curved, theta, 1, second_order=False), slope(curved, there, 2), rtol=1e-12)


def test_the_steps_end_where_gradient_descent_does_and_start_where_they_were_given() -> None:
    theta = torch.tensor([0.3, -1.0, 0.5, 2.0], dtype=torch.float64, requires_grad=True)
    kept = theta.detach().clone()
    moved = descended(lambda w: quadratic(w["theta"], 1), {"theta": theta}, RATE, 5)["theta"]
    assert torch.equal(theta, kept) and theta.grad is None
    A, b = task(1)
    for _ in range(5):
        kept = kept - RATE * (A @ kept - b)
    assert torch.allclose(moved, kept)


def test_reptile_goes_a_part_of_the_way() -> None:
    weights: Weights = {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([[4.0]])}
    adapted: Weights = {"a": torch.tensor([2.0, 0.0]), "b": torch.tensor([[4.0]])}
    moved = towards(weights, adapted, 0.25)
    assert moved["a"].tolist() == [1.25, 1.5] and moved["b"].tolist() == [[4.0]]


def test_an_answer_at_other_weights_is_normalised_by_its_own_batch_and_changes_nothing() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    weights = {name: value.detach() + 1 for name, value in network.named_parameters()}
    images = torch.randn(6, 3)
    hidden = images @ weights["0.weight"].T + weights["0.bias"]
    spread = (hidden.var(0, unbiased=False) + 1e-5).sqrt()
    expected = (hidden - hidden.mean(0)) / spread * weights["1.weight"] + weights["1.bias"]
    torch.testing.assert_close(answered(network, weights, images), expected)
    assert not network[1].training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
