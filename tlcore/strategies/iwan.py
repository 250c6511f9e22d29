"""IWAN: one discriminator says which source images are like none of the target's; a second one leaves those out."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import exp

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task, both, numbered
from tlcore.descent import Descent
from tlcore.exhibits import Exhibit, of_weights
from tlcore.hparams import hparam
from tlcore.losses import domain_adversarial, reverse_gradient
from tlcore.losses.weighting import effective_sample_size
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, supervised

HISTOGRAM, GALLERY = "Weights of the source samples", "Source images that count most and least"
SHOWN = 1000  # source images that the exhibits look at


@dataclass(frozen=True)
class IWANHParams(Training):
    lr: float = hparam(0.001, "Learning rate of the adversarial phase.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    strength: float = hparam(
        0.3, "Weight λ of the reversed gradient at the end of its warm-up; 0.1 in the paper.", low=0.0, high=10.0
    )
    warm_up: float = hparam(10.0, "How fast λ rises from 0; 1 in the paper.", low=0.0, high=100.0)
    decide: float = hparam(
        0.1,
        "Weight γ of the entropy of target predictions, which pushes them away from the boundary.",
        low=0.0,
        high=10.0,
    )
    hidden: int = hparam(100, "Width of the discriminators' hidden layer.", low=2, high=4096, log=True)


class IWAN(Strategy[IWANHParams]):
    card = Card(
        key="iwan",
        title="IWAN",
        family=Family.PARTIAL,
        idea="Ask one discriminator which source images resemble no target image; leave them out of the other's game.",
        source="Zhang et al., CVPR 2018, arXiv:1803.09210, eq. 7 and 13",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, while learning the source.",
            "judge": "Cross-entropy of the first discriminator, which nobody fools; ln 2 = 0.693: it cannot tell.",
            "domain": "Cross-entropy of the second one, source images weighted; ln 2: the target passes for them.",
            "entropy": "Entropy of target predictions, in nats: 0 is certain.",
            "effective samples": "Share of a source batch that the weights leave: (Σw)² / Σw² over its size.",
        },
        use="When the source has classes that the target may lack, and single images, too, may have no match.",
        avoid="When the domains lie far apart from the start and no batch norm brings them closer: every source image "
        "looks foreign then, and nothing ties the classes together.",
        assumes="Source images of shared classes look more like the target than the others do.",
        cost="2 × plain training, one phase after the other, and two small discriminators",
        trains={"learn the source": ("backbone", "head"), "imitate": ("backbone",)},
        flow=(
            "source > backbone > head > cross-entropy",
            "source > backbone* > judge > weights",
            "source × weights > backbone* > discriminator",
            "target > target backbone > reversal > discriminator",
        ),
        exhibits={
            HISTOGRAM: "How many source samples have which weight; 1 is plain training.",
            GALLERY: "The source images that the judge takes for the target's most, and least, with their weights.",
        },
        promise=Promise("label-mismatch-partial", over="dann", points=25),
    )
    HParams = IWANHParams

    def __init__(self, network: Network, hparams: IWANHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.source: Domain | None = None  # some of it, to be shown with its weights
        self.judge: nn.Module | None = None  # source inputs to logits of "comes from the source"

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        hparams, device = self.hparams, task.source.device
        yield from supervised(
            self,
            task.source,
            name="learn the source",
            steps=hparams.source_steps,
            rates={self.network: hparams.source_lr},
        )
        # From here on the network's own backbone is the target encoder; a frozen copy stays with the source.
        target_encoder, source_encoder = self.network.backbone, deepcopy(self.network.backbone).eval()
        judge, discriminator = (_discriminator(self.network.dim, hparams.hidden).to(device) for _ in range(2))
        learn = Descent({judge: hparams.lr}, hparams.steps)
        descend = Descent({target_encoder: hparams.lr, discriminator: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))
        self.source, self.judge = task.source.at(slice(SHOWN)), nn.Sequential(source_encoder, judge)

        for k, ((images, _), target_images) in self.phase(
            "imitate", hparams.steps, numbered(streams), keep=[learn, descend, judge, discriminator]
        ):
            with torch.no_grad():
                source = source_encoder(images)  # (B, D)
            target = target_encoder(target_images)  # (B, D)
            is_source = judge(source)  # (B, 1)
            judged = domain_adversarial(is_source, judge(target.detach()))
            weights = _weights(is_source.detach())  # (B,)
            learn(judged)
            strength = hparams.strength * (2 / (1 + exp(-hparams.warm_up * k / hparams.steps)) - 1)
            domain = domain_adversarial(
                discriminator(source), discriminator(reverse_gradient(target, strength)), weights
            )
            logs = F.log_softmax(self.network.head(target), 1)  # (B, classes)
            entropy = -(logs.exp() * logs).sum(1).mean()
            descend(domain + hparams.decide * entropy)
            yield {
                "judge": judged,
                "domain": domain,
                "entropy": entropy,
                "effective samples": effective_sample_size(weights) / len(weights),
            }

    def exhibits(self) -> Sequence[Exhibit]:
        if self.source is None or self.judge is None:
            return ()
        weights = _weights(torch.cat([self.judge(images) for images in self.source.once(250)]))
        return of_weights(HISTOGRAM, GALLERY, weights.cpu().numpy(), self.source.look)


def _discriminator(dim: int, hidden: int) -> nn.Module:
    return nn.Sequential(nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, 1))


def _weights(is_source: Tensor) -> Tensor:
    """1 − D, scaled to a mean of 1: what the judge is sure to be of the source counts nothing. (B, 1) → (B,)"""
    foreign = torch.sigmoid(-is_source.float()).flatten()
    return foreign / foreign.mean().clamp_min(1e-12)
