"""torchvision's networks as backbones: true cards, and the features that torchvision itself would give."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn
from torchvision import models

from tlcore import catalogue
from tlcore.losses.meta import answered
from tlcore.networks.cuts import Patches, Straight
from tlcore.networks.families import MEMBERS, published
from tlcore.networks.footprint import activations_mb
from tlcore.networks.heard import heard
from tlcore.networks.imagenet import ImageNetBackbone, _today, scale
from tlcore.strategies.base import reset

SMALL = ("resnet18", "mobilenet_v3_small", "shufflenet_v2_x0_5", "squeezenet1_1")
# One of each design is looked at whenever tests run, the others by `make slow`.
QUICK = (*SMALL, "vgg11_bn", "convnext_tiny", "vit_b_32", "swin_t", "regnet_x_400mf")
EACH = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in MEMBERS]


def described(name: str) -> ImageNetBackbone:
    """A backbone without numbers, which is quick; RegNet works its widths out in tensors, and is built whole."""
    if name.startswith("regnet"):
        return ImageNetBackbone(name).to("meta")
    with torch.device("meta"):
        return ImageNetBackbone(name)


@pytest.mark.parametrize("name", EACH)
def test_a_card_tells_the_truth_about_its_network(name: str) -> None:
    card, backbone, weights = catalogue.backbone(name), described(name), published(name)
    assert card["parameters"] == sum(weight.numel() for weight in backbone.parameters())
    assert card["has_norm"] == any(isinstance(layer, nn.BatchNorm2d) for layer in backbone.modules())
    assert (card["side"], card["smallest"]) == (backbone.largest, backbone.smallest)
    assert card["gflops"] == weights.meta["_ops"]
    assert card["top1"] == weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    assert card["file"] == weights.url.rpartition("/")[2]
    assert card["download_mb"] == pytest.approx(weights.meta["_file_size"], abs=0.1)

    with heard(backbone.stages) as outputs:
        features = backbone.eval().features(torch.empty(2, 3, *2 * (backbone.smallest,), device="meta"))
    assert features.shape == (2, backbone.dim) == (2, card["dim"])
    assert len(outputs) == len(backbone.stages) >= 4
    tokens = name.startswith("vit")
    assert all(output.ndim == (3 if tokens else 4) for output in outputs)
    assert outputs[-1].shape[2 if tokens else 1] == backbone.dim  # channels stand where others have them
    held = {id(weight) for stage in backbone.stages for weight in stage.parameters()}
    assert held == {id(weight) for weight in backbone.parameters()}


@pytest.mark.slow
@pytest.mark.parametrize("name", MEMBERS)
def test_a_card_says_what_an_image_leaves_in_memory(name: str) -> None:
    backbone = described(name)
    assert catalogue.backbone(name)["activations_mb"] == activations_mb(backbone, backbone.largest)


@pytest.mark.parametrize("name", SMALL)
def test_features_are_torchvision_s_own(name: str) -> None:
    torch.manual_seed(0)
    backbone = ImageNetBackbone(name).eval()
    torch.manual_seed(0)
    whole = beheaded(models.get_model(name)).eval()
    images = torch.rand(2, 3, 64, 64)
    torch.testing.assert_close(backbone.features(images), whole(images).flatten(1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "kind", ["vit", "swin", "convnext", "densenet", pytest.param("inception_v3", marks=pytest.mark.slow)]
)
def test_features_of_large_designs_are_torchvision_s_in_small(kind: str) -> None:
    """The same cut on a small network of that design, beside torchvision's own forward pass."""
    torch.manual_seed(0)
    net = tiny(kind)
    name = next(each for each in MEMBERS if each.startswith(kind))
    stages = MEMBERS[name].cut(net.eval())
    side = {"inception_v3": 96, "vit": 32}.get(kind, 64)
    images = torch.rand(1, 3, side, side)
    seen = images
    for stage in stages:
        seen = stage(seen)
    features = seen.mean((2, 3)) if seen.ndim == 4 else seen[:, 0]
    torch.testing.assert_close(features, beheaded(net)(images).flatten(1), rtol=1e-4, atol=1e-5)


def test_grey_images_are_seen_in_three_channels_normalised_as_the_weights_want() -> None:
    backbone = ImageNetBackbone("resnet18").eval()
    images = torch.rand(1, 1, 64, 64)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected = (images.repeat(1, 3, 1, 1) - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    torch.testing.assert_close(backbone(images), backbone.features(expected), rtol=1e-3, atol=1e-4)


def test_inception_s_images_lie_between_minus_one_and_one() -> None:
    """torchvision's weights come with `transform_input`, which undoes ImageNet's scale inside of the network."""
    net = models.Inception3.__new__(models.Inception3)
    net.transform_input = True
    image = torch.rand(1, 3, 4, 4)
    normalise = published("inception_v3").transforms()
    mean, std = (torch.tensor(each).view(3, 1, 1) for each in (normalise.mean, normalise.std))
    own_mean, own_std = (torch.tensor(each).view(3, 1, 1) for each in scale("inception_v3"))
    ours = (image - own_mean) / own_std
    torch.testing.assert_close(models.Inception3._transform_input(net, (image - mean) / std), ours)


@pytest.mark.parametrize(("name", "sides"), [("resnet18", [64, 96, 224]), ("vit_b_32", [128, 128, 224])])
def test_small_images_are_enlarged_and_large_ones_reduced(name: str, sides: list[int]) -> None:
    seen: list[int] = []
    backbone = described(name).eval()
    backbone.stages[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[-1]))
    for side in (8, 96, 300):
        backbone.features(torch.empty(1, 3, side, side, device="meta"))
    assert seen == sides


def test_places_of_patches_are_interpolated_between_those_that_were_learnt() -> None:
    patches = Patches(tiny("vit"))
    places = patches.places.detach()
    with torch.no_grad():
        places.copy_(torch.arange(4.0).view(1, 4, 1).expand(1, 4, 8).repeat(1, 2, 1)[:, :5])
    assert torch.equal(patches.placed(2, 2), patches.places)
    larger = patches.placed(3, 3)
    assert larger.shape == (1, 10, 8)
    torch.testing.assert_close(larger[:, [1, 3, 7, 9]], patches.places[:, 1:])  # its corners are the corners
    torch.testing.assert_close(larger[:, 0], patches.places[:, 0])


def test_names_from_old_files_are_today_s() -> None:
    assert _today("features.denseblock1.denselayer2.norm.1.weight") == "features.denseblock1.denselayer2.norm1.weight"
    assert _today("encoder.layers.encoder_layer_0.mlp.linear_2.bias") == "encoder.layers.encoder_layer_0.mlp.3.bias"
    assert _today("layer1.0.conv1.weight") == "layer1.0.conv1.weight"


def test_mobilenet_s_straight_sigmoid_is_torch_s_and_has_second_derivatives() -> None:
    inputs = torch.linspace(-4, 4, 33, requires_grad=True)
    torch.testing.assert_close(Straight()(inputs), nn.functional.hardsigmoid(inputs))
    (slope,) = torch.autograd.grad((Straight()(inputs) ** 2).sum(), inputs, create_graph=True)
    slope.sum().backward()  # which torch's own refuses
    backbone = described("mobilenet_v3_small")
    assert not any(isinstance(layer, nn.Hardsigmoid) for layer in backbone.modules())


def test_attention_has_a_second_derivative_where_meta_learning_asks_for_one() -> None:
    net = tiny("vit").eval()
    weights = dict(net.named_parameters())
    first = torch.autograd.grad(
        answered(net, weights, torch.rand(2, 3, 32, 32)).square().sum(), net.encoder.pos_embedding, create_graph=True
    )[0]
    first.square().sum().backward()
    assert net.encoder.layers[0].self_attention.in_proj_weight.grad.isfinite().all()


def test_from_scratch_means_every_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens, places and attention have no layer that draws them anew; the backbone does."""
    from tlcore.networks import families

    monkeypatch.setattr(families, "whole", lambda _: tiny("vit"))
    monkeypatch.setattr("tlcore.networks.imagenet.whole", lambda _: tiny("vit"))
    backbone = ImageNetBackbone("vit_b_32")
    with torch.no_grad():
        for weight in backbone.parameters():
            weight.fill_(7)
    reset(backbone)
    assert not [name for name, weight in backbone.named_parameters() if (weight == 7).any()]


def tiny(kind: str) -> Any:
    """A network of a large design, in small."""
    if kind == "vit":
        return models.VisionTransformer(32, 16, 4, 2, 8, 16)
    if kind == "swin":
        return models.SwinTransformer([4, 4], 8, [1, 1, 1, 1], [1, 1, 2, 2], [4, 4])
    if kind == "convnext":
        from torchvision.models.convnext import CNBlockConfig

        widths = (8, 12, 16, 20, None)
        return models.ConvNeXt([CNBlockConfig(a, b, 1) for a, b in pairwise(widths)])
    if kind == "densenet":
        return models.DenseNet(4, (1, 1, 1, 1), 8)
    return models.inception_v3(init_weights=False, aux_logits=False)


def beheaded(net: Any) -> nn.Module:
    """The same network with nothing in its head's place."""
    if isinstance(net, models.SqueezeNet):
        net.classifier = nn.AdaptiveAvgPool2d(1)
    elif isinstance(net, models.VisionTransformer):
        net.heads = nn.Identity()
    elif isinstance(net, models.ConvNeXt):
        net.classifier[2] = nn.Identity()
    else:
        name = next(each for each in ("fc", "classifier", "head") if hasattr(net, each))
        setattr(net, name, nn.Identity())
    return net
