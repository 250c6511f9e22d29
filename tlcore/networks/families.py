"""torchvision's networks by family: what each is called, how it is built and cut, and where its images end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from tlcore.networks import cuts
from tlcore.networks.cuts import Cut


@dataclass(frozen=True)
class Member:
    """One network of a family, without its head."""

    title: str
    dim: int  # of its features
    parameters: int
    activations_mb: float  # see `footprint.activations_mb`, for an image of the size that its weights were made for


@dataclass(frozen=True)
class Family:
    """What networks of one design have in common."""

    title: str
    idea: str
    source: str
    cut: Cut
    members: Mapping[str, Member]  # by torchvision's name
    has_norm: bool = True  # has batch norm
    smallest: int = 64  # narrower images are enlarged to it
    patch: int = 1  # of which the side has to be a multiple
    options: Mapping[str, Any] = field(default_factory=dict)  # for torchvision's builder


_VIT = Family(
    "ViT",
    "Patches as words, and attention between all of them; no convolution but the first.",
    "Dosovitskiy et al., ICLR 2021, arXiv:2010.11929",
    cuts.vit,
    {"vit_b_16": Member("ViT-B/16", 768, 85_798_656, 154.3)},
    patch=16,
    has_norm=False,
)
FAMILIES = (
    Family(
        "ResNet",
        "Shortcuts around pairs of convolutions: the usual start for photographs of your own.",
        "He et al., CVPR 2016, arXiv:1512.03385",
        cuts.resnet,
        {
            "resnet18": Member("ResNet-18", 512, 11_176_512, 22.2),
            "resnet34": Member("ResNet-34", 512, 21_284_672, 32.3),
            "resnet50": Member("ResNet-50", 2048, 23_508_032, 86.1),
            "resnet101": Member("ResNet-101", 2048, 42_500_160, 127.3),
            "wide_resnet50_2": Member("Wide ResNet-50", 2048, 66_834_240, 112.5),
            "resnext50_32x4d": Member("ResNeXt-50", 2048, 22_979_904, 112.5),
        },
    ),
    Family(
        "VGG",
        "Plain 3×3 convolutions in a row; slow and large, and long the measure of what features can do.",
        "Simonyan & Zisserman, ICLR 2015, arXiv:1409.1556",
        cuts.pooled,
        {
            "vgg11_bn": Member("VGG-11 with batch norm", 512, 9_225_984, 78.3),
            "vgg16_bn": Member("VGG-16 with batch norm", 512, 14_723_136, 127.3),
        },
    ),
    Family(
        "VGG",
        "Plain 3×3 convolutions in a row, without batch norm; slow and large, and long the measure of features.",
        "Simonyan & Zisserman, ICLR 2015, arXiv:1409.1556",
        cuts.pooled,
        {"vgg16": Member("VGG-16", 512, 14_714_688, 73.1)},
        has_norm=False,
    ),
    Family(
        "Inception",
        "Convolutions of several sizes side by side; wants larger images than others.",
        "Szegedy et al., CVPR 2016, arXiv:1512.00567",
        cuts.inception,
        {"inception_v3": Member("Inception v3", 2048, 21_785_568, 98.3)},
        smallest=128,  # 75 is the least that leaves one position
        options={"aux_logits": False, "init_weights": True},
    ),
    Family(
        "DenseNet",
        "Every layer sees the output of all before it: few weights, much memory.",
        "Huang et al., CVPR 2017, arXiv:1608.06993",
        cuts.densenet,
        {
            "densenet121": Member("DenseNet-121", 1024, 6_953_856, 130.7),
            "densenet169": Member("DenseNet-169", 1664, 12_484_480, 157.9),
        },
    ),
    Family(
        "MobileNetV3",
        "Made for telephones: the quickest of all on a CPU.",
        "Howard et al., ICCV 2019, arXiv:1905.02244",
        cuts.mobile,
        {
            "mobilenet_v3_small": Member("MobileNetV3 small", 576, 927_008, 16.2),
            "mobilenet_v3_large": Member("MobileNetV3 large", 960, 2_971_952, 44.2),
        },
    ),
    Family(
        "EfficientNet",
        "Depth, width and image size grown together: much accuracy for few weights.",
        "Tan & Le, ICML 2019, arXiv:1905.11946; V2: ICML 2021, arXiv:2104.00298",
        cuts.strided,
        {
            "efficientnet_b0": Member("EfficientNet-B0", 1280, 4_007_548, 88.4),
            "efficientnet_b1": Member("EfficientNet-B1", 1280, 6_513_184, 143.2),
            "efficientnet_b2": Member("EfficientNet-B2", 1408, 7_700_994, 213.2),
            "efficientnet_b3": Member("EfficientNet-B3", 1536, 10_696_232, 312.8),
            "efficientnet_v2_s": Member("EfficientNetV2 small", 1280, 20_177_488, 452.8),
        },
    ),
    Family(
        "ConvNeXt",
        "A convolutional network with the manners of a transformer: no batch norm, wide kernels.",
        "Liu et al., CVPR 2022, arXiv:2201.03545",
        cuts.convnext,
        {
            "convnext_tiny": Member("ConvNeXt tiny", 768, 27_820_128, 109.2),
            "convnext_small": Member("ConvNeXt small", 768, 49_454_688, 174.2),
        },
        has_norm=False,
    ),
    _VIT,
    replace(
        _VIT,
        idea="Patches as words, and attention between all of them; larger patches, a quarter of the cost.",
        members={"vit_b_32": Member("ViT-B/32", 768, 87_455_232, 35.4)},
        smallest=128,
        patch=32,
    ),
    Family(
        "Swin",
        "Attention within windows that shift from layer to layer: a transformer with the shape of a CNN.",
        "Liu et al., ICCV 2021, arXiv:2103.14030; V2: CVPR 2022, arXiv:2111.09883",
        cuts.swin,
        {
            "swin_t": Member("Swin tiny", 768, 27_519_354, 106.9),
            "swin_s": Member("Swin small", 768, 48_837_258, 170.3),
            "swin_v2_t": Member("Swin V2 tiny", 768, 27_582_570, 187.1),
        },
        has_norm=False,
    ),
    Family(
        "ShuffleNet",
        "Half of the channels rest in every layer, then all are shuffled: the fewest operations here.",
        "Ma et al., ECCV 2018, arXiv:1807.11164",
        cuts.shufflenet,
        {
            "shufflenet_v2_x0_5": Member("ShuffleNetV2 × 0.5", 1024, 341_792, 11.1),
            "shufflenet_v2_x1_0": Member("ShuffleNetV2 × 1", 1024, 1_253_604, 20.4),
        },
    ),
    Family(
        "SqueezeNet",
        "Channels squeezed before they are expanded: fewer than a million weights, no batch norm.",
        "Iandola et al., 2016, arXiv:1602.07360",
        cuts.pooled,
        {
            "squeezenet1_0": Member("SqueezeNet 1.0", 512, 735_424, 34.4),
            "squeezenet1_1": Member("SqueezeNet 1.1", 512, 722_496, 19.7),
        },
        has_norm=False,
    ),
    Family(
        "RegNet",
        "Widths that grow along a line, found by searching among designs instead of networks.",
        "Radosavovic et al., CVPR 2020, arXiv:2003.13678",
        cuts.regnet,
        {
            "regnet_y_400mf": Member("RegNetY-400MF", 440, 3_903_144, 33.7),
            "regnet_y_1_6gf": Member("RegNetY-1.6GF", 888, 10_313_430, 72.0),
            "regnet_x_400mf": Member("RegNetX-400MF", 400, 5_094_976, 25.3),
        },
    ),
)
MEMBERS: Mapping[str, Family] = {name: family for family in FAMILIES for name in family.members}


def whole(name: str) -> Any:
    """torchvision's network with its own head and random weights; a VGG's head, 124 million of them, has none."""
    from torchvision import models

    if name.startswith("vgg"):
        return _vgg(name)
    return models.get_model(name, weights=None, **MEMBERS[name].options)


def published(name: str) -> Any:
    """torchvision's entry for the weights that it recommends: address, transforms and measurements."""
    from torchvision import models

    return models.get_model_weights(name).DEFAULT


def _vgg(name: str) -> Any:
    from torchvision.models import vgg

    layers = {"vgg11_bn": "A", "vgg16": "D", "vgg16_bn": "D"}[name]
    features = vgg.make_layers(vgg.cfgs[layers], batch_norm=name.endswith("bn"))
    for layer in features:
        if isinstance(layer, nn.Conv2d):  # as vgg.VGG does
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    with torch.device("meta"):
        return vgg.VGG(features, init_weights=False)
