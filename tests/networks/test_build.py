"""Backbones by name: their cards tell the truth, and their weights depend on the seed alone."""

import pytest
import torch
from torch import nn

from tlcore.errors import RequestError, UnknownKey
from tlcore.networks import BACKBONES, build_backbone, build_network, cards
from tlcore.networks.families import MEMBERS
from tlcore.networks.footprint import activations_mb, gflops
from tlcore.networks.offer import Offer

KEYS = (
    "tiny-mlp", "tiny-linear", "wide-mlp", "small-cnn", "small-cnn-bn", "small-cnn-colour", "small-cnn-letters",
    "small-resnet", "wide-cnn-bn", "mlp-800", "mlp-1200", "lenet", "lenet-colour", "lenet-colour-bn", "conv4",
)  # fmt: skip
OURS = [offer for offer in BACKBONES if offer.key not in MEMBERS]


def shape_for(key: str) -> tuple[int, ...]:
    return (2,) if key in ("tiny-mlp", "tiny-linear", "wide-mlp") else (1, 8, 8)


def test_the_catalogue_offers_what_the_documentation_promises() -> None:
    assert tuple(cards()) == (*KEYS, *MEMBERS)


@pytest.mark.parametrize("offer", OURS, ids=lambda offer: offer.key)
def test_a_card_tells_the_truth_about_its_backbone(offer: Offer) -> None:
    shape = (2,) if offer.card.takes == "points" else (1, 28, 28)
    backbone = offer.build(shape)
    assert offer.card.parameters == sum(weight.numel() for weight in backbone.parameters())
    assert offer.card.has_norm == any(isinstance(layer, nn.BatchNorm2d) for layer in backbone.modules())
    assert offer.card.takes == backbone.takes
    assert offer.card.dim == backbone.dim == backbone.eval()(torch.rand(2, *shape)).shape[1]
    assert offer.card.pretrainings.keys() == offer.pretrain.keys()
    assert offer.card.own in ("", *offer.pretrain)


@pytest.mark.parametrize("offer", [offer for offer in OURS if offer.card.side], ids=lambda offer: offer.key)
def test_a_card_says_what_an_image_costs(offer: Offer) -> None:
    with torch.device("meta"):
        backbone = offer.build((3, offer.card.side, offer.card.side))
    assert offer.card.gflops == gflops(backbone, offer.card.side)
    assert offer.card.activations_mb == activations_mb(backbone, offer.card.side)


@pytest.mark.parametrize("key", KEYS)
def test_weights_depend_on_the_seed_only(key: str) -> None:
    torch.manual_seed(1)
    first = build_network(key, 5, seed=7, input_shape=shape_for(key)).state_dict()
    torch.manual_seed(2)
    again = build_network(key, 5, seed=7, input_shape=shape_for(key)).state_dict()
    other = build_network(key, 5, seed=8, input_shape=shape_for(key)).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])


def test_building_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    build_network("small-cnn-bn", 10, seed=0, input_shape=(1, 8, 8))
    assert torch.equal(torch.rand(4), expected)


def test_a_network_gives_logits_for_its_classes() -> None:
    network = build_network("tiny-mlp", 3, input_shape=(2,))
    assert (network.dim, network.classes) == (32, 3)
    assert network(torch.rand(6, 2)).shape == (6, 3)


def test_an_unknown_backbone_names_the_nearest() -> None:
    with pytest.raises(UnknownKey, match="no backbone 'smal-cnn': did you mean 'small-cnn'"):
        build_backbone("smal-cnn", input_shape=(1, 8, 8))


@pytest.mark.parametrize(
    ("key", "shape", "sentence"),
    [
        ("tiny-mlp", (1, 8, 8), "takes points, but these are images"),
        ("resnet18", (2,), "takes images, but these are points"),
        ("small-cnn", (2,), "takes images, but these are points"),
        ("small-cnn", (1, 4, 8), "8×8 pixels or more, but these are 4×8"),
        ("lenet", (2, 28, 28), "grey or of three colours"),
    ],
)
def test_inputs_that_a_backbone_cannot_take_are_refused_in_a_sentence(
    key: str, shape: tuple[int, ...], sentence: str
) -> None:
    with pytest.raises(RequestError, match=sentence):
        build_backbone(key, input_shape=shape)
