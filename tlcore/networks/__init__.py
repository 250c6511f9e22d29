"""Networks: a backbone that sees and a head that decides.

build.py       build_network("small-cnn-bn", classes=10, seed=0, input_shape=(1, 8, 8))
offers.py      every backbone that there is: our own with their cards, and torchvision's
backbone.py    Backbone, ImageBackbone, Network
small.py, small_resnet.py, lenet.py, conv4.py, dense.py      architectures of our own
families.py, cuts.py, imagenet.py      torchvision's, without their heads and cut into stages
fetching.py    published weights, from the cache of torch's hub or into it
weights.py     weights that are shipped, and what is said when weights do not fit
checkpoints.py weights from somebody's own file
"""

from tlcore.networks.backbone import Backbone, ImageBackbone, Network
from tlcore.networks.build import build_backbone, build_network, cards
from tlcore.networks.checkpoints import load_checkpoint
from tlcore.networks.offers import BACKBONES
from tlcore.networks.weights import save_weights

__all__ = [
    "BACKBONES",
    "Backbone",
    "ImageBackbone",
    "Network",
    "build_backbone",
    "build_network",
    "cards",
    "load_checkpoint",
    "save_weights",
]
