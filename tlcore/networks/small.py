"""Small backbones that train in seconds on one core: a line or an MLP for points, a CNN for small images."""

from collections.abc import Sequence

from torch import Tensor, nn

from tlcore.networks.backbone import Backbone, ImageBackbone


class TinyLinear(Backbone):
    """The plane itself, turned and stretched: with a head, boundaries are straight lines."""

    takes = "points"

    def __init__(self, inputs: int = 2) -> None:
        super().__init__()
        self.dim = inputs
        self.layer = nn.Linear(inputs, inputs)

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return (self.layer,)

    def forward(self, batch: Tensor) -> Tensor:
        features: Tensor = self.layer(batch)  # (N, dim)
        return features


class TinyMlp(Backbone):
    """Two hidden layers of `dim` units: enough to bend a boundary, few enough to watch it bend."""

    takes = "points"

    def __init__(self, inputs: int = 2, dim: int = 32) -> None:
        super().__init__()
        self.dim = dim
        self.layers = nn.Sequential(
            nn.Sequential(nn.Linear(inputs, dim), nn.ReLU()), nn.Sequential(nn.Linear(dim, dim), nn.ReLU())
        )

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.layers)

    def forward(self, batch: Tensor) -> Tensor:
        features: Tensor = self.layers(batch)  # (N, dim)
        return features


class SmallCnn(ImageBackbone):
    """Three blocks of 3×3 convolutions on images of 8×8 pixels or more, grey or with `colours` of their own.

    The last block is averaged over the whole image, so any size gives `dim` features.
    """

    def __init__(self, norm: bool = False, widths: Sequence[int] = (16, 32, 64), colours: int = 1) -> None:
        super().__init__(dim=widths[-1], mean=[0.5] * colours, std=[0.5] * colours)
        channels = [colours, *widths]
        last = len(widths) - 1
        self.blocks = nn.Sequential(
            *(_block(channels[i], channels[i + 1], norm=norm, pool=i < last) for i in range(len(widths)))
        )

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.blocks)

    def features(self, images: Tensor) -> Tensor:
        maps: Tensor = self.blocks(images)  # (N, dim, H / 4, W / 4)
        return maps.mean((2, 3))  # (N, dim)


def _block(inputs: int, outputs: int, norm: bool, pool: bool) -> nn.Sequential:
    # The maximum before the rectifier gives the same numbers as after it, on a quarter of the pixels.
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, 3, padding=1)]
    if norm:
        layers.append(nn.BatchNorm2d(outputs))
    if pool:
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.ReLU())
