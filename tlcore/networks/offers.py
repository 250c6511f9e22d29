"""The backbones on offer: our own with their cards, then torchvision's."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from tlcore.cards import BackboneCard
from tlcore.networks.backbone import Backbone
from tlcore.networks.conv4 import Conv4
from tlcore.networks.dense import ImageMlp
from tlcore.networks.families import MEMBERS
from tlcore.networks.imagenet import offer
from tlcore.networks.lenet import SIDE, ColourLeNet, LeNet
from tlcore.networks.offer import Offer
from tlcore.networks.small import SmallCnn, TinyLinear, TinyMlp
from tlcore.networks.small_resnet import SMALLEST, SmallResNet
from tlcore.networks.weights import SHIPPED, load_shipped

LETTERS = "letters A to Z, printed in varied sizes, slants, strokes and places, with noise"
GENERATED = {  # what `small-resnet` can have seen
    "shapes": "24 figures of any colour, turn and size, filled, hatched or as line drawings, on motley grounds",
    "letters": "letters A to Z in upper and lower case, of any colour, slant and size, on motley grounds",
    "textures": "24 patterns, from stripes and bricks to bubbles, marble and clouds, in any two colours",
}


def _shipped(file: str, *names: str) -> Mapping[str, Callable[[Backbone], None]]:
    """Loaders of weights that lie beside this file, as `file` with each name in it says."""
    return {name: partial(load_shipped, file=SHIPPED / file.format(name)) for name in names}


_at_28 = partial(BackboneCard, takes="images", side=SIDE, smallest=SIDE)  # 28×28 and no other size
_LENET_COLOUR = _at_28(
    key="lenet-colour",
    title="LeNet that sees colour",
    idea="The convolutions with which adversaries were first tried on MNIST-M: 28×28 in red, green and blue.",
    dim=768,
    parameters=40_880,
    gflops=0.0038,
    activations_mb=0.2,
    source="Ganin et al., JMLR 17(59), 2016, arXiv:1505.07818, figure 4 (a)",
)

BACKBONES: tuple[Offer, ...] = (
    Offer.of(
        BackboneCard(
            key="tiny-mlp",
            title="Tiny MLP",
            idea="Two hidden layers of 32 units for points in the plane: small enough to watch every bend.",
            takes="points",
            dim=32,
            parameters=1_152,
        ),
        build=lambda shape: TinyMlp(shape[0]),
    ),
    Offer.of(
        BackboneCard(
            key="tiny-linear",
            title="Straight line",
            idea="One linear layer for points in the plane: too simple for most rules, which shows where data matters.",
            takes="points",
            dim=2,
            parameters=6,
        ),
        build=lambda shape: TinyLinear(shape[0]),
    ),
    Offer.of(
        BackboneCard(
            key="wide-mlp",
            title="Wide MLP",
            idea="Two hidden layers of 256 units for points in the plane: a teacher for the tiny one.",
            takes="points",
            dim=256,
            parameters=66_560,
        ),
        build=lambda shape: TinyMlp(shape[0], dim=256),
    ),
    Offer.of(
        BackboneCard(
            key="small-cnn",
            title="Small CNN",
            idea="Three blocks of 3×3 convolutions without normalisation; sees grey images of any size from 8×8.",
            takes="images",
            dim=64,
            parameters=23_296,
        ),
        build=lambda _: SmallCnn(),
    ),
    Offer.of(
        BackboneCard(
            key="small-cnn-bn",
            title="Small CNN with batch norm",
            idea="The small CNN with batch norm after each convolution, whose statistics carry much of the domain.",
            takes="images",
            dim=64,
            parameters=23_520,
            has_norm=True,
        ),
        build=lambda _: SmallCnn(norm=True),
    ),
    Offer.of(
        BackboneCard(
            key="small-cnn-colour",
            title="Small CNN that sees colour",
            idea="The small CNN with batch norm, looking at red, green and blue, which the others average to grey.",
            takes="images",
            dim=64,
            parameters=23_808,
            has_norm=True,
        ),
        build=lambda _: SmallCnn(norm=True, colours=3),
    ),
    Offer.of(
        BackboneCard(
            key="small-cnn-letters",
            title="Small CNN that knows letters",
            idea="The small CNN with batch norm, once it has learnt to read printed letters: borrowed eyes for digits.",
            takes="images",
            dim=64,
            parameters=23_520,
            pretrainings={"letters": LETTERS},
            own="letters",
            has_norm=True,
            source="benchmarks/pretrain_letters.py",
        ),
        build=lambda _: SmallCnn(norm=True),
        pretrain=_shipped("small-cnn-{}.safetensors", "letters"),
    ),
    Offer.of(
        BackboneCard(
            key="small-resnet",
            title="Small ResNet",
            idea="A ResNet for 32 to 96 pixels in colour that has seen generated images: you choose which.",
            takes="images",
            dim=112,
            parameters=262_640,
            pretrainings=GENERATED,
            own="shapes",
            has_norm=True,
            source="He et al., CVPR 2016, arXiv:1512.03385; benchmarks/pretrain_small_resnet.py",
            side=64,
            smallest=SMALLEST,
            gflops=0.0155,
            activations_mb=0.7,
        ),
        build=lambda _: SmallResNet(),
        pretrain=_shipped("small-resnet-{}.safetensors", *GENERATED),
    ),
    Offer.of(
        BackboneCard(
            key="wide-cnn-bn",
            title="Wide CNN with batch norm",
            idea="The small CNN with batch norm, three times as wide: a teacher for it, or more room to learn in.",
            takes="images",
            dim=192,
            parameters=208_800,
            has_norm=True,
        ),
        build=lambda _: SmallCnn(norm=True, widths=(48, 96, 192)),
    ),
    *(
        Offer.of(
            _at_28(
                key=f"mlp-{width}",
                title=f"Dense network of 2 × {width} units",
                idea=f"No convolutions: 28×28 pixels and two hidden layers of {width:,} units, {role}.",
                dim=width,
                parameters=28 * 28 * width + width + width * width + width,
                gflops=gflops,
                source="Hinton et al., 2015, arXiv:1503.02531, section 3",
            ),
            build=lambda _, width=width: ImageMlp(width),  # type: ignore[misc]
        )
        for width, role, gflops in (
            (800, "the student of the first distillation", 0.0013),
            (1200, "the teacher of the first one", 0.0024),
        )
    ),
    Offer.of(
        _at_28(
            key="lenet",
            title="LeNet",
            idea="The network on which adaptation between digit sets is measured in the literature; grey, 28×28.",
            dim=500,
            parameters=426_070,
            gflops=0.0023,
            activations_mb=0.1,
            source="Tzeng et al., CVPR 2017, arXiv:1702.05464, section 5.1",
        ),
        build=lambda _: LeNet(),
    ),
    Offer.of(_LENET_COLOUR, build=lambda _: ColourLeNet()),
    Offer.of(
        replace(
            _LENET_COLOUR,
            key="lenet-colour-bn",
            title="LeNet that sees colour, with batch norm",
            idea="The same with batch norm after each convolution, whose statistics carry much of the domain.",
            parameters=41_040,
            has_norm=True,
            source=f"{_LENET_COLOUR.source}, without batch norm",
        ),
        build=lambda _: ColourLeNet(norm=True),
    ),
    Offer.of(
        _at_28(
            key="conv4",
            title="Conv-4",
            idea="Four equal blocks with batch norm: the network on which few-shot learning is measured; grey, 28×28.",
            dim=64,
            parameters=111_936,
            gflops=0.0098,
            activations_mb=0.7,
            has_norm=True,
            source="Vinyals et al., NeurIPS 2016, arXiv:1606.04080, section 4.1",
        ),
        build=lambda _: Conv4(),
    ),
    *map(offer, MEMBERS),
)
