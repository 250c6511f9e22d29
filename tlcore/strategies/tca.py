"""TCA: look for combinations of features in which the domains agree and the data still vary; learn on those."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.subspaces import transfer_components
from tlcore.losses.weighting import gaussian_kernel, median_distance
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, reset, supervised


@dataclass(frozen=True)
class TCAHParams(Training):
    steps: int = hparam(300, "Steps of the head on the components.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    components: int = hparam(
        10, "Components to keep; at most as many as the features have dimensions.", low=1, high=512, log=True
    )
    trade: float = hparam(
        0.001, "μ of the paper: the smaller, the closer the domains' means come.", low=1e-6, high=1e6, log=True
    )
    bandwidth: float = hparam(
        1.0, "Width of the Gaussian kernel, in median distances between features.", low=0.01, high=100.0, log=True
    )
    landmarks: int = hparam(
        300, "Images of each domain that the components are found on; the work grows with the cube.", low=2, high=5000
    )


class TCA(Strategy[TCAHParams]):
    card = Card(
        key="tca",
        title="TCA",
        family=Family.ALIGNMENT,
        idea="Find combinations of features in which the domains' means agree and the data still vary; learn on those.",
        source="Pan et al., IEEE Transactions on Neural Networks 22(2), 2011, section III-B, eq. 10",
        needs=(Access.LABELS, Access.IMAGES),
        curves={"classification": "Cross-entropy on the source, then on the source's components."},
        use="When the features are given and may not be trained, and a kernel tells what is similar.",
        avoid="With many images: the eigenvalue problem grows with their cube; or when class proportions differ.",
        assumes="What the domains share also tells the classes apart.",
        cost="Source training, an eigenvalue problem of 2 × landmarks, and a kernel row for every image asked about",
        trains={"learn the source": ("backbone", "head"), "learn the components": ("head",)},
        flow=("source + target > backbone* > kernel > components", "source > components > new head > cross-entropy"),
        promise=Promise("moons", over="source-only", points=12, seeds=5, shift=35),
    )
    HParams = TCAHParams

    def __init__(self, network: Network, hparams: TCAHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.found: tuple[Tensor, float, Tensor, Tensor] | None = None
        # landmarks (L, D), width of the kernel, their weights (L, m), and the components' mean (m,)

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
        source, target = (_some(domain, hparams.landmarks).features(backbone) for domain in (task.source, task.target))
        landmarks = torch.cat([source, target])  # (L, D)
        width = hparams.bandwidth * median_distance(landmarks)
        kernel = gaussian_kernel(landmarks, landmarks, width)  # (L, L)
        count = min(hparams.components, self.network.dim, len(landmarks) - 1)
        weights = transfer_components(kernel, len(source), count, hparams.trade) * len(landmarks) ** 0.5  # (L, m)
        self.found = landmarks, width, weights, (kernel @ weights).mean(0)
        reset(head)

        descend = Descent({head: hparams.lr}, hparams.steps)
        batches = task.source.encoded(self.embed).batches(hparams.batch)
        for inputs, labels in self.phase("learn the components", hparams.steps, batches, keep=[descend]):
            classification = F.cross_entropy(head(inputs), labels)
            descend(classification)
            yield {"classification": classification}

    def embed(self, inputs: Tensor) -> Tensor:
        """Features (B, D): in the end components, of unit variance, and zeros behind them so that the head fits."""
        features = super().embed(inputs)
        if self.found is None:
            return features
        landmarks, width, weights, mean = self.found
        components = (gaussian_kernel(features, landmarks, width) @ weights - mean).float()  # (B, m)
        return F.pad(components, (0, self.network.dim - components.shape[1]))

    def predict(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.network.head(self.embed(inputs))
        return logits


def _some(domain: Domain, count: int) -> Domain:
    """At most `count` rows, drawn by chance."""
    return domain.at(torch.randperm(len(domain))[:count].to(domain.device))
