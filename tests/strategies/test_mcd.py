"""MCD's three steps against the paper's, written out with torch's own optimiser."""

from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.strategies.small import small, small_network, small_task
from tlcore.phases import set_chance
from tlcore.strategies.base import reset


def cross_entropies(heads: list[nn.Module], features: Tensor, labels: Tensor) -> Tensor:
    return sum((F.cross_entropy(head(features), labels) for head in heads), torch.zeros(()))


def apart(heads: list[nn.Module], features: Tensor) -> Tensor:
    first, second = (head(features).softmax(1) for head in heads)
    return (first - second).abs().mean()


def test_the_steps_are_a_b_and_n_times_c() -> None:
    strategy, task = small("mcd", lr=0.01, updates=3), small_task()
    list(strategy.walk(task))
    start, *_ = strategy.journal.state()

    network = small_network()
    network.train()
    set_chance(start["chance"])  # so that the classifiers are drawn as the strategy drew them
    encoder, first = network.backbone, nn.Sequential(nn.Sequential(nn.Linear(64, 64), nn.ReLU()), network.head)
    second = deepcopy(first)
    reset(second)
    heads: list[nn.Module] = [first, second]
    of_heads = [each for head in heads for each in head.parameters()]
    step_a = torch.optim.Adam([*encoder.parameters(), *of_heads], lr=0.01)
    step_b = torch.optim.Adam(of_heads, lr=0.01)
    step_c = torch.optim.Adam(encoder.parameters(), lr=0.01)
    for k in range(4):
        (images, labels), target = task.source.batches(8).at(k), task.target.unlabelled(8).at(k)
        step_a.zero_grad()
        cross_entropies(heads, encoder(images), labels).backward()
        step_a.step()
        step_b.zero_grad()
        (cross_entropies(heads, encoder(images).detach(), labels) - apart(heads, encoder(target).detach())).backward()
        step_b.step()
        for _ in range(3):
            step_c.zero_grad()
            apart(heads, encoder(target)).backward()
            step_c.step()

    # Biases in front of a batch norm do nothing: their gradient is rounding, which Adam blows up to a full step.
    ours, theirs = strategy.network.state_dict(), network.state_dict()
    for name in [name for name, value in theirs.items() if value.ndim > 1]:
        assert torch.allclose(ours[name], theirs[name], atol=1e-3), name
