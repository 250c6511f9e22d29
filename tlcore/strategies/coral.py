"""CORAL: move the source's features until they spread like the target's, in closed form; then learn the head anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.exhibits import Bars, Exhibit
from tlcore.hparams import hparam
from tlcore.losses.subspaces import coral_map, principal_directions
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, reset, supervised

SPREAD = "Spread along the target's main directions"


@dataclass(frozen=True)
class CoralHParams(Training):
    steps: int = hparam(300, "Steps of the head on the moved features.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    ridge: float = hparam(
        1.0,
        "Added to every variance, in units of the features' own, before they are matched: 1 in the paper; "
        "the smaller, the more exactly the covariances are matched, noise included.",
        low=1e-6,
        high=100.0,
        log=True,
    )


class Coral(Strategy[CoralHParams]):
    card = Card(
        key="coral",
        title="CORAL",
        family=Family.ALIGNMENT,
        idea="Turn and stretch the source's features until they spread like the target's; then learn the head anew.",
        source="Sun, Feng & Saenko, AAAI 2016, arXiv:1511.05547, algorithm 1",
        needs=(Access.LABELS, Access.IMAGES),
        curves={"classification": "Cross-entropy on the source, then on the moved source features."},
        use="When the features are given and may not be trained: one closed form, no opponent, a second of work.",
        avoid="When class proportions differ, or there are fewer images than features.",
        assumes="The domains' features differ in mean and spread only.",
        cost="Source training, then one eigenvalue problem as large as the features are wide",
        trains={"learn the source": ("backbone", "head"), "learn the moved source": ("head",)},
        flow=(
            "source > backbone > head > cross-entropy",
            "source > backbone* > standardise > C_S^-½ C_T^½ > new head > cross-entropy",
            "target > backbone* > standardise > new head",
        ),
        exhibits={
            SPREAD: "Variances of the source's features before and after they are moved, and of the target's, in the "
            "directions in which the target varies most. After the move they should be the target's."
        },
        promise=Promise("handwritten-to-low-contrast", over="source-only", points=50),
    )
    HParams = CoralHParams

    def __init__(self, network: Network, hparams: CoralHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.scale: tuple[Tensor, Tensor] | None = None  # mean and deviation of the target's features, each (D,)
        self.spread: tuple[Tensor, ...] = ()  # variances (8,) of the source, the moved source and the target

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self,
            task.source,
            name="learn the source",
            steps=hparams.source_steps,
            rates={self.network: hparams.source_lr},
        )
        backbone.eval()  # else the batch-norm statistics of frozen features would go on moving
        sources, targets = task.source.features(backbone), task.target.features(backbone)
        source, target = _standard(sources, _scale(sources)), _standard(targets, _scale(targets))
        moved = source @ coral_map(source, target, hparams.ridge).to(source)  # (N, D)
        self.scale, self.spread = _scale(targets), _spread(source, moved, target)
        reset(head)

        descend = Descent({head: hparams.lr}, hparams.steps)
        batches = replace(task.source, inputs=moved, view=None).batches(hparams.batch)
        for inputs, labels in self.phase("learn the moved source", hparams.steps, batches, keep=[descend]):
            classification = F.cross_entropy(head(inputs), labels)
            descend(classification)
            yield {"classification": classification}

    def embed(self, inputs: Tensor) -> Tensor:
        """Features (B, D), in the end as the target's are taken: any image is looked at as if it were one of them."""
        features = super().embed(inputs)
        return features if self.scale is None else _standard(features, self.scale)

    def predict(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.network.head(self.embed(inputs))
        return logits

    def exhibits(self) -> Sequence[Exhibit]:
        if not self.spread:
            return ()
        names = [str(k + 1) for k in range(len(self.spread[0]))]
        told = zip(("source", "moved source", "target"), self.spread, strict=True)
        return (Bars(SPREAD, names, {name: values.tolist() for name, values in told}),)


def _scale(features: Tensor) -> tuple[Tensor, Tensor]:
    return features.mean(0), features.std(0)


def _standard(features: Tensor, scale: tuple[Tensor, Tensor]) -> Tensor:
    """Features (B, D) with mean 0 and variance 1, as the authors' code takes them; a dead unit stays 0."""
    mean, deviation = scale
    return (features - mean) / torch.where(deviation > 0, deviation, torch.ones_like(deviation))


def _spread(source: Tensor, moved: Tensor, target: Tensor, shown: int = 8) -> tuple[Tensor, ...]:
    directions = principal_directions(target, shown).to(target)  # (D, 8)
    return tuple((rows @ directions).var(0) for rows in (source, moved, target))
