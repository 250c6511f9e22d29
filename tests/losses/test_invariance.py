"""Invariance across environments, against autograd and against arithmetic by hand."""

import numpy as np
import torch
import torch.nn.functional as F

from tlcore.losses.invariance import environment_risks, invariance_penalty, towards_the_worst


def test_risks_are_means_by_environment() -> None:
    losses = torch.tensor([1.0, 2.0, 3.0, 10.0])
    member = F.one_hot(torch.tensor([0, 0, 0, 2]), 3).float()
    assert environment_risks(losses, member).tolist() == [2.0, 0.0, 10.0]


def test_the_penalty_is_the_product_of_two_halves_gradients_by_the_scale() -> None:
    torch.manual_seed(0)
    logits, labels = torch.randn(12, 3, dtype=torch.float64), torch.randint(0, 3, (12,))
    environment = torch.tensor([0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1])
    products = []
    for e in (0, 1):
        rows = (environment == e).nonzero()[:, 0]
        slopes = []
        for half in (rows[0::2], rows[1::2]):
            scale = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
            (slope,) = torch.autograd.grad(F.cross_entropy(scale * logits[half], labels[half]), scale)
            slopes.append(slope)
        products.append(slopes[0] * slopes[1])
    member = F.one_hot(environment, 2).double()
    torch.testing.assert_close(invariance_penalty(logits, labels, member), torch.stack(products).mean())


def test_the_penalty_is_differentiable_and_an_environment_of_one_row_costs_nothing() -> None:
    logits = torch.randn(3, 2, requires_grad=True)
    penalty = invariance_penalty(logits, torch.tensor([0, 1, 0]), F.one_hot(torch.tensor([0, 1, 1]), 2).float())
    penalty.backward()
    assert logits.grad is not None and logits.grad.isfinite().all()
    alone = invariance_penalty(logits[:1], torch.tensor([0]), torch.ones(1, 1))
    assert float(alone.detach()) == 0.0


def test_weights_move_towards_the_worst_group() -> None:
    weights, risks = np.array([0.5, 0.3, 0.2]), np.array([0.1, 2.0, 1.0])
    grown = weights * np.exp(0.5 * risks)
    found = towards_the_worst(torch.tensor(weights), torch.tensor(risks), 0.5)
    np.testing.assert_allclose(found.numpy(), grown / grown.sum())
