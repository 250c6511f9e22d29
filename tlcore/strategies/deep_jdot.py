"""DeepJDOT: carry each labelled source image to the target image that suits it best, and teach that one its label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent
from tlcore.exhibits import Exhibit, Matrix
from tlcore.hparams import hparam
from tlcore.losses.transport import joint_cost, transport_plan
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, supervised

CARRIED = "What is carried where"


@dataclass(frozen=True)
class DeepJDOTHParams(Training):
    source_steps: int = hparam(
        200, "Steps on the source alone, first: a plan between features that mean nothing would mislead.", low=1,
        high=1_000_000, log=True,
    )  # fmt: skip
    distance: float = hparam(
        0.01, "Weight α of the distance between features; 0.001 in the paper.", low=0.0, high=100.0, log=True
    )
    carry: float = hparam(
        0.01, "Weight λ of the source's label on the target image; 0.0001 in the paper.", low=0.0, high=100.0, log=True
    )
    spread: float = hparam(
        0.0, "How much the plan is spread, in mean costs; 0 is the exact plan, as in the paper.", low=0.0, high=10.0
    )


class DeepJDOT(Strategy[DeepJDOTHParams]):
    card = Card(
        key="deep-jdot",
        title="DeepJDOT",
        family=Family.ALIGNMENT,
        idea="Pair two batches by optimal transport of features and labels; pull pairs together, pass the labels on.",
        source="Damodaran et al., ECCV 2018, arXiv:1803.10081, eq. 6 and 7, algorithm 1",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "distance": "Squared distance between features, averaged over the plan: how far images are carried.",
            "carried labels": "Cross-entropy of target images against the labels that are carried to them.",
        },
        use="When the classes' clouds keep their places relative to each other.",
        avoid="When class proportions differ: every image must be carried somewhere, so labels are handed out wrongly.",
        assumes="Classes come in similar proportions in every batch.",
        cost="2 × plain training, a plan a step, and some seconds to load the solver the first time",
        trains={"learn the source": ("backbone", "head"), "adapt": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source + target > backbone > transport plan > distance of the pairs",
            "carried source labels + target > backbone > head > cross-entropy",
        ),
        exhibits={
            CARRIED: "Of the images of a source class (row), the share that is carried to target images named as a "
            "class (column), in one large batch. A bright diagonal means that the plan agrees with the head."
        },
        promise=Promise("printed-to-handwritten", over="source-only", points=20),
    )
    HParams = DeepJDOTHParams

    def __init__(self, network: Network, hparams: DeepJDOTHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.sample: tuple[Tensor, Tensor, Tensor] | None = None  # source images, their labels, target images

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={self.network: hparams.lr}
        )
        descend = Descent({self.network: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))
        self.sample = *task.source.batches(4 * hparams.batch).at(0), task.target.unlabelled(4 * hparams.batch).at(0)

        for (images, labels), target_images in self.phase("adapt", hparams.steps, streams, keep=[descend]):
            source, target = backbone(images), backbone(target_images)  # (B, D)
            distances, surprise = joint_cost(source, labels, target, head(target))  # (B, B)
            # First the plan for the network as it is, then the network for that plan.
            plan = transport_plan(hparams.distance * distances + hparams.carry * surprise, hparams.spread)
            distance, carried = (plan * distances).sum(), (plan * surprise).sum()
            classification = F.cross_entropy(head(source), labels)
            descend(classification + hparams.distance * distance + hparams.carry * carried)
            yield {"classification": classification, "distance": distance, "carried labels": carried}

    def exhibits(self) -> Sequence[Exhibit]:
        if self.sample is None:
            return ()
        images, labels, target_images = self.sample
        source, target = self.embed(images), self.embed(target_images)
        logits = self.network.head(target)
        distances, surprise = joint_cost(source, labels, target, logits)
        plan = transport_plan(self.hparams.distance * distances + self.hparams.carry * surprise, self.hparams.spread)
        classes = torch.arange(self.network.classes, device=labels.device)
        given = (labels[:, None] == classes).to(plan)  # (N, classes)
        named = (logits.argmax(1)[:, None] == classes).to(plan)  # (M, classes)
        mass = given.T @ plan @ named
        shares = mass / mass.sum(1, keepdim=True).clamp_min(torch.finfo(mass.dtype).tiny)
        names = [str(k) for k in range(self.network.classes)]
        return (Matrix(CARRIED, names, names, shares.cpu().numpy(), low=0.0, high=1.0),)
