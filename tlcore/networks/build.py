"""Networks by name, with weights that depend on the seed and on nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from tlcore.cards import BackboneCard
from tlcore.errors import UnknownKey
from tlcore.networks import timm
from tlcore.networks.backbone import Backbone, Network
from tlcore.networks.checkpoints import load_checkpoint
from tlcore.networks.offer import NONE, Offer
from tlcore.networks.offers import BACKBONES


def build_backbone(key: str, *, seed: int = 0, input_shape: tuple[int, ...], weights: str = "") -> Backbone:
    """A backbone for inputs of one shape, (2,) or (C, H, W).

    `weights` is the name of one of its pre-trainings, "none" for random ones from the seed, the path of a
    .safetensors, .pt or .pth file, or "" for those that it has unless somebody says otherwise.

    Raises `UnknownKey`, `RequestError` for inputs that it cannot take, `CheckpointError` for weights
    that are damaged or another network's, and `DataUnavailable` for weights that cannot be downloaded.
    """
    offer = _find(key)
    offer.check(input_shape)
    with chance(seed):
        backbone = offer.build(input_shape)
    wanted = weights or offer.own or NONE
    if wanted in offer.pretrain:
        offer.pretrain[wanted](backbone)
    elif wanted != NONE:
        load_checkpoint(backbone, Path(wanted))
    return backbone.to(memory_format=torch.channels_last)


def build_network(key: str, classes: int, *, seed: int = 0, input_shape: tuple[int, ...], weights: str = "") -> Network:
    """A backbone with a fresh linear head; takes and raises what `build_backbone` does."""
    backbone = build_backbone(key, seed=seed, input_shape=input_shape, weights=weights)
    # Seeded on its own, so that equal seeds give equal heads whatever the backbone drew.
    with chance(seed):
        head = nn.Linear(backbone.dim, classes)
    return Network(backbone, head)


def cards() -> dict[str, BackboneCard]:
    """The cards of all backbones by key, in the order in which they are offered."""
    return {offer.card.key: offer.card for offer in BACKBONES}


@contextmanager
def chance(seed: int) -> Iterator[None]:
    """Random numbers from `seed` within, and the caller's own sequence undisturbed after.

    Weights are drawn on the CPU, so that they are the same whatever device they move to.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def _find(key: str) -> Offer:
    for offer in BACKBONES:
        if offer.key == key:
            return offer
    if key.startswith(timm.PREFIX):
        return timm.offer(key)
    raise UnknownKey("backbone", key, [offer.key for offer in BACKBONES])
