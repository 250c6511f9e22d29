"""LeNet, in the variant on which domain adaptation between digits is measured."""

import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.networks.backbone import ImageBackbone

SIDE = 28


class LeNet(ImageBackbone):
    """Two 5×5 convolutions of 20 and 50 channels, each pooled, and 500 features; grey images.

    Images of another size than 28×28 are resized to it (USPS has 16×16).

    Source: Tzeng et al., "Adversarial Discriminative Domain Adaptation", CVPR 2017, section 5.1.
    """

    def __init__(self) -> None:
        super().__init__(dim=500, mean=[0.5], std=[0.5])
        self.convolutions = nn.Sequential(
            nn.Sequential(nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.ReLU()),
            nn.Sequential(nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.ReLU()),
        )
        self.dense = nn.Sequential(nn.Linear(50 * 4 * 4, self.dim), nn.ReLU())

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return (*self.convolutions, self.dense)

    def features(self, images: Tensor) -> Tensor:
        maps = self.convolutions(resized(images, SIDE))  # (N, 50, 4, 4)
        features: Tensor = self.dense(maps.flatten(1))  # (N, 500)
        return features


def resized(images: Tensor, side: int) -> Tensor:
    """Images (N, C, H, W) as (N, C, side, side), by smoothed bilinear interpolation; as they are if they fit."""
    if images.shape[-2:] == (side, side):
        return images
    return F.interpolate(images, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
