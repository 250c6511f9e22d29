"""ResNet-18, pre-trained on ImageNet by torchvision."""

from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlparse

import torch
from torch import Tensor, nn

from tlcore.errors import DataUnavailable
from tlcore.networks.backbone import Backbone, ImageBackbone
from tlcore.networks.lenet import resized
from tlcore.networks.weights import fill

SMALLEST, LARGEST = 64, 224


class ResNet18(ImageBackbone):
    """torchvision's ResNet-18 without its head: 512 features of colour images.

    ImageNet images were 224×224. Smaller ones are enlarged to 64×64 at least, which costs a twelfth
    of 224×224 and leaves the last block 2×2 positions to average; larger ones are reduced to 224×224.

    Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
    """

    def __init__(self) -> None:
        from torchvision.models import ResNet18_Weights, resnet18

        transforms = ResNet18_Weights.IMAGENET1K_V1.transforms()
        super().__init__(dim=512, mean=transforms.mean, std=transforms.std)
        self.layers = resnet18()
        self.layers.fc = nn.Identity()

    def features(self, images: Tensor) -> Tensor:
        side = min(max(min(images.shape[-2:]), SMALLEST), LARGEST)
        features: Tensor = self.layers(resized(images, side))  # (N, 512)
        return features


def load_imagenet(backbone: Backbone) -> None:
    """Fill a `ResNet18` with ImageNet weights, from torch's own cache or downloaded into it.

    Raises `DataUnavailable` when they are neither there nor can be fetched, or cannot be read.
    """
    from torchvision.models import ResNet18_Weights

    weights = ResNet18_Weights.IMAGENET1K_V1
    file = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(weights.url).path).name
    try:
        state = weights.get_state_dict(progress=True, check_hash=True, weights_only=True)
    except (URLError, TimeoutError, ConnectionError) as error:
        raise DataUnavailable(
            f"The ImageNet weights of resnet18 are not on this machine and could not be downloaded ({_why(error)}): "
            f"connect to a network, or put {file.name} (torchvision's ResNet18_Weights.IMAGENET1K_V1) "
            f"into {file.parent}."
        ) from None
    except Exception as error:  # noqa: BLE001  a damaged file fails in every way that unpickling knows
        raise DataUnavailable(
            f"The ImageNet weights in {file} cannot be read ({_why(error)}): delete that file and try again."
        ) from None
    fill(backbone, {f"layers.{name}": value for name, value in state.items() if not name.startswith("fc.")}, file)


def _why(error: Exception) -> str:
    reason = str(getattr(error, "reason", error)) or type(error).__name__
    return reason.splitlines()[0].rstrip(".")
