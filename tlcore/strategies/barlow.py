"""Barlow Twins: each feature should say the same of two views, and nothing that another feature says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent, cosine
from tlcore.exhibits import Exhibit, Matrix
from tlcore.hparams import hparam
from tlcore.losses.self_supervised import barlow_twins, spread
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, probed

MEASURED, DRAWN = 256, 32


@dataclass(frozen=True)
class BarlowHParams(Training):
    steps: int = hparam(500, "Steps without labels, on source and target.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.003, "Learning rate of Adam, falling; the paper has LARS.", low=1e-6, high=10.0, log=True)
    redundancy: float = hparam(0.005, "Weight λ of what features say twice.", low=0.0, high=10.0)
    projection: int = hparam(128, "Width of the projections; the paper has 8,192.", low=2, high=8192, log=True)
    move: float = hparam(1.0, "How strongly views are moved, turned and cropped.", low=0.0, high=4.0)
    relight: float = hparam(1.0, "How strongly light, contrast, blur and noise of views vary.", low=0.0, high=4.0)
    probe_steps: int = hparam(300, "Steps of the head on the labelled target.", low=1, high=1_000_000, log=True)
    probe_lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    decay: float = hparam(0.01, "Weight decay of the head.", low=0.0, high=10.0)


class Barlow(Strategy[BarlowHParams]):
    card = Card(
        key="barlow",
        title="Barlow Twins",
        family=Family.SELF_SUPERVISED,
        idea="Let each feature say the same of two views of an image, and nothing that another feature says.",
        source="Zbontar et al., ICML 2021, arXiv:2103.03230, eq. 1 and 2, algorithm 1",
        needs=(Access.IMAGES, Access.FEW),
        curves={
            "twins": "Σ (1 − C_ii)² + λ Σ C_ij² of the correlation C between the features of two views; 0 is perfect.",
            "spread": "Spread of the projections' directions: 0 is collapse, 1/√d is even.",
            "probe": "Cross-entropy of the head on the labelled target images, on features that stay.",
        },
        use="As SimCLR, with neither wrong views nor a stopped gradient; wide projections help.",
        avoid="When a batch has fewer images than there are features: their correlations are then mostly chance.",
        assumes="What the views leave alone is what tells the classes apart.",
        cost="4 × plain training: two views of two domains",
        trains={"pre-train": ("backbone",), "probe": ("head",)},
        flow=(
            "source + target > two views > backbone > projector > correlation near identity",
            "labelled target > backbone* > new head > cross-entropy",
        ),
        exhibits={"Cross-correlation": "Correlation between the first features of one view of the target images "
                  "(rows) and of another (columns): the loss wants 1 on the diagonal, and 0 elsewhere."},
        promise=Promise("printed-to-handwritten", over="scratch", points=8, seeds=5, target_labels=1),
    )  # fmt: skip
    HParams = BarlowHParams

    def __init__(self, network: Network, hparams: BarlowHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.projector: nn.Module | None = None  # kept for the matrix
        self.views = torch.empty(0)  # (2 MEASURED, ...)

    def length(self) -> int:
        return self.hparams.steps + self.hparams.probe_steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        projector = nn.Sequential(
            nn.Linear(self.network.dim, hparams.projection, bias=False),
            nn.BatchNorm1d(hparams.projection),
            nn.ReLU(),
            nn.Linear(hparams.projection, hparams.projection, bias=False),
        ).to(task.target.device)
        view = Augment.of(hparams.move, hparams.relight)
        sample = task.target.unlabelled(MEASURED).at(0)
        self.projector, self.views = projector, torch.cat([view(sample), view(sample)])
        descend = Descent({backbone: hparams.lr, projector: hparams.lr}, hparams.steps, schedule=cosine)
        streams = both(task.source.unlabelled(hparams.batch), task.target.unlabelled(hparams.batch)).map(torch.cat)

        for images in self.phase("pre-train", hparams.steps, streams, keep=[descend, projector]):
            views = torch.cat([view(images), view(images)])  # (4B, ...)
            first, second = projector(backbone(views)).chunk(2)  # (2B, projection)
            twins = barlow_twins(first, second, hparams.redundancy)
            descend(twins)
            yield {"twins": twins, "spread": spread(first.detach())}

        yield from probed(
            self,
            task.few,
            steps=hparams.probe_steps,
            lr=hparams.probe_lr,
            decay=hparams.decay,
            encoder=backbone,
        )

    def exhibits(self) -> Sequence[Exhibit]:
        if self.projector is None:
            return ()
        projections = self.projector(self.embed(self.views)).float().chunk(2)
        first, second = (F.batch_norm(each, None, None, training=True)[:, :DRAWN] for each in projections)
        correlation = (first.T @ second / len(first)).cpu().numpy()  # (DRAWN, DRAWN)
        names = [str(feature) for feature in range(len(correlation))]
        return (Matrix("Cross-correlation", names, names, correlation),)
