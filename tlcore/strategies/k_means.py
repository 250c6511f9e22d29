"""K-means on features that the source has taught: groups in the target, without a single name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Stream, Task, generator_of
from tlcore.exhibits import Exhibit, Gallery, Row
from tlcore.hparams import hparam
from tlcore.losses.clustering import assigned, lloyd, seeded
from tlcore.networks import Network
from tlcore.phases import Notes
from tlcore.strategies.base import Strategy, Training, Values, supervised

SHOWN = 8


@dataclass(frozen=True)
class KMeansHParams(Training):
    steps: int = hparam(
        500, "Gradient steps on the source; the features stay after them.", low=1, high=1_000_000, log=True
    )
    rounds: int = hparam(30, "Steps of k-means on the target's features.", low=1, high=10_000, log=True)
    restarts: int = hparam(
        10, "How often k-means begins anew, side by side; the tightest groups count.", low=1, high=1000
    )


class KMeans(Strategy[KMeansHParams]):
    card = Card(
        key="k-means",
        title="K-means on transferred features",
        family=Family.UNSUPERVISED,
        idea="Learn features where there are labels; find groups in the target with them, and forget the names.",
        source="Lloyd, IEEE Trans. Information Theory 28(2), 1982; k-means++: Arthur & Vassilvitskii, SODA 2007",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, while learning the source.",
            "distance": "Mean squared distance of the target's features, of length 1, from the nearest centre.",
        },
        use="When the target has other classes than the source, or classes that nobody has named yet.",
        avoid="When classes differ much in size: k-means cuts large groups into parts.",
        assumes="In the source's features, the target's classes are round clouds of like size.",
        cost="1 × plain training; the clustering takes moments",
        trains={"learn the source": ("backbone", "head"), "cluster": ()},
        flow=("source > backbone > head > cross-entropy", "target > backbone* > k-means"),
        answers="clusters",
        exhibits={"Clusters": "Of each group, the target images nearest to its centre."},
        promise=Promise("handwritten-to-rotated", over="source-only", points=15, seeds=5),
    )
    HParams = KMeansHParams

    def __init__(self, network: Network, hparams: KMeansHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.found = Notes()  # "centres" (R, K, D) of all restarts, and their "distance" (R,)
        self.looked_at = torch.empty(0)  # target images to choose from, where groups are shown

    def length(self) -> int:
        return self.hparams.steps + self.hparams.rounds

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.steps, rates={self.network: hparams.lr}
        )
        self.network.eval()  # the features stay as they are
        target = task.target.features(self.embed)  # (N, D)
        self.looked_at = task.target.unlabelled(256).at(0)
        random = generator_of("k-means", task.seed)
        self.found["centres"] = seeded(target, self.network.classes, hparams.restarts, random)

        for _ in self.phase("cluster", hparams.rounds, _ROUND, keep=[self.found]):
            self.found["centres"], self.found["distance"] = lloyd(target, self.found["centres"])
            yield {"distance": self.found["distance"].min()}

    def embed(self, inputs: Tensor) -> Tensor:
        """Features (B, D) of length 1: a cloud's place is its direction, not how strongly it is seen."""
        return F.normalize(self.network.backbone(inputs), dim=1)

    def predict(self, inputs: Tensor) -> Tensor:
        """Minus the squared distances (B, K) from the centres; before there are any, the source's answers."""
        centres = self._centres()
        return super().predict(inputs) if centres is None else assigned(self.embed(inputs).float(), centres)

    def exhibits(self) -> Sequence[Exhibit]:
        centres = self._centres()
        if centres is None or self.looked_at.ndim != 4:
            return ()
        near = assigned(self.embed(self.looked_at).float(), centres)  # (N, K)
        rows = []
        for group in range(len(centres)):
            mine = (near.argmax(1) == group).nonzero().squeeze(1)
            chosen = mine[near[mine, group].argsort(descending=True)[:SHOWN]]
            rows.append(Row(f"group {group + 1}", self.looked_at[chosen].cpu().numpy(), [""] * len(chosen)))
        return (Gallery("Clusters", tuple(rows)),)

    def _centres(self) -> Tensor | None:
        if "distance" not in self.found:
            return None
        centres: Tensor = self.found["centres"][self.found["distance"].argmin()]  # (K, D)
        return centres


_ROUND = Stream(lambda k: k)
