"""How far parts moved, by hand; what is worn on a weight counts as its change."""

from copy import deepcopy

import pytest
import torch

from tests.strategies.small import small_network
from tlcore.inspecting.moved import moved
from tlcore.networks.adapters import attach


def test_a_network_that_rested_has_not_moved() -> None:
    network = small_network()
    for change in moved(network, deepcopy(network)).values():
        assert change.weights == 0
        assert change.statistics in (0, None)


@torch.no_grad()
def test_a_part_that_moved_is_told_and_no_other() -> None:
    network, after = small_network(), small_network()
    for weight in after.backbone.stages[1].parameters():
        weight.mul_(1.5)
    told = moved(network, after)
    assert list(told) == ["stage 1", "stage 2", "stage 3", "head"]
    assert told["stage 2"].weights == pytest.approx(0.5, abs=1e-6)
    assert [told[part].weights for part in ("stage 1", "stage 3", "head")] == [0, 0, 0]
    assert told["head"].count == sum(weight.numel() for weight in network.head.parameters())


@torch.no_grad()
def test_statistics_are_apart_from_weights() -> None:
    network, after = small_network(), small_network()
    for name, buffer in after.backbone.stages[0].named_buffers():
        if name.endswith("running_var"):
            buffer.mul_(3)  # means are 0 and variances 1 at the start: |3 - 1| / 1
    told = moved(network, after)["stage 1"]
    assert (told.weights, told.statistics) == (0, pytest.approx(2))


@torch.no_grad()
def test_an_adapter_is_a_change_of_what_it_is_worn_on() -> None:
    network, after = small_network(), small_network()
    adapters = attach(after.head, rank=1, alpha=1.0)
    assert moved(network, after)["head"].weights == 0
    adapters[0].B.fill_(1.0)
    change = adapters[0].change().norm() / torch.cat([weight.flatten() for weight in network.head.parameters()]).norm()
    assert moved(network, after)["head"].weights == pytest.approx(float(change), rel=1e-5)
