"""DeepCluster: group the target's images by transferred features, learn to name the groups, and group again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Inputs, Task, generator_of, portion
from tlcore.descent import Descent
from tlcore.exhibits import Exhibit, Gallery, Row
from tlcore.hparams import hparam
from tlcore.losses.clustering import assigned, k_means
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, reset, supervised

SHOWN = 8


@dataclass(frozen=True)
class DeepClusterHParams(Training):
    steps: int = hparam(500, "Gradient steps, all rounds together.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.001, "Learning rate of Adam; the paper has SGD.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(
        500, "Steps on the source first; 0 keeps the features that the backbone came with.", low=0, high=1_000_000
    )
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)
    rounds: int = hparam(10, "How often the images are grouped anew.", low=1, high=1000)
    move: float = hparam(1.0, "How strongly images are moved while their group is learnt.", low=0.0, high=4.0)
    relight: float = hparam(0.5, "How strongly light, contrast, blur and noise vary meanwhile.", low=0.0, high=4.0)
    whiten: bool = hparam(False, "Give all directions of the features the same weight first, as the paper does.")


class DeepCluster(Strategy[DeepClusterHParams]):
    card = Card(
        key="deep-cluster",
        title="DeepCluster",
        family=Family.UNSUPERVISED,
        idea="Group the images by the features at hand, learn to name the groups in any view, and group again.",
        source="Caron et al., ECCV 2018, arXiv:1807.05520, eq. 1 and 2",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, while learning the source.",
            "naming": "Cross-entropy of naming the group of a moved image; it jumps whenever groups change.",
            "reassigned": "Share of the images that are in another group than the round before; 0 when settled. "
            "Groups are matched by the images that they share.",
        },
        use="With features that see something of the target already, and no names for what it shows.",
        avoid="When the first groups mean nothing: what they get wrong is learnt, too.",
        assumes="The first groups are right more often than not, and views leave the class alone.",
        cost="2 × plain training, and k-means once a round",
        trains={"learn the source": ("backbone", "head"), "name the groups": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "target > backbone* > k-means > groups",
            "target > view > backbone > new head > cross-entropy with groups",
        ),
        answers="clusters",
        exhibits={"Clusters": "Of each group, the target images of which the network is surest."},
        promise=Promise("printed-to-handwritten", over="k-means", points=12),
    )
    HParams = DeepClusterHParams

    def __init__(self, network: Network, hparams: DeepClusterHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.looked_at = torch.empty(0)  # target images to choose from, where groups are shown

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.rounds * self._round()

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.source_lr}
        )
        inputs = task.target.inputs  # (N, ...)
        self.looked_at = task.target.unlabelled(256).at(0)
        view = Augment.of(hparams.move, hparams.relight)
        before: Tensor | None = None
        for number in range(hparams.rounds):
            groups = self._grouped(inputs, number, task)  # (N,)
            moved = torch.ones((), device=inputs.device) if before is None else _reassigned(before, groups)
            before = groups
            weights = len(groups) / F.one_hot(groups, network.classes).sum(0).clamp_min(
                1
            )  # (K,), else large groups win
            reset(network.head)  # the groups' numbers mean nothing from round to round
            network.train()
            descend = Descent({network: hparams.lr}, self._round())
            named = Domain(f"groups of round {number}", inputs, groups, task.seed)
            for images, group in self.phase(
                "name the groups", self._round(), named.batches(hparams.batch), keep=[descend]
            ):
                naming = F.cross_entropy(network(view(images)), group, weights)
                descend(naming)
                yield {"naming": naming, "reassigned": moved}

    def exhibits(self) -> Sequence[Exhibit]:
        if self.looked_at.ndim != 4:
            return ()
        certain, group = F.softmax(self.predict(self.looked_at).float(), 1).max(1)  # (N,)
        rows = []
        for number in range(self.network.classes):
            mine = (group == number).nonzero().squeeze(1)
            chosen = mine[certain[mine].argsort(descending=True)[:SHOWN]]
            rows.append(Row(f"group {number + 1}", self.looked_at[chosen].cpu().numpy(), [""] * len(chosen)))
        return (Gallery("Clusters", tuple(rows)),)

    def _round(self) -> int:
        return max(1, self.hparams.steps // self.hparams.rounds)

    def _grouped(self, inputs: Inputs, number: int, task: Task) -> Tensor:
        """The group (N,) of each input, by k-means on features of length 1."""
        self.network.eval()
        with torch.no_grad():
            features = torch.cat([self.embed(part) for part in inputs.split(portion(inputs, 500))]).float()  # (N, D)
        white = F.normalize(_whitened(features) if self.hparams.whiten else features, dim=1)
        centres = k_means(white, self.network.classes, generator_of("groups", number, task.seed))
        groups: Tensor = assigned(white, centres).argmax(1)
        return groups


def _whitened(features: Tensor, strongest: float = 0.01) -> Tensor:
    """Features (N, D) without their mean, in directions of variance 1; weak directions are left as weak as they are."""
    centred = features - features.mean(0)
    variances, directions = torch.linalg.eigh(centred.T @ centred / len(centred))  # (D,), (D, D)
    floor = (strongest * variances[-1]).clamp_min(1e-12)
    white: Tensor = centred @ directions / variances.clamp_min(floor).sqrt()
    return white


def _reassigned(before: Tensor, now: Tensor) -> Tensor:
    """The share of rows that left their group: an old group goes on as the new one that holds most of it."""
    size = int(torch.maximum(before.max(), now.max())) + 1
    shared = F.one_hot(before, size).float().T @ F.one_hot(now, size).float()  # (size, size)
    return 1 - shared.amax(1).sum() / len(now)
