"""Importance weighting: a classifier of the domains tells how target-like, and so how weighty, a source image is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task, both
from tlcore.descent import Descent
from tlcore.exhibits import Exhibit, of_weights
from tlcore.hparams import hparam
from tlcore.losses.weighting import bounded, discriminator_weights
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, compared, supervised, weighted

HISTOGRAM, GALLERY = "Weights of the source samples", "Source images that count most and least"


@dataclass(frozen=True)
class ImportanceWeightingHParams(Training):
    steps: int = hparam(500, "Steps on the weighted source.", low=1, high=1_000_000, log=True)
    source_steps: int = hparam(500, "Steps on the source as it is, first.", low=1, high=1_000_000, log=True)
    space: str = hparam(
        "inputs",
        "Where samples are compared: as they come in, as in the paper, or by the features that the source has taught.",
        among=("inputs", "features"),
    )
    domain_steps: int = hparam(300, "Steps of the classifier of the domains.", low=1, high=1_000_000, log=True)
    domain_lr: float = hparam(0.03, "Learning rate of that classifier.", low=1e-6, high=10.0, log=True)
    decay: float = hparam(
        0.01, "Weight decay of that classifier: the more, the more even the weights.", low=0.0, high=10.0
    )
    most: float = hparam(20.0, "No sample counts more than so many times the average.", low=1.0, high=1e6, log=True)


class ImportanceWeighting(Strategy[ImportanceWeightingHParams]):
    card = Card(
        key="importance-weighting",
        title="Importance weighting",
        family=Family.REWEIGHTING,
        idea="Learn to tell the domains apart; then learn the source again, each sample counting as it is target-like.",
        source="Bickel et al., ICML 2007, eq. 5; the principle: Shimodaira, J. Stat. Plan. Inference 90, 2000, eq. 3.3",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on the source: plain at first, weighted in the last phase.",
            "domain": "Cross-entropy of the classifier of the domains; ln 2 = 0.693: it cannot tell them apart.",
            "effective samples": "Share of the source that the weights leave: (Σw)² / Σw² over its number of samples.",
        },
        use="When the source holds some samples like the target's, and the model is too simple to fit them all.",
        avoid="When the domains do not overlap: a few samples then decide all. A network that fits every sample anyway "
        "ignores the weights (Byrd & Lipton, ICML 2019).",
        assumes="The same rule holds in both domains; only how often each kind of input occurs differs.",
        cost="2 × plain training, and a linear classifier of the domains",
        trains={
            "learn the source": ("backbone", "head"),
            "tell the domains apart": (),
            "learn the weighted source": ("backbone", "head"),
        },
        flow=(
            "source > backbone > head > cross-entropy",
            "source + target > classifier of the domains > weights",
            "source × weights > backbone > head > cross-entropy",
        ),
        exhibits={
            HISTOGRAM: "How many source samples have which weight; 1 is plain training. A few far to the right "
            "among many at 0 mean that little of the source is used.",
            GALLERY: "The source images that look most, and least, like the target, with their weights.",
        },
        promise=Promise("covariate-shift", over="source-only", points=10, seeds=5),
    )
    HParams = ImportanceWeightingHParams

    def __init__(self, network: Network, hparams: ImportanceWeightingHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.weighted: tuple[Domain, Tensor] | None = None  # the source and the weights of its rows (N,)

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.domain_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.lr}
        )

        network.eval()
        source, target = _standardised(*compared(self, hparams.space, task.source, task.target))
        judge = nn.Linear(source.shape[1], 1).to(source.device)
        descend = Descent({judge: hparams.domain_lr}, hparams.domain_steps, weight_decay=hparams.decay)
        streams = both(
            replace(task.source, inputs=source).unlabelled(hparams.batch),
            replace(task.target, inputs=target).unlabelled(hparams.batch),
        )
        for features, target_features in self.phase(
            "tell the domains apart", hparams.domain_steps, streams, keep=[descend, judge]
        ):
            logits = judge(torch.cat([features, target_features])).flatten()  # (2B,)
            is_target = torch.arange(len(logits), device=logits.device) >= len(features)
            domain = F.binary_cross_entropy_with_logits(logits, is_target.to(logits))
            descend(domain)
            yield {"domain": domain}

        network.train()
        with torch.no_grad():  # the classifier saw as many of each domain: its odds are the ratio itself
            weights = bounded(discriminator_weights(judge(source), 1, 1), hparams.most)  # (N,)
        self.weighted = task.source, weights
        yield from weighted(self, task.source, weights, steps=hparams.steps, rates={network: hparams.lr})

    def exhibits(self) -> Sequence[Exhibit]:
        if self.weighted is None:
            return ()
        domain, weights = self.weighted
        return of_weights(HISTOGRAM, GALLERY, weights.cpu().numpy(), domain.look)


def _standardised(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both domains' features by the same move and stretch, of unit variance together; a dead unit stays 0."""
    rows = torch.cat([source, target])
    deviation = rows.std(0)
    scaled = (rows - rows.mean(0)) / torch.where(deviation > 0, deviation, torch.ones_like(deviation))
    return scaled[: len(source)], scaled[len(source) :]
