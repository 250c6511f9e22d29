"""LeNet, in the two variants on which domain adaptation between digits is measured."""

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


class ColourLeNet(ImageBackbone):
    """Two 5×5 convolutions of 32 and 48 channels on colours, each pooled: 768 features; 28×28 as for `LeNet`.

    Its features are those that the paper's discriminator looks at. There, two layers of 100 units lie between
    them and the classes; here the head decides on them directly. Batch norm, if asked for, is not the paper's.

    Source: Ganin et al., "Domain-Adversarial Training of Neural Networks", JMLR 17(59), 2016, figure 4 (a).
    """

    def __init__(self, norm: bool = False) -> None:
        super().__init__(dim=48 * 4 * 4, mean=[0.5] * 3, std=[0.5] * 3)
        self.convolutions = nn.Sequential(
            *(
                nn.Sequential(
                    nn.Conv2d(inputs, outputs, 5),
                    *([nn.BatchNorm2d(outputs)] if norm else []),
                    nn.MaxPool2d(2),
                    nn.ReLU(),
                )
                for inputs, outputs in ((3, 32), (32, 48))
            )
        )

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.convolutions)

    def features(self, images: Tensor) -> Tensor:
        maps: Tensor = self.convolutions(resized(images, SIDE))  # (N, 48, 4, 4)
        return maps.flatten(1)  # (N, 768)


def resized(images: Tensor, side: int) -> Tensor:
    """Images (N, C, H, W) as (N, C, side, side), by smoothed bilinear interpolation; as they are if they fit."""
    if images.shape[-2:] == (side, side):
        return images
    return F.interpolate(images, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
