"""Pseudo-label: believe what the network says about the target, more and more, and train on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, numbered
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.self_training import pseudo_labelled
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class PseudoLabelHParams(Training):
    pseudo: float = hparam(3.0, "Weight α of the pseudo-labels at the end.", low=0.0, high=100.0)
    confidence: float = hparam(
        0.5, "Only predictions at least so sure are believed; the paper believes all (0).", low=0.0, high=1.0
    )
    starts: float = hparam(0.2, "Share of the training before the first pseudo-label counts.", low=0.0, high=1.0)
    full: float = hparam(0.7, "Share of the training after which their weight is α.", low=0.0, high=1.0)


class PseudoLabel(Strategy[PseudoLabelHParams]):
    card = Card(
        key="pseudo-label",
        title="Pseudo-label",
        family=Family.SELF_TRAINING,
        idea="Take the network's own sure answers on the target for labels, and train on them as well.",
        source="Lee, ICML Workshops 2013, eq. 15 and 16",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "pseudo": "Cross-entropy of the target images that are believed, against their own answers.",
            "believed": "Share of the target images whose answer is sure enough to be believed.",
        },
        use="When the shift is small or grows in small steps: each carries the network to the next.",
        avoid="When its first answers are wrong: it will never learn that they were.",
        assumes="Sure answers are mostly right, and the classes lie apart.",
        cost="2 × plain training",
        trains={"adapt": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy", "target > backbone > head > own sure answers"),
        promise=Promise("moons", over="source-only", points=6, seeds=5, shift=25),
    )
    HParams = PseudoLabelHParams

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        descend = Descent({network: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for k, ((images, labels), target_images) in self.phase(
            "adapt", hparams.steps, numbered(streams), keep=[descend]
        ):
            source, target = network(torch.cat([images, target_images])).split(hparams.batch)  # (B, C) each
            classification = F.cross_entropy(source, labels)
            pseudo, believed = pseudo_labelled(target, hparams.confidence)
            descend(classification + self._weight(k / hparams.steps) * pseudo)
            yield {"classification": classification, "pseudo": pseudo, "believed": believed}

    def _weight(self, progress: float) -> float:
        """α(t): 0 at first, then rising in a straight line, then constant (Lee's eq. 16)."""
        hparams = self.hparams
        if progress < hparams.starts:
            return 0.0
        if progress >= hparams.full:
            return hparams.pseudo
        return hparams.pseudo * (progress - hparams.starts) / (hparams.full - hparams.starts)
