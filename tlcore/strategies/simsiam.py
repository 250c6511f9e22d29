"""SimSiam: one view predicts the other, and nothing pushes images apart; what keeps them from becoming one?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor, nn

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family
from tlcore.data import Task, both
from tlcore.descent import Descent, cosine
from tlcore.exhibits import Exhibit, Meter
from tlcore.hparams import hparam
from tlcore.losses.self_supervised import negative_cosine, spread
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, probed

MEASURED = 256


@dataclass(frozen=True)
class SimSiamHParams(Training):
    steps: int = hparam(500, "Steps without labels, on source and target.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.001, "Learning rate of Adam, falling; the paper has SGD.", low=1e-6, high=10.0, log=True)
    stop_gradient: bool = hparam(True, "Let only the predicting side learn; switched off, all images become one.")
    predictor: bool = hparam(True, "Predict through two more layers; switched off, all images become one as well.")
    projection: int = hparam(64, "Width d of the projections.", low=2, high=4096, log=True)
    move: float = hparam(1.0, "How strongly views are moved, turned and cropped.", low=0.0, high=4.0)
    relight: float = hparam(1.0, "How strongly light, contrast, blur and noise of views vary.", low=0.0, high=4.0)
    probe_steps: int = hparam(300, "Steps of the head on the labelled target.", low=1, high=1_000_000, log=True)
    probe_lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    decay: float = hparam(0.01, "Weight decay of the head.", low=0.0, high=10.0)


class SimSiam(Strategy[SimSiamHParams]):
    card = Card(
        key="simsiam",
        title="SimSiam",
        family=Family.SELF_SUPERVISED,
        idea="Predict one view of an image from the other; a stopped gradient keeps all images from becoming one.",
        source="Chen & He, CVPR 2021, arXiv:2011.10566, eq. 1 to 4 and algorithm 1",
        needs=(Access.IMAGES, Access.FEW),
        curves={
            "prediction": "Negative cosine between a prediction and the other view; −1 is perfect, or a collapse: "
            "the spread tells which.",
            "spread": "Spread of the projections' directions: 0 is collapse, 1/√d is even.",
            "probe": "Cross-entropy of the head on the labelled target images, on features that stay.",
        },
        use="As SimCLR, where batches are small: no wrong views are needed.",
        avoid="When nobody watches the spread: a collapsed run has the best loss of all.",
        assumes="What the views leave alone is what tells the classes apart.",
        cost="4 × plain training: two views of two domains",
        trains={"pre-train": ("backbone",), "probe": ("head",)},
        flow=(
            "source + target > one view > backbone > projector > predictor > cosine",
            "source + target > another view > backbone > projector > stopped gradient > cosine",
            "labelled target > backbone* > new head > cross-entropy",
        ),
        exhibits={"Collapse meter": "Standard deviation of the directions z / ‖z‖ of a fixed sample of target images, "
                  "mean of the d dimensions: 1/√d is healthy, 0 means that all images have become one. "
                  "Switch the stopped gradient off, and watch it fall."},
        no_promise="In 500 steps on small images it ends near training from scratch, where SimCLR and Barlow Twins "
        "gain 15 points; it needs the many epochs and the wide projections of its paper.",
    )  # fmt: skip
    HParams = SimSiamHParams

    def __init__(self, network: Network, hparams: SimSiamHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.projector: nn.Module | None = None  # kept for the meter
        self.measured = torch.empty(0)  # (MEASURED, ...)

    def length(self) -> int:
        return self.hparams.steps + self.hparams.probe_steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        self.projector, predictor = _projector(self.network.dim, hparams.projection), _predictor(hparams)
        for part in (self.projector, predictor):
            part.to(task.target.device)
        self.measured = task.target.unlabelled(MEASURED).at(0)
        projector, view = self.projector, Augment.of(hparams.move, hparams.relight)
        rates = {backbone: hparams.lr, projector: hparams.lr, predictor: hparams.lr}
        descend = Descent(rates, hparams.steps, schedule=cosine)
        streams = both(task.source.unlabelled(hparams.batch), task.target.unlabelled(hparams.batch)).map(torch.cat)

        for images in self.phase("pre-train", hparams.steps, streams, keep=[descend, projector, predictor]):
            first, second = projector(backbone(torch.cat([view(images), view(images)]))).chunk(2)  # (2B, d) each
            stop = Tensor.detach if hparams.stop_gradient else _as_it_is
            there = negative_cosine(predictor(first), stop(second))
            back = negative_cosine(predictor(second), stop(first))
            prediction = 0.5 * there + 0.5 * back
            descend(prediction)
            yield {"prediction": prediction, "spread": spread(first.detach())}

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
        healthy = 1 / sqrt(self.hparams.projection)
        now = float(spread(self.projector(self.embed(self.measured)).float()))
        return (Meter("Collapse meter", now, low=0.0, high=1.25 * healthy, healthy=healthy),)


def _projector(dim: int, width: int) -> nn.Module:
    """Two layers with batch norm between them, not after them: table 3 (b), in which a collapse is free to happen."""
    return nn.Sequential(nn.Linear(dim, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, width))


def _predictor(hparams: SimSiamHParams) -> nn.Module:
    """Two layers through a quarter of the width, as in the paper; or nothing at all."""
    if not hparams.predictor:
        return nn.Identity()
    narrow = max(2, hparams.projection // 4)
    return nn.Sequential(
        nn.Linear(hparams.projection, narrow, bias=False),
        nn.BatchNorm1d(narrow),
        nn.ReLU(),
        nn.Linear(narrow, hparams.projection),
    )


def _as_it_is(wanted: Tensor) -> Tensor:
    return wanted
