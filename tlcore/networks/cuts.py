"""How torchvision's networks are cut: into stages from the input to the features, and a head that is left behind.

Every function here takes a whole network and gives its stages, which still are that network's own modules. The
last stage gives maps (N, C, h, w), to be averaged over all places, or tokens (N, 1 + T, C), of which the first counts.

Between the stages of a ViT flow tokens (N, 1 + T, C), between all others maps (N, C, h, w).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Cut = Callable[[Any], list[nn.Module]]


def resnet(net: Any) -> list[nn.Module]:
    stem = nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool)
    return [stem, net.layer1, net.layer2, net.layer3, net.layer4]


def pooled(net: Any) -> list[nn.Module]:
    """After every maximum over neighbours, which halves the maps: VGG and SqueezeNet."""
    layers = list(net.features)
    ends = [place + 1 for place, layer in enumerate(layers) if isinstance(layer, nn.MaxPool2d)]
    return _between(layers, [0, *ends, len(layers)])


def inception(net: Any) -> list[nn.Module]:
    names = [name for name, _ in net.named_children() if name not in ("AuxLogits", "avgpool", "dropout", "fc")]
    firsts = ("Conv2d_3b_1x1", "Mixed_5b", "Mixed_6a", "Mixed_7a")
    return _between([getattr(net, name) for name in names], [0, *map(names.index, firsts), len(names)])


def densenet(net: Any) -> list[nn.Module]:
    parts = net.features
    stem = nn.Sequential(parts.conv0, parts.norm0, parts.relu0, parts.pool0)
    inner = [nn.Sequential(getattr(parts, f"denseblock{k}"), getattr(parts, f"transition{k}")) for k in range(1, 4)]
    return [stem, *inner, nn.Sequential(parts.denseblock4, parts.norm5, nn.ReLU(inplace=True))]


def strided(net: Any) -> list[nn.Module]:
    """Before every layer that halves the maps: MobileNet and EfficientNet."""
    layers = list(net.features)
    halves = [place for place, layer in enumerate(layers) if any(_halves(each) for each in layer.modules())]
    return _between(layers, [0, *halves[1:], len(layers)])


def mobile(net: Any) -> list[nn.Module]:
    """As `strided`; its sigmoids of straight lines are such as have second derivatives, which MAML asks for."""
    for layer in list(net.features.modules()):
        for name, child in layer.named_children():
            if isinstance(child, nn.Hardsigmoid):
                setattr(layer, name, Straight())
    return strided(net)


def convnext(net: Any) -> list[nn.Module]:
    layers = list(net.features)
    *stages, last = _between(layers, [0, 2, 4, 6, 8])
    return [*stages, nn.Sequential(last, net.avgpool, net.classifier[0])]  # its norm comes after the average


def vit(net: Any) -> list[nn.Module]:
    layers = list(net.encoder.layers)
    *groups, last = _between(layers, range(0, len(layers) + 1, max(1, len(layers) // 4)))
    return [Patches(net), *groups, nn.Sequential(last, net.encoder.ln)]


def swin(net: Any) -> list[nn.Module]:
    layers = list(net.features)
    inward, outward = Axes(0, 2, 3, 1), Axes(0, 3, 1, 2)  # its layers hold the channels last
    first, *others = [layers[place : place + 2] for place in range(0, len(layers), 2)]
    others[-1].append(net.norm)
    return [nn.Sequential(*first, outward), *(nn.Sequential(inward, *each, outward) for each in others)]


def shufflenet(net: Any) -> list[nn.Module]:
    return [nn.Sequential(net.conv1, net.maxpool), net.stage2, net.stage3, net.stage4, net.conv5]


def regnet(net: Any) -> list[nn.Module]:
    return [net.stem, *net.trunk_output]


class Patches(nn.Module):
    """A ViT's way in: patches as tokens, one more that is to hold the features, and where each lies.

    Images (N, 3, H, W) become tokens (N, 1 + T, C). Where there are other patches than the network was made
    for, the places of its own are interpolated, as Dosovitskiy et al., ICLR 2021, do in section 3.2.
    """

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.projection, self.dropout = net.conv_proj, net.encoder.dropout
        self.first, self.places = net.class_token, net.encoder.pos_embedding

    def forward(self, images: Tensor) -> Tensor:
        patches = self.projection(images)  # (N, C, h, w)
        tokens = torch.cat([self.first.expand(len(images), -1, -1), patches.flatten(2).mT], 1)  # (N, 1 + T, C)
        placed: Tensor = self.dropout(tokens + self.placed(*patches.shape[2:]))
        return placed

    def placed(self, height: int, width: int) -> Tensor:
        """Where each of h × w patches lies, and the first token: (1, 1 + h · w, C)."""
        side = round((self.places.shape[1] - 1) ** 0.5)
        own: Tensor = self.places
        if (height, width) == (side, side):
            return own
        grid = own[:, 1:].mT.unflatten(2, (side, side))  # (1, C, side, side)
        other = F.interpolate(grid, size=(height, width), mode="bicubic", align_corners=True)
        return torch.cat([own[:, :1], other.flatten(2).mT], 1)


class Straight(nn.Module):
    """(x + 3) / 6 between 0 and 1: `nn.Hardsigmoid` by parts that autograd can take apart twice."""

    def forward(self, maps: Tensor) -> Tensor:
        return F.relu6(maps + 3) / 6


class Axes(nn.Module):
    """The axes of a tensor in another order."""

    def __init__(self, *order: int) -> None:
        super().__init__()
        self.order = order

    def forward(self, maps: Tensor) -> Tensor:
        return maps.permute(self.order)


def _between(layers: Sequence[nn.Module], places: Sequence[int]) -> list[nn.Module]:
    """Layers in a row, cut at some places; a stretch without layers is left out."""
    return [nn.Sequential(*layers[start:end]) for start, end in pairwise(places) if start < end]


def _halves(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Conv2d) and max(layer.stride) > 1
