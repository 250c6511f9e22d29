"""What every backbone is: images or points in, features out, and a head that decides on them."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

import torch
from torch import Tensor, nn


class Backbone(nn.Module):
    """The part of a network that sees: a batch in, one row of `dim` features an item out.

    Takes points (N, D) float32, or images (N, C, H, W): uint8 in 0…255, or floats in [0, 1]. It
    converts and normalises by itself, so nobody else has to know what its weights expect.
    """

    takes: ClassVar[Literal["points", "images"]]
    dim: int
    theirs: Mapping[str, str] = MappingProxyType({})  # its weights' names elsewhere, and what it calls them itself
    headed: frozenset[str] = frozenset()  # names of weights that elsewhere belong to a head

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """Its parts from the input to the features: what a strategy unfreezes, or looks at, one by one.

        All weights lie in some stage. A stage's output is what a forward hook on it sees.
        """
        raise NotImplementedError

    if TYPE_CHECKING:  # nn.Module says that it takes and returns anything

        def __call__(self, batch: Tensor) -> Tensor: ...


class ImageBackbone(Backbone):
    """A backbone of images: brings them to its number of channels and its range, then calls `features`.

    `mean` and `std` have one number a channel, in units of images in [0, 1].
    """

    takes = "images"
    mean: Tensor
    std: Tensor

    def __init__(self, dim: int, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.dim = dim
        self.register_buffer("mean", torch.tensor(mean).view(-1, 1, 1), persistent=False)  # (C, 1, 1)
        self.register_buffer("std", torch.tensor(std).view(-1, 1, 1), persistent=False)  # (C, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        images = (self.channelled(in_unit_range(images)) - self.mean) / self.std  # (N, C, H, W)
        return self.features(images.contiguous(memory_format=torch.channels_last))  # (N, dim)

    def channelled(self, images: Tensor) -> Tensor:
        """Grey repeated to as many channels as the weights see, or colours averaged to grey."""
        wanted = len(self.mean)
        if images.shape[1] == wanted:
            return images
        return images.mean(1, keepdim=True) if wanted == 1 else images.expand(-1, wanted, -1, -1)

    def features(self, images: Tensor) -> Tensor:
        """From normalised images (N, C, H, W) to features (N, dim)."""
        raise NotImplementedError


class Network(nn.Module):
    """A backbone that sees and a head that decides: a batch in, logits (N, classes) out."""

    if TYPE_CHECKING:

        def __call__(self, batch: Tensor) -> Tensor: ...

    def __init__(self, backbone: Backbone, head: nn.Linear) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    @property
    def dim(self) -> int:
        return self.backbone.dim

    @property
    def classes(self) -> int:
        return self.head.out_features

    def forward(self, batch: Tensor) -> Tensor:
        logits: Tensor = self.head(self.backbone(batch))  # (N, classes)
        return logits


@torch.no_grad()
def redraw(backbone: Backbone, fresh: Callable[[], Backbone]) -> None:
    """Give the weights that lie in no layer with a `reset_parameters` of its own those of a fresh backbone."""
    stray = {
        f"{path}.{name}": weight
        for path, layer in backbone.named_modules()
        if not callable(getattr(layer, "reset_parameters", None))
        for name, weight in layer.named_parameters(recurse=False)
    }
    drawn = dict(fresh().named_parameters()) if stray else {}
    for name, weight in stray.items():
        weight.copy_(drawn[name])


def in_unit_range(images: Tensor) -> Tensor:
    """uint8 images as floats in [0, 1]; float images are taken as being there already."""
    return images.float() / 255 if images.dtype == torch.uint8 else images
