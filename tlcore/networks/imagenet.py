"""Any of torchvision's networks as a backbone: without its head, cut into stages."""

import re
from collections.abc import Mapping
from functools import partial

from torch import Tensor, nn

from tlcore.cards import BackboneCard
from tlcore.networks import fetching
from tlcore.networks.backbone import Backbone, ImageBackbone, redraw
from tlcore.networks.families import MEMBERS, published, whole
from tlcore.networks.lenet import resized
from tlcore.networks.offer import Offer
from tlcore.networks.weights import fill

OWN = "imagenet"
_AUX = "AuxLogits."  # Inception's second head, for its training alone
# Names that torchvision has given up, and its weights from before then have kept.
_OLD = (
    (re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)"), r"\1"),
    (re.compile(r"\.mlp\.linear_1\."), ".mlp.0."),
    (re.compile(r"\.mlp\.linear_2\."), ".mlp.3."),
)


class ImageNetBackbone(ImageBackbone):
    """One of torchvision's networks without its head: features (N, dim) of colour images.

    Narrower images than `smallest` are enlarged to it, which costs a fraction of the size that the weights were
    made for and leaves the last stage some positions to average; larger ones than that size are reduced to it.

    Its stages lie in `blocks`; `theirs` says which of torchvision's names is which of its own, and `headed` which
    names belong to the head. Between a ViT's stages flow tokens (N, 1 + T, C), else maps (N, C, h, w).
    """

    def __init__(self, name: str) -> None:
        family, net = MEMBERS[name], whole(name)
        stages = family.cut(net)
        super().__init__(family.members[name].dim, *scale(name))
        self.name = name
        self.smallest, self.largest, self.patch = family.smallest, side(name), family.patch
        self.blocks = nn.Sequential(*stages)
        self.theirs, self.headed = _names(net, self)

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return tuple(self.blocks)

    def features(self, images: Tensor) -> Tensor:
        width = min(max(min(images.shape[-2:]), self.smallest), self.largest)
        seen: Tensor = self.blocks(resized(images, width // self.patch * self.patch))
        return seen.mean((2, 3)) if seen.ndim == 4 else seen[:, 0]  # (N, dim)

    def reset_parameters(self) -> None:
        """New random weights where no layer can draw its own: tokens, places, scales, attention."""
        redraw(self, lambda: ImageNetBackbone(self.name))


def scale(name: str) -> tuple[list[float], list[float]]:
    """The mean and the deviation of each colour that the weights were made for, of images in [0, 1]."""
    if name == "inception_v3":  # made for [-1, 1], where torchvision brings images within the network
        return [0.5] * 3, [0.5] * 3
    transforms = published(name).transforms()
    return transforms.mean, transforms.std


def side(name: str) -> int:
    """The width of the images that the weights were made for."""
    return int(published(name).transforms().crop_size[0])


def offer(name: str) -> Offer:
    """One of torchvision's networks as it is offered; nothing of torchvision is loaded before somebody asks."""
    return Offer(name, "images", OWN, partial(card, name), lambda _: ImageNetBackbone(name), {OWN: load_imagenet})


def card(name: str) -> BackboneCard:
    """Facts about the network from its family, and about its weights from torchvision."""
    family, weights = MEMBERS[name], published(name)
    member, meta = family.members[name], weights.meta
    return BackboneCard(
        key=name,
        title=member.title,
        idea=family.idea,
        takes="images",
        dim=member.dim,
        parameters=member.parameters,
        family=family.title,
        pretrainings={OWN: f"ImageNet-1k, torchvision's {weights}"},
        own=OWN,
        shipped=False,
        download_mb=round(meta["_file_size"], 1),
        file=fetching.place(weights.url).name,
        has_norm=family.has_norm,
        source=family.source,
        side=side(name),
        smallest=family.smallest,
        gflops=meta["_ops"],
        top1=meta["_metrics"]["ImageNet-1K"]["acc@1"],
        activations_mb=member.activations_mb,
    )


def load_imagenet(backbone: Backbone) -> None:
    """Fill an `ImageNetBackbone` with torchvision's weights, from the cache of torch's hub or downloaded into it.

    Raises `DataUnavailable` when they are neither there nor can be fetched, or cannot be read.
    """
    assert isinstance(backbone, ImageNetBackbone)
    weights = published(backbone.name)
    file = fetching.fetched(weights.url, backbone.name, f"torchvision's {weights}")
    state = {_today(name): value for name, value in fetching.read(file).items()}
    kept = {name: value for name, value in state.items() if not (name in backbone.headed or name.startswith(_AUX))}
    fill(backbone, {backbone.theirs.get(name, name): value for name, value in kept.items()}, file)


def _today(name: str) -> str:
    for old, new in _OLD:
        name = old.sub(new, name)
    return name


def _names(net: nn.Module, backbone: nn.Module) -> tuple[Mapping[str, str], frozenset[str]]:
    """torchvision's name of each tensor that is the backbone's, by identity; and the names of all others."""
    own = {id(tensor): name for name, tensor in backbone.state_dict(keep_vars=True).items()}
    theirs = net.state_dict(keep_vars=True)
    named = {name: own[id(tensor)] for name, tensor in theirs.items() if id(tensor) in own}
    return named, frozenset(theirs.keys() - named.keys())
