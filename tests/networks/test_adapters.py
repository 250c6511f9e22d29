"""Low-rank adapters: nothing at first, one function worn or merged, on linear and convolution layers."""

from copy import deepcopy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.networks import build_backbone
from tlcore.networks.adapters import LowRank, attach, merge

LAYERS = {
    "linear": lambda: nn.Linear(6, 5),
    "convolution": lambda: nn.Conv2d(3, 5, 3, padding=1),
    "strided convolution": lambda: nn.Conv2d(3, 5, (3, 2), stride=2, bias=False),
    "grouped convolution": lambda: nn.Conv2d(4, 6, 3, groups=2),
}


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def inputs(layer: nn.Module) -> Tensor:
    return drawn(7, 6) if isinstance(layer, nn.Linear) else drawn(7, layer.in_channels, 9, 9)


def moved(adapter: LowRank) -> None:
    """As if it had learnt something: at the start B is zero."""
    with torch.no_grad():
        adapter.B.copy_(drawn(*adapter.B.shape, seed=1))


@pytest.mark.parametrize("kind", LAYERS)
def test_an_adapter_changes_nothing_at_first_and_the_same_worn_or_merged(kind: str) -> None:
    layer = LAYERS[kind]().double()
    x, plain = inputs(layer), deepcopy(layer)
    (adapter,) = attach(layer, rank=2, alpha=3.0)
    assert torch.equal(layer(x), plain(x))
    moved(adapter)
    worn = layer(x)
    assert not torch.allclose(worn, plain(x))
    merge(layer)
    assert torch.allclose(layer(x), worn, rtol=1e-12)
    assert layer.state_dict().keys() == plain.state_dict().keys()
    change = (layer.weight - plain.weight).detach().flatten(1).numpy()
    assert np.linalg.matrix_rank(change) == 2


def test_a_merged_weight_lies_in_memory_as_it_did() -> None:
    """For one input channel a sum has strides of its own, with which convolutions round otherwise."""
    layer = nn.Conv2d(1, 5, 3).to(memory_format=torch.channels_last)
    strides = layer.weight.stride()
    (adapter,) = attach(layer, rank=2, alpha=3.0)
    moved(adapter)
    merge(layer)
    assert layer.weight.stride() == strides


def test_a_linear_layers_change_is_equation_3() -> None:
    layer = nn.Linear(6, 5).double()
    W, b = layer.weight.detach().numpy().copy(), layer.bias.detach().numpy().copy()
    (adapter,) = attach(layer, rank=2, alpha=3.0)
    moved(adapter)
    A, B, x = adapter.A.detach().numpy(), adapter.B.detach().numpy(), inputs(layer)
    expected = [W @ row + b + 3.0 / 2 * (B @ (A @ row)) for row in x.numpy()]  # h = W₀ x + (α / r) B A x
    assert np.allclose(layer(x).detach().numpy(), expected, rtol=1e-12)


def test_a_convolutions_change_is_a_thin_convolution_and_a_pointwise_one() -> None:
    """peft writes it so: A is a convolution to r channels, B one of 1×1 back to all of them."""
    layer = nn.Conv2d(3, 5, 3, stride=2, padding=1).double()
    x, plain = inputs(layer), deepcopy(layer)
    (adapter,) = attach(layer, rank=2, alpha=3.0)
    moved(adapter)
    thin = F.conv2d(x, adapter.A.view(2, 3, 3, 3), stride=2, padding=1)
    expected = plain(x) + 3.0 / 2 * F.conv2d(thin, adapter.B.view(5, 2, 1, 1))
    assert torch.allclose(layer(x), expected, rtol=1e-12)


def test_a_backbone_wears_one_adapter_a_layer_and_only_they_learn() -> None:
    backbone = build_backbone("small-cnn-bn", seed=0, input_shape=(1, 8, 8))
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    adapters = attach(backbone.eval(), rank=2, alpha=2.0)
    assert len(adapters) == 3
    learning = {name for name, each in backbone.named_parameters() if each.requires_grad}
    assert {name.rpartition(".")[2] for name in learning} == {"A", "B"} and len(learning) == 6
    backbone(torch.rand(4, 1, 8, 8)).sum().backward()
    assert all(adapter.B.grad is not None and adapter.B.grad.any() for adapter in adapters)
    merge(backbone)
    assert all(torch.equal(value, before[name]) for name, value in backbone.state_dict().items())


def test_a_worn_adapter_can_be_copied_and_saved() -> None:
    layer = nn.Conv2d(3, 5, 3).double()
    (adapter,) = attach(layer, rank=2, alpha=3.0)
    moved(adapter)
    other = nn.Conv2d(3, 5, 3).double()
    attach(other, rank=2, alpha=3.0)
    other.load_state_dict(layer.state_dict())
    x = inputs(layer)
    assert torch.equal(other(x), layer(x)) and torch.equal(deepcopy(layer)(x), layer(x))
