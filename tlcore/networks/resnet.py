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
        whole = resnet18()
        stem = nn.Sequential(whole.conv1, whole.bn1, whole.relu, whole.maxpool)
        self.blocks = nn.Sequential(stem, whole.layer1, whole.layer2, whole.layer3, whole.layer4)

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.blocks)

    def features(self, images: Tensor) -> Tensor:
        side = min(max(min(images.shape[-2:]), SMALLEST), LARGEST)
        maps: Tensor = self.blocks(resized(images, side))  # (N, 512, h, w)
        return maps.mean((2, 3))  # (N, 512)


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
    fill(backbone, {_ours(name): value for name, value in state.items() if not name.startswith("fc.")}, file)


def _ours(name: str) -> str:
    """torchvision's name of a weight as this backbone's: the stem is its first block, layer1 its second."""
    part, rest = name.split(".", maxsplit=1)
    place = {"conv1": "0.0", "bn1": "0.1"}.get(part, part.removeprefix("layer"))
    return f"blocks.{place}.{rest}"


def _why(error: Exception) -> str:
    reason = str(getattr(error, "reason", error)) or type(error).__name__
    return reason.splitlines()[0].rstrip(".")
