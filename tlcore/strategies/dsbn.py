"""DSBN: the domains share every weight but those of batch norm, of which each has its own."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from math import exp

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task, both, numbered
from tlcore.descent import Descent
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class DSBNHParams(Training):
    steps: int = hparam(300, "Steps on both domains, each through its own norms.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.001, "Learning rate while the domains learn together.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    passes: int = hparam(
        20, "Batches of target images on which its first statistics are counted.", low=1, high=100_000, log=True
    )
    warm_up: float = hparam(10.0, "How fast the pseudo-labels pass to the present network.", low=0.0, high=100.0)


class DSBN(Strategy[DSBNHParams]):
    card = Card(
        key="dsbn",
        title="Domain-specific batch norm",
        family=Family.NORMALISATION,
        idea="Share every weight between the domains but those of batch norm; of these, each has its own.",
        source="Chang et al., CVPR 2019, arXiv:1906.03950, eq. 3 to 5 and 8 to 12; its first stage is "
        "source training and AdaBN here",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, through the source's norms.",
            "moved": "Mean absolute change of the target's batch-norm means by one batch, while they are counted.",
            "pseudo": "Cross-entropy on target images, through the target's norms, against pseudo-labels.",
            "apart": "Mean absolute difference between the two domains' scales γ and shifts β; 0 when they are equal.",
        },
        use="When the shift is one of light, contrast or sensor, and AdaBN's statistics alone are not enough.",
        avoid="When the domain of an image is unknown at test time: target norms answer for every image.",
        assumes="The domain lives in the norms; statistics alone name most of the target rightly.",
        cost="3 × plain training",
        trains={
            "learn the source": ("backbone", "head"),
            "count the target": ("statistics",),
            "learn together": ("backbone", "head"),
        },
        wants_norm=True,
        flow=(
            "source > backbone with source norms > head > cross-entropy",
            "target > backbone with target norms > head > pseudo-labels",
        ),
        promise=Promise("handwritten-to-low-contrast", over="source-only", points=50, seeds=5),
    )
    HParams = DSBNHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.passes + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        hparams, network = self.hparams, self.network
        if not _norms(network):
            raise RequestError(
                "DSBN gives each domain its own batch norm, but this backbone has none: choose one that has."
            )
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.source_lr}
        )
        # From here on the network's own norms are the target's; a twin shares all other weights with it.
        source_branch = twin(network)
        yield from self._count_the_target(task.target)
        first_stage = deepcopy(network).eval()
        own = _norms(source_branch)
        descend = Descent(dict.fromkeys([network, *own], hparams.lr), hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for k, ((images, labels), target_images) in self.phase(
            "learn together", hparams.steps, numbered(streams), keep=[source_branch, descend]
        ):
            present = 2 / (1 + exp(-hparams.warm_up * k / hparams.steps)) - 1  # λ of eq. 11
            classification = F.cross_entropy(source_branch(images), labels)
            logits = network(target_images)  # (B, C)
            with torch.no_grad():
                earlier = first_stage(target_images).softmax(1)  # (B, C)
                answers = (present * logits.softmax(1) + (1 - present) * earlier).argmax(1)  # (B,)
            pseudo = F.cross_entropy(logits, answers)
            descend(classification + pseudo)
            yield {"classification": classification, "pseudo": pseudo, "apart": _apart(own, _norms(network))}

    def _count_the_target(self, target: Domain) -> Iterator[Values]:
        norms = _norms(self.network)
        usual = [norm.momentum for norm in norms]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain average: a moving one would keep a rest of where it began
        for images in self.phase("count the target", self.hparams.passes, target.unlabelled(self.hparams.batch)):
            before = _means(norms)
            with torch.no_grad():
                self.network(images)
            yield {"moved": (_means(norms) - before).abs().mean()}
        for norm, momentum in zip(norms, usual):
            norm.momentum = momentum


def twin(network: Network) -> Network:
    """The same network, sharing every weight but those of its batch norms, which are copied."""
    own = {id(each) for norm in _norms(network) for each in (*norm.parameters(), *norm.buffers())}
    shared = {id(each): each for each in network.parameters() if id(each) not in own}
    return deepcopy(network, shared)  # deepcopy leaves alone what it is told it has


def _norms(network: nn.Module) -> list[_BatchNorm]:
    return [module for module in network.modules() if isinstance(module, _BatchNorm)]


def _means(norms: list[_BatchNorm]) -> Tensor:
    return torch.cat([norm.running_mean for norm in norms if norm.running_mean is not None]).clone()


def _apart(first: list[_BatchNorm], second: list[_BatchNorm]) -> Tensor:
    pairs = [
        (mine.detach() - theirs.detach()).abs()
        for one, other in zip(first, second)
        for mine, theirs in zip(one.parameters(), other.parameters())
    ]
    return torch.cat(pairs).mean()
