"""Attribute embedding: learn where in the space of features a class must lie, given what is known about it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.losses.few_shot import cosine_logits
from tlcore.losses.zero_shot import calibrated
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class AttributeEmbeddingHParams(Training):
    scale: float = hparam(
        10.0, "What the cosine of an image with a class is multiplied by before the softmax.",
        low=0.1, high=100.0, log=True,
    )  # fmt: skip
    handicap: float = hparam(2.0, "What is taken from a seen class's logit.", low=0.0, high=100.0)


class AttributeEmbedding(Strategy[AttributeEmbeddingHParams]):
    card = Card(
        key="attribute-embedding",
        title="Attribute embedding",
        family=Family.ZERO_SHOT,
        idea="Learn to place a class among the features by its attributes; an unseen class then has a place too.",
        source="Zero-shot prototypes: Snell et al., NeurIPS 2017, arXiv:1703.05175, section 2.7; features as the "
        "space: Zhang, Xiang & Gong, CVPR 2017, arXiv:1611.05088; calibrated stacking: Chao et al., "
        "ECCV 2016, arXiv:1605.04253",
        needs=(Access.LABELS, Access.NOTHING),
        curves={"classification": "Cross-entropy on labelled source images, among the classes that the source shows."},
        use="When the features may still be learned: they come out made of what the attributes name.",
        avoid="When the backbone must stay as it is: a closed form is quicker and has nothing to tune.",
        assumes="An unseen class is a new mixture of attributes that seen classes have shown.",
        cost="1 × plain training",
        trains={"learn the source": ("backbone",)},
        flow=(
            "source > backbone > cosine with the classes' places > cross-entropy",
            "attributes > embedding > places",
            "target > backbone > nearest place, seen or unseen",
        ),
        wants=("attributes",),
        promise=Promise("shapes-zero-shot", over="source-only", points=60, seeds=5, measure="harmonic_mean"),
    )
    HParams = AttributeEmbeddingHParams

    def __init__(self, network: Network, hparams: AttributeEmbeddingHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.embedding: nn.Linear | None = None
        self.known: tuple[Tensor, Tensor] | None = None  # attributes (classes, A), and which were seen (classes,)

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        if task.attributes is None:
            raise RequestError(
                "A class is placed by its attributes, but here none are told: choose a scenario with attributes."
            )
        device = task.source.device
        self.embedding = embedding = nn.Linear(task.attributes.shape[1], self.network.dim, bias=False).to(device)
        seen = torch.isin(torch.arange(task.classes, device=device), task.source.answers())  # (classes,)
        self.known = task.attributes, seen
        descend = Descent({backbone: hparams.lr, embedding: hparams.lr}, hparams.steps)

        batches = task.source.batches(hparams.batch)
        for images, labels in self.phase("learn the source", hparams.steps, batches, keep=[descend, embedding]):
            places = embedding(task.attributes)  # (classes, D)
            logits = cosine_logits(backbone(images), places, hparams.scale)  # (B, classes)
            # To push images away from classes without an image would be to learn that these never occur.
            classification = F.cross_entropy(logits.masked_fill(~seen, -torch.inf), labels)
            descend(classification)
            yield {"classification": classification}

    def predict(self, inputs: Tensor) -> Tensor:
        """Logits (B, classes) by the places of all classes, seen or not."""
        if self.embedding is None or self.known is None:
            return super().predict(inputs)
        attributes, seen = self.known
        logits = cosine_logits(self.embed(inputs), self.embedding(attributes), self.hparams.scale)
        return calibrated(logits, seen, self.hparams.handicap)
