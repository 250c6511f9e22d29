"""Networks: a backbone that sees and a head that decides.

build.py       build_network("small-cnn-bn", classes=10, seed=0, input_shape=(1, 8, 8))
offers.py      every backbone's card and how it is built
backbone.py    Backbone, ImageBackbone, Network
small.py, lenet.py, resnet.py      the architectures
weights.py     weights to and from files
pretrain.py    python -m tlcore.networks.pretrain: how the shipped weights were made
"""

from tlcore.networks.backbone import Backbone, ImageBackbone, Network
from tlcore.networks.build import build_backbone, build_network, cards
from tlcore.networks.offers import BACKBONES
from tlcore.networks.weights import load_weights, save_weights

__all__ = [
    "BACKBONES",
    "Backbone",
    "ImageBackbone",
    "Network",
    "build_backbone",
    "build_network",
    "cards",
    "load_weights",
    "save_weights",
]
