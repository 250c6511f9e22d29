"""ESZSL: learn from the seen classes, in one formula, how features and attributes go together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.losses.zero_shot import calibrated, eszsl
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class ESZSLHParams(Training):
    steps: int = hparam(
        500, "Steps on the source, to have features; the formula takes none.", low=1, high=1_000_000, log=True
    )
    gamma: float = hparam(
        0.1, "How much the features are held back: γ for each source image.", low=1e-6, high=1e6, log=True
    )
    lam: float = hparam(1.0, "How much the attributes are held back: λ.", low=1e-6, high=1e6, log=True)
    handicap: float = hparam(
        0.05,
        "What is taken from a seen class's score, which aims at 1 if it is right and −1 if not.",
        low=0.0,
        high=2.0,
    )


class ESZSL(Strategy[ESZSLHParams]):
    card = Card(
        key="eszsl",
        title="ESZSL",
        family=Family.ZERO_SHOT,
        idea="Find, in one formula, how features and attributes go together; a class is then known by its attributes.",
        source="Romera-Paredes & Torr, ICML 2015, eq. 2–4; calibrated stacking: "
        "Chao et al., ECCV 2016, arXiv:1605.04253",
        needs=(Access.LABELS, Access.NOTHING),
        curves={"classification": "Cross-entropy on labelled source images, while learning the features."},
        use="When some classes have no image at all, but a description: the first zero-shot method to try.",
        avoid="When the attributes do not show in the images, or the features have forgotten them.",
        assumes="How attributes show is the same for seen classes and unseen ones, and linear in the features.",
        cost="1 × plain training, then one linear system of the features' width",
        trains={"learn the source": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source + attributes > backbone* > closed form",
            "target + attributes > backbone* > compatibility > class",
        ),
        wants=("attributes",),
        promise=Promise("shapes-zero-shot", over="source-only", points=60, seeds=5, measure="harmonic_mean"),
    )
    HParams = ESZSLHParams

    def __init__(self, network: Network, hparams: ESZSLHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.solved: Solved | None = None

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        if task.attributes is None:
            raise RequestError(
                "ESZSL knows a class by its attributes, but here none are told: choose a scenario with attributes."
            )
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.steps, rates={self.network: hparams.lr}
        )
        self.network.eval()
        features, labels = task.source.encoded(self.embed).labelled()  # (N, D), (N,)
        centre, spread = features.mean(0), features.std(0) + 1e-3  # (D,)
        V = eszsl(
            (features - centre) / spread, labels, task.attributes, hparams.gamma * len(features), hparams.lam
        )  # (D, A)
        seen = torch.isin(torch.arange(task.classes, device=labels.device), labels)  # (classes,)
        self.solved = Solved(centre, spread, V @ task.attributes.T, seen)

    def predict(self, inputs: Tensor) -> Tensor:
        """Scores (B, classes) by attributes, once the formula is solved, and until then by the head."""
        if self.solved is None:
            return super().predict(inputs)
        centre, spread, classifier, seen = self.solved
        return calibrated((self.embed(inputs) - centre) / spread @ classifier, seen, self.hparams.handicap)


class Solved(NamedTuple):
    """What the formula leaves: how to standardise features, and a linear classifier on them."""

    centre: Tensor  # (D,)
    spread: Tensor  # (D,)
    classifier: Tensor  # (D, classes)
    seen: Tensor  # (classes,) bool
