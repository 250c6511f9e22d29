"""SHOT: keep the source's classifier, leave its images behind, and bring target features to where it is sure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task, numbered
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.self_training import centroid_labels, diversity, entropy
from tlcore.phases import Notes
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class SHOTHParams(Training):
    steps: int = hparam(500, "Steps on the target, without the source.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.001, "Learning rate of the backbone on the target.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    smoothing: float = hparam(0.1, "Label smoothing while learning the source.", low=0.0, high=0.9)
    pseudo: float = hparam(0.3, "Weight β of the pseudo-labels; 0 is SHOT-IM.", low=0.0, high=100.0)
    refresh: int = hparam(50, "Pseudo-labels are made anew every so many steps.", low=1, high=100_000, log=True)


class SHOT(Strategy[SHOTHParams]):
    card = Card(
        key="shot",
        title="SHOT",
        family=Family.SELF_TRAINING,
        idea="Freeze the classifier, drop the source, and move target features until it is sure and uses all classes.",
        source="Liang et al., ICML 2020, arXiv:2002.08546, eq. 1 to 7",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on source images against smoothed labels, while learning the source.",
            "uncertainty": "Mean entropy of a prediction on the target, in nats; 0 is certain.",
            "diversity": "Entropy of the mean prediction, in nats; log of the number of classes if all are used alike.",
            "pseudo": "Cross-entropy against the pseudo-labels of the nearest centroid.",
        },
        use="When the source's images may not leave their place and only the trained model travels.",
        avoid="When classes of the target come in very different proportions: diversity asks for equal ones.",
        assumes="Target classes form clouds, and most of each cloud is named rightly at the start.",
        cost="2 × plain training, one phase after the other; the second sees no source image",
        trains={"learn the source": ("backbone", "head"), "adapt": ("backbone",)},
        flow=(
            "source > backbone > head > cross-entropy",
            "target > backbone > head* > sure and varied",
            "target > backbone > centroids > pseudo-labels",
        ),
        promise=Promise("moons", over="source-only", points=12, seeds=5),
    )
    HParams = SHOTHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        yield from self._learn_the_source(task.source)

        network, hparams, target = self.network, self.hparams, task.target
        row_numbers = torch.arange(len(target), device=target.device)  # (N,)
        pseudo = Notes(labels=torch.zeros_like(row_numbers))  # (N,)
        adapt = Descent({network.backbone: hparams.lr}, hparams.steps)
        streams = numbered(replace(target, labels=row_numbers).batches(hparams.batch))
        for k, (images, rows) in self.phase("adapt", hparams.steps, streams, keep=[adapt, pseudo]):
            if k % hparams.refresh == 0:
                pseudo["labels"] = self._pseudo_labels(target)
            logits = network(images)  # (B, C)
            uncertainty, variety = entropy(logits).mean(), diversity(logits)
            agreement = F.cross_entropy(logits, pseudo["labels"][rows])
            adapt(uncertainty - variety + hparams.pseudo * agreement)
            yield {"uncertainty": uncertainty, "diversity": variety, "pseudo": agreement}

    def _learn_the_source(self, source: Domain) -> Iterator[Values]:
        hparams = self.hparams
        descend = Descent({self.network: hparams.source_lr}, hparams.source_steps)
        batches = source.batches(hparams.batch)
        for images, labels in self.phase("learn the source", hparams.source_steps, batches, keep=[descend]):
            classification = F.cross_entropy(self.network(images), labels, label_smoothing=hparams.smoothing)
            descend(classification)
            yield {"classification": classification}

    def _pseudo_labels(self, target: Domain) -> Tensor:
        """A label for every target image (N,), by the centroids of the features as they are now."""
        self.network.eval()
        with torch.no_grad():
            features = torch.cat([self.network.backbone(images) for images in target.once()])  # (N, D)
            labels = centroid_labels(features, self.network.head(features))
        self.network.train()
        return labels
