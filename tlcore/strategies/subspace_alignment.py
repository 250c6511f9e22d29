"""Subspace alignment: turn the source's main directions onto the target's, in closed form; then learn the head anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.exhibits import Exhibit, Matrix
from tlcore.hparams import hparam
from tlcore.losses.subspaces import principal_directions, subspace_alignment
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, reset, supervised

COSINES = "Source directions against target directions"


@dataclass(frozen=True)
class SubspaceHParams(Training):
    steps: int = hparam(300, "Steps of the head on the aligned features.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    directions: int = hparam(
        10, "Dimensions of the subspaces; at most as many as the features have.", low=1, high=512, log=True
    )


class SubspaceAlignment(Strategy[SubspaceHParams]):
    card = Card(
        key="subspace-alignment",
        title="Subspace alignment",
        family=Family.ALIGNMENT,
        idea="Keep the few directions in which each domain varies most, and turn the source's onto the target's.",
        source="Fernando et al., ICCV 2013, eq. 3 and algorithm 1",
        needs=(Access.LABELS, Access.IMAGES),
        curves={"classification": "Cross-entropy on the source, then on the aligned source features."},
        use="When the features are given and may not be trained, and few directions carry the classes.",
        avoid="When the domains differ in scale, which a turn cannot mend, or two directions vary equally much.",
        assumes="A domain's classes lie in its main directions, and these correspond, one by one.",
        cost="Source training, then two principal component analyses",
        trains={"learn the source": ("backbone", "head"), "learn the aligned source": ("head",)},
        flow=(
            "source > backbone* > P_S P_Sᵀ P_T > new head > cross-entropy",
            "target > backbone* > P_T > new head",
        ),
        exhibits={
            COSINES: "Cosine between each main direction of the source (rows) and of the target (columns): the matrix "
            "M that turns one onto the other. A bright diagonal means that there is little to turn."
        },
        promise=Promise("handwritten-to-low-contrast", over="source-only", points=35),
    )
    HParams = SubspaceHParams

    def __init__(self, network: Network, hparams: SubspaceHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.frame: tuple[Tensor, Tensor] | None = None  # the target's mean (D,) and its directions (D, d)
        self.cosines: Tensor | None = None  # (d, d)

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
        source, target = task.source.features(backbone), task.target.features(backbone)
        count = min(hparams.directions, *source.shape, len(target))
        of_source, of_target = (each.to(source) for each in subspace_alignment(source, target, count))  # (D, d)
        self.frame = target.mean(0), of_target
        self.cosines = principal_directions(source, count).T @ principal_directions(target, count)
        aligned = (source - source.mean(0)) @ of_source  # (N, d)
        reset(head)

        descend = Descent({head: hparams.lr}, hparams.steps)
        batches = replace(task.source, inputs=_widened(aligned, self.network.dim), view=None).batches(hparams.batch)
        for inputs, labels in self.phase("learn the aligned source", hparams.steps, batches, keep=[descend]):
            classification = F.cross_entropy(head(inputs), labels)
            descend(classification)
            yield {"classification": classification}

    def embed(self, inputs: Tensor) -> Tensor:
        """Features (B, D), in the end as the target's are taken: any image is looked at as if it were one of them."""
        features = super().embed(inputs)
        if self.frame is None:
            return features
        mean, directions = self.frame
        return _widened((features - mean) @ directions, self.network.dim)

    def predict(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.network.head(self.embed(inputs))
        return logits

    def exhibits(self) -> Sequence[Exhibit]:
        if self.cosines is None:
            return ()
        names = [str(k + 1) for k in range(len(self.cosines))]
        return (Matrix(COSINES, names, names, self.cosines.cpu().numpy()),)


def _widened(coordinates: Tensor, width: int) -> Tensor:
    """Coordinates (N, d) in front of zeros, so that the network's head fits: (N, width)."""
    return F.pad(coordinates, (0, width - coordinates.shape[1]))
