"""Several questions, one backbone: what each way of balancing does to its gradient."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tests.strategies.small import small, small_network, small_task
from tlcore.errors import RequestError
from tlcore.exhibits import Matrix
from tlcore.losses.balancing import without_conflicts
from tlcore.strategies.multi_task import Balance, each_gradient, flat

BALANCES = ["equal", "uncertainty", "gradnorm", "pcgrad"]


def test_one_question_is_no_multi_task() -> None:
    with pytest.raises(RequestError, match="factors"):
        list(small("multi-task").walk(replace(small_task(), factors=())))


@pytest.mark.parametrize("balance", BALANCES)
def test_every_balance_goes_on_bit_for_bit(balance: str) -> None:
    whole, cut = small("multi-task", balance=balance), small("multi-task", balance=balance)
    torch.manual_seed(1)
    list(whole.walk(small_task()))
    torch.manual_seed(1)
    walk = cut.walk(small_task())
    next(walk), next(walk)
    saved = cut.journal.state()
    walk.close()
    torch.manual_seed(2)
    resumed = small("multi-task", network_seed=9, balance=balance)
    resumed.journal.load(saved)
    list(resumed.walk(small_task()))
    final = resumed.network.state_dict()
    assert all(torch.equal(value, final[name]) for name, value in whole.network.state_dict().items())
    assert torch.equal(whole.balance.weights, resumed.balance.weights)
    assert torch.equal(whole.balance.log_variances, resumed.balance.log_variances)


def losses_of(network: nn.Module, heads: list[nn.Linear]) -> torch.Tensor:
    inputs, labels = small_task().source.at(slice(12)).labelled()
    features = network.backbone(inputs)
    answers = [network.head(features), *(head(features) for head in heads)]
    truths = [labels, labels % 2, (labels + 1) % 2]  # the last two contradict each other
    return torch.stack([F.cross_entropy(answer, truth) for answer, truth in zip(answers, truths)])


def setting(balance: str) -> tuple[Any, torch.Tensor, list[nn.Linear]]:
    torch.manual_seed(0)
    strategy, shared = small("multi-task", balance=balance), nn.Linear(64, 2)
    strategy.balance = Balance(3)
    heads = [shared, shared]  # one head for two opposite questions: their gradients conflict
    return strategy, losses_of(strategy.network, heads), heads


def test_pcgrad_changes_the_step_of_the_shared_weights_and_of_no_head() -> None:
    strategy, losses, heads = setting("pcgrad")
    weights = list(strategy.network.backbone.parameters())
    gradients = each_gradient(losses, weights)
    drawn = torch.get_rng_state()
    loss = strategy.balanced(losses, gradients, losses.detach())
    torch.set_rng_state(drawn)
    expected = without_conflicts(gradients, torch.rand(3, 3).argsort(1)).sum(0)
    assert not torch.allclose(expected, gradients.sum(0), atol=1e-3), "nothing was in conflict"
    step = flat(torch.autograd.grad(loss, weights, retain_graph=True))
    assert torch.allclose(step, expected, atol=1e-6)
    own = [torch.autograd.grad(each, heads[0].weight, retain_graph=True)[0] for each in (loss, losses.sum())]
    assert torch.allclose(*own)


def test_gradnorm_helps_the_slow_question_and_keeps_the_mean_weight() -> None:
    strategy, losses, _ = setting("gradnorm")
    gradients = torch.eye(3)  # all of one strength
    strategy.balanced(losses, gradients, torch.tensor([0.2, 0.2, 0.9]))
    weights = strategy.balance.weights
    assert weights[2] > weights[0] and weights.mean().item() == pytest.approx(1)


def test_uncertainty_learns_to_weigh() -> None:
    strategy = small("multi-task", balance="uncertainty", steps=30)
    list(strategy.walk(small_task()))
    moved = strategy.balance.log_variances.detach()
    assert (moved != 0).all() and moved.std() > 0


def test_each_gradient_is_the_backward_pass_of_that_loss_alone() -> None:
    network, heads = small_network(), [nn.Linear(64, 2), nn.Linear(64, 2)]
    losses = losses_of(network, heads)
    gradients = each_gradient(losses, list(network.backbone.parameters()))
    losses[1].backward()
    assert torch.allclose(gradients[1], flat(p.grad for p in network.backbone.parameters()))


def test_shows_a_symmetric_matrix_with_a_name_for_every_question() -> None:
    strategy = small("multi-task")
    assert strategy.exhibits() == ()
    list(strategy.walk(small_task()))
    (matrix,) = strategy.exhibits()
    assert isinstance(matrix, Matrix) and list(matrix.rows) == ["class", "environment", "parity"]
    assert np.allclose(matrix.values, matrix.values.T) and np.allclose(np.diag(matrix.values), 1)
    assert (np.abs(matrix.values) <= 1 + 1e-6).all()


def test_the_cosines_move_on() -> None:
    strategy, seen = small("multi-task"), []
    for _ in strategy.walk(small_task()):
        seen.append(strategy.balance.agreement.clone())
    assert all(not torch.equal(before, after) for before, after in pairwise(seen))
