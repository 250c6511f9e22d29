"""The gradient step agrees with one written by hand, and goes on from its state."""

import pytest
import torch
from torch import Tensor, nn

from tlcore.descent import Descent, annealed, constant, cosine


def loss_of(module: nn.Linear) -> Tensor:
    return (module(torch.ones(1, 3)) - 2).square().sum()


def adam_by_hand(weight: Tensor, rates: list[float], decay: float) -> Tensor:
    """Adam with decoupled decay on loss_of, its equations in double precision (Loshchilov & Hutter, algorithm 2)."""
    weight, first, second = weight.double(), torch.zeros(1, 3).double(), torch.zeros(1, 3).double()
    for k, rate in enumerate(rates, start=1):
        gradient = 2 * (weight.sum() - 2) * torch.ones(1, 3).double()
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        step = (first / (1 - 0.9**k)) / ((second / (1 - 0.999**k)).sqrt() + 1e-8)
        weight = weight - rate * decay * weight - rate * step
    return weight


@pytest.mark.parametrize("schedule", [constant, cosine, annealed])
def test_a_step_is_adam_with_decoupled_decay(schedule: object) -> None:
    assert callable(schedule)
    module = nn.Linear(3, 1, bias=False)
    start = module.weight.detach().clone()
    descend = Descent({module: 0.05}, steps=8, schedule=schedule, weight_decay=0.1)
    for _ in range(8):
        descend(loss_of(module))
    expected = adam_by_hand(start, [0.05 * schedule(k / 8) for k in range(8)], 0.1)
    assert torch.allclose(module.weight.double(), expected, rtol=1e-5)


def test_each_module_has_its_own_rate() -> None:
    slow, quick = nn.Linear(3, 1, bias=False), nn.Linear(3, 1, bias=False)
    before = slow.weight.detach().clone(), quick.weight.detach().clone()
    Descent({slow: 0.001, quick: 0.01}, steps=1)(loss_of(slow) + loss_of(quick))
    moved = (slow.weight - before[0]).abs().mean() / (quick.weight - before[1]).abs().mean()
    assert moved.item() == pytest.approx(0.1, rel=1e-3), "the first step of Adam is as long as its rate"


def test_what_is_frozen_stays() -> None:
    module = nn.Linear(3, 1)
    module.bias.requires_grad_(False)
    before = module.bias.clone()
    Descent({module: 0.1}, steps=1)(loss_of(module))
    assert torch.equal(module.bias, before)


def test_schedules_begin_at_one_and_end_where_the_papers_say() -> None:
    assert constant(0) == cosine(0) == annealed(0) == 1
    assert (constant(1), cosine(1)) == (1, pytest.approx(0))
    assert annealed(1) == pytest.approx(11**-0.75)
