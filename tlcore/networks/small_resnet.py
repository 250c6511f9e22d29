"""A small residual network for small photographs, sketches and letters in colour."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from tlcore.networks.backbone import ImageBackbone
from tlcore.networks.lenet import resized

SMALLEST, LARGEST = 32, 224


class SmallResNet(ImageBackbone):
    """Nine convolutions with shortcuts on colour images of 32 to 96 pixels, halved four times on the way.

    Smaller images are enlarged to 32×32, which leaves the last block 2×2 positions to average; those
    beyond 224×224 are reduced to it.

    Source: a ResNet-18 with one block a stage, an eighth of the width and a stem for small images;
    He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
    """

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 112)) -> None:
        super().__init__(dim=widths[-1], mean=[0.5] * 3, std=[0.25] * 3)
        stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 2, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU())
        first = _Block(widths[0], widths[0], stride=1)
        self.blocks = nn.Sequential(stem, first, *(_Block(*pair, stride=2) for pair in pairwise(widths)))

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.blocks)

    def features(self, images: Tensor) -> Tensor:
        side = min(max(min(images.shape[-2:]), SMALLEST), LARGEST)
        maps: Tensor = self.blocks(resized(images, side))  # (N, dim, side / 16, side / 16)
        return maps.mean((2, 3))  # (N, dim)


class _Block(nn.Module):
    """Two 3×3 convolutions and a way around them."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        around: list[nn.Module] = []
        if stride > 1 or inputs != outputs:
            around = [nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)]
        self.around = nn.Sequential(*around)

    def forward(self, maps: Tensor) -> Tensor:
        inner: Tensor = self.relu(self.bn1(self.conv1(maps)))
        outer: Tensor = self.relu(self.bn2(self.conv2(inner)) + self.around(maps))
        return outer
