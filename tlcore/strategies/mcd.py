"""MCD: two classifiers disagree on the target as much as they can; the features learn to leave them no room."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.adversarial import discrepancy
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, reset


@dataclass(frozen=True)
class MCDHParams(Training):
    lr: float = hparam(0.0003, "Learning rate of Adam; the paper's is 0.0002.", low=1e-6, high=10.0, log=True)
    updates: int = hparam(4, "Updates of the features a step (n in the paper; 4 in its main results).", low=1, high=100)


class MCD(Strategy[MCDHParams]):
    card = Card(
        key="mcd",
        title="MCD",
        family=Family.ADVERSARIAL,
        idea="Two classifiers look for target images to disagree on; the features learn to leave them none.",
        source="Saito et al., CVPR 2018, arXiv:1712.02560, eq. 2 and steps A, B, C of section 3.4",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, mean of the two classifiers (step A).",
            "disagreement": "Mean |p₁ − p₂| on target images after the classifiers moved apart (step B); high: "
            "there is target the source does not speak for.",
            "agreement": "The same after the features followed (step C); what lies between the two is the game.",
        },
        use="When the domains' classes lie beside each other: it moves target features away from the boundary.",
        avoid="When time is short, or the source model is no better than chance on the target.",
        assumes="Target features far from any source feature are those on which two classifiers disagree.",
        cost="7 × plain training: every step has 2 + n updates",
        trains={"adapt": ("backbone", "head")},
        flow=(
            "source > backbone > two heads > cross-entropy",
            "target > backbone* > two heads > disagree",
            "target > backbone > two heads* > agree",
        ),
        promise=Promise("moons", over="source-only", points=8, seeds=5),
    )
    HParams = MCDHParams

    def __init__(self, network: Network, hparams: MCDHParams | None = None) -> None:
        super().__init__(network, hparams)
        # Straight lines on shared features hardly part: each classifier has a hidden layer of its own.
        self.hidden: nn.Module | None = None  # of the first classifier, the one that answers

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, dim, hparams = self.network.backbone, self.network.dim, self.hparams
        self.hidden = nn.Sequential(nn.Linear(dim, dim), nn.ReLU()).to(task.source.device)
        first = nn.Sequential(self.hidden, self.network.head)
        second = deepcopy(first)
        reset(second)
        learn = Descent(dict.fromkeys([backbone, first, second], hparams.lr), hparams.steps)
        disagree = Descent(dict.fromkeys([first, second], hparams.lr), hparams.steps)
        agree = Descent({backbone: hparams.lr}, hparams.steps * hparams.updates)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for (images, labels), target_images in self.phase(
            "adapt", hparams.steps, streams, keep=[first, second, learn, disagree, agree]
        ):
            # Step A: everything learns the source.
            source = backbone(images)  # (B, D)
            classification = 0.5 * (F.cross_entropy(first(source), labels) + F.cross_entropy(second(source), labels))
            learn(2 * classification)

            # Step B: the classifiers keep the source and part on the target.
            with torch.no_grad():
                source, target = backbone(images), backbone(target_images)  # (B, D) each
            kept = F.cross_entropy(first(source), labels) + F.cross_entropy(second(source), labels)
            disagreement = discrepancy(first(target), second(target))
            disagree(kept - disagreement)

            # Step C: the features bring them together again.
            agreement = disagreement
            for _ in range(hparams.updates):
                target = backbone(target_images)  # (B, D)
                agreement = discrepancy(first(target), second(target))
                agree(agreement)
            yield {"classification": classification, "disagreement": disagreement, "agreement": agreement}

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) of the first classifier."""
        features = self.embed(inputs)  # (B, D)
        logits: Tensor = self.network.head(features if self.hidden is None else self.hidden(features))
        return logits
