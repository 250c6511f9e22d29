"""ADDA's second phase against the paper's two losses written out with torch's own optimiser."""

from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import nn

from tests.strategies.small import small, small_network, small_task
from tlcore.phases import set_chance


def test_the_second_phase_is_equation_9_with_a_frozen_source_encoder() -> None:
    strategy, task = small("adda", lr=0.01), small_task()
    list(strategy.walk(task))
    _, learned, *_ = strategy.journal.state()

    network = small_network(seed=5)
    network.load_state_dict(learned["kept"][0])
    network.train()
    set_chance(learned["chance"])  # so that the discriminator is drawn as the strategy drew it
    discriminator = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
    source_encoder = deepcopy(network.backbone).eval().requires_grad_(False)
    first = torch.optim.Adam(discriminator.parameters(), lr=0.01, betas=(0.5, 0.9))
    second = torch.optim.Adam(network.backbone.parameters(), lr=0.01, betas=(0.5, 0.9))
    for k in range(4):
        source = source_encoder(task.source.batches(8).at(k)[0])
        target = network.backbone(task.target.unlabelled(8).at(k))
        judged = torch.cat([discriminator(source), discriminator(target.detach())])
        first.zero_grad()
        F.binary_cross_entropy_with_logits(judged, torch.cat([torch.ones(8, 1), torch.zeros(8, 1)])).backward()
        first.step()
        second.zero_grad()
        (-F.logsigmoid(discriminator(target))).mean().backward()
        second.step()

    # Biases in front of a batch norm do nothing: their gradient is rounding, which Adam blows up to a full step.
    ours, theirs = strategy.network.state_dict(), network.state_dict()
    for name in [name for name, value in theirs.items() if value.ndim > 1]:
        assert torch.allclose(ours[name], theirs[name], atol=1e-4), name
