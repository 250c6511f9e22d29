"""PADA: DANN that notices which source classes the target lacks, and lets their images count less and less."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task, both, numbered
from tlcore.descent import Descent
from tlcore.exhibits import Bars, Exhibit, of_weights
from tlcore.hparams import hparam
from tlcore.losses import domain_adversarial, reverse_gradient
from tlcore.losses.weighting import effective_sample_size
from tlcore.networks import Network
from tlcore.phases import Notes
from tlcore.strategies.base import Strategy, Training, Values, supervised

CLASSES = "Weights of the source classes"
HISTOGRAM, GALLERY = "Weights of the source samples", "Source images that count most and least"


@dataclass(frozen=True)
class PADAHParams(Training):
    lr: float = hparam(0.001, "Learning rate of the adversarial phase.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    strength: float = hparam(0.3, "Weight λ of the reversed gradient at the end of its warm-up.", low=0.0, high=10.0)
    warm_up: float = hparam(10.0, "How fast λ rises from 0.", low=0.0, high=100.0)
    recount: int = hparam(
        50, "Steps between two counts of the predicted target classes.", low=1, high=100_000, log=True
    )
    temperature: float = hparam(
        1.0, "Temperature of the counted predictions; 1 in the paper, lower counts bare votes.", low=0.01, high=10.0
    )
    hidden: int = hparam(100, "Width of the discriminator's hidden layer.", low=2, high=4096, log=True)


class PADA(Strategy[PADAHParams]):
    card = Card(
        key="pada",
        title="PADA",
        family=Family.PARTIAL,
        idea="Count which classes the target is taken for; let source images of the others count less in everything.",
        source="Cao et al., ECCV 2018, arXiv:1808.04205, eq. 2 and 3",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, weighted by class.",
            "domain": "Cross-entropy of the discriminator, source images weighted by class; ln 2 = 0.693: fooled.",
            "effective samples": "Share of the source that the weights leave: (Σw)² / Σw² over its number of samples.",
        },
        use="When the source has classes that the target may lack, and nobody knows which.",
        avoid="When the label sets are equal, or the first predictions are poor: early mistakes take away classes that "
        "are needed, and then confirm themselves.",
        assumes="Target images are seldom taken for a class that the target lacks.",
        cost="2 × plain training, a small discriminator, and a look at the whole target now and then",
        trains={"learn the source": ("backbone", "head"), "adapt": ("backbone", "head")},
        flow=(
            "target > backbone > head > mean prediction > class weights",
            "source × class weights > backbone > head > cross-entropy",
            "source × class weights + target > backbone > reversal > discriminator",
        ),
        exhibits={
            CLASSES: "The mean prediction on the target, the largest scaled to 1: classes that the target lacks "
            "should sink towards 0.",
            HISTOGRAM: "How many source samples have which weight, scaled to a mean of 1, which is plain training.",
            GALLERY: "Source images of the classes that count most and least, with their weights.",
        },
        promise=Promise("label-mismatch-partial", over="dann", points=6, seeds=4, shift=30, backbone="small-cnn"),
    )
    HParams = PADAHParams

    def __init__(self, network: Network, hparams: PADAHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.notes = Notes()  # "class weights": (classes,), at most 1
        self.source: Domain | None = None  # to be shown with its weights

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        device = task.source.device
        yield from supervised(
            self,
            task.source,
            name="learn the source",
            steps=hparams.source_steps,
            rates={self.network: hparams.source_lr},
        )
        discriminator = nn.Sequential(
            nn.Linear(self.network.dim, hparams.hidden), nn.ReLU(), nn.Linear(hparams.hidden, 1)
        ).to(device)
        descend = Descent({self.network: hparams.lr, discriminator: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))
        self.source = task.source
        self.notes["class weights"] = torch.ones(task.classes, device=device)

        for k, ((images, labels), target_images) in self.phase(
            "adapt", hparams.steps, numbered(streams), keep=[descend, discriminator, self.notes]
        ):
            if k % hparams.recount == 0:
                self.notes["class weights"] = self._counted(task.target)
            weights = self.notes["class weights"][labels]  # (B,)
            weights = weights / weights.mean().clamp_min(1e-6)
            strength = hparams.strength * (2 / (1 + exp(-hparams.warm_up * k / hparams.steps)) - 1)
            source, target = backbone(images), backbone(target_images)  # (B, D)
            classification = (weights * F.cross_entropy(head(source), labels, reduction="none")).mean()
            is_source, is_target = (discriminator(reverse_gradient(each, strength)) for each in (source, target))
            domain = domain_adversarial(is_source, is_target, weights)
            descend(classification + domain)
            yield {"classification": classification, "domain": domain, "effective samples": self._left()}

    def _counted(self, target: Domain) -> Tensor:
        """γ (classes,): the mean prediction on the whole target, divided by its largest entry."""
        self.network.eval()
        with torch.no_grad():
            logits = torch.cat([self.network(images) for images in target.once()])  # (M, classes)
        self.network.train()
        mean = (logits.float() / self.hparams.temperature).softmax(1).mean(0)  # (classes,)
        return mean / mean.max()

    def _weights(self) -> Tensor:
        """Of every source sample, with mean 1: (N,)."""
        assert self.source is not None
        weights: Tensor = self.notes["class weights"][self.source.answers()]
        return weights / weights.mean().clamp_min(1e-6)

    def _left(self) -> Tensor:
        weights = self._weights()
        return effective_sample_size(weights) / len(weights)

    def exhibits(self) -> Sequence[Exhibit]:
        if self.source is None:
            return ()
        names = [str(label) for label in range(self.network.classes)]
        bars = Bars(CLASSES, names, {"weight": self.notes["class weights"].tolist()})
        return (bars, *of_weights(HISTOGRAM, GALLERY, self._weights().cpu().numpy(), self.source.look))
