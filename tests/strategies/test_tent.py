"""TENT against its update written out, and what happens on a backbone without norms."""

import pytest
import torch
from torch.nn.modules.batchnorm import _BatchNorm

from tests.strategies.small import SHAPE, small, small_network, small_task
from tlcore.errors import RequestError
from tlcore.networks import build_network
from tlcore.strategies import find

NORMLESS = ["dsbn", "tent"]


def test_the_second_phase_turns_scales_and_shifts_alone_by_the_gradient_of_the_entropy() -> None:
    strategy, task = small("tent", lr=0.01), small_task()
    list(strategy.walk(task))
    _, learned, *_ = strategy.journal.state()

    network = small_network(seed=5)
    network.load_state_dict(learned["kept"][0])
    network.train()
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    turned = [each for norm in norms for each in (norm.weight, norm.bias)]
    adam = torch.optim.Adam(turned, lr=0.01)
    for k in range(4):
        p = network(task.target.unlabelled(8).at(k)).softmax(1)
        adam.zero_grad()
        (-(p * p.log()).sum(1)).mean().backward()
        adam.step()

    for name, value in network.named_parameters():
        assert torch.allclose(dict(strategy.network.named_parameters())[name], value, atol=1e-5), name


@pytest.mark.parametrize("key", NORMLESS)
def test_a_backbone_without_norms_is_refused_in_words(key: str) -> None:
    network = build_network("small-cnn", 3, seed=0, input_shape=SHAPE)
    with pytest.raises(RequestError, match="choose one that has"):
        list(find(key)(network).walk(small_task()))
