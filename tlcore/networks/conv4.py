"""Conv-4, the network on which few-shot learning is measured."""

from torch import Tensor, nn

from tlcore.networks.backbone import ImageBackbone
from tlcore.networks.lenet import SIDE, resized


class Conv4(ImageBackbone):
    """Four blocks of 3×3 convolutions, batch norm, rectifier and pooling, each of 64 channels; grey images.

    Images of another size than 28×28 are resized to it, of which four poolings leave one position.

    Source: Vinyals et al., "Matching Networks", NeurIPS 2016, section 4.1; Snell et al., "Prototypical
    Networks", NeurIPS 2017, section 3.1.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__(dim=width, mean=[0.0], std=[1.0])
        self.blocks = nn.Sequential(*(_block(inputs, width) for inputs in (1, width, width, width)))

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.blocks)

    def features(self, images: Tensor) -> Tensor:
        maps: Tensor = self.blocks(resized(images, SIDE))  # (N, 64, 1, 1)
        return maps.flatten(1)  # (N, 64)


def _block(inputs: int, outputs: int) -> nn.Sequential:
    # The maximum before the rectifier gives the same numbers as after it, on a quarter of the pixels.
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.MaxPool2d(2), nn.ReLU())
