"""Fully connected layers on the pixels themselves: what digits were read with before convolutions were quick."""

from torch import Tensor, nn

from tlcore.networks.backbone import ImageBackbone
from tlcore.networks.lenet import SIDE, resized


class ImageMlp(ImageBackbone):
    """Two hidden layers of `dim` rectified units on grey images; other sizes than 28×28 are resized to it.

    Source: Hinton, Vinyals & Dean, "Distilling the Knowledge in a Neural Network", 2015, section 3, whose
    student has 800 units a layer and whose teacher has 1,200.
    """

    def __init__(self, dim: int) -> None:
        super().__init__(dim=dim, mean=[0.5], std=[0.5])
        self.layers = nn.Sequential(
            nn.Sequential(nn.Linear(SIDE * SIDE, dim), nn.ReLU()), nn.Sequential(nn.Linear(dim, dim), nn.ReLU())
        )

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.layers)

    def features(self, images: Tensor) -> Tensor:
        features: Tensor = self.layers(resized(images, SIDE).flatten(1))  # (N, dim)
        return features
