"""SimCLR: two views of one image should lie together, and apart from all other images; no labels are asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent, cosine
from tlcore.exhibits import Array, Exhibit, Gallery, Row
from tlcore.hparams import hparam
from tlcore.losses.self_supervised import nt_xent, spread
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, probed

SHOWN = 8


@dataclass(frozen=True)
class SimCLRHParams(Training):
    steps: int = hparam(500, "Steps without labels, on source and target.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.003, "Learning rate of Adam, falling; the paper has LARS.", low=1e-6, high=10.0, log=True)
    temperature: float = hparam(
        0.2, "Temperature τ: the lower, the more the nearest wrong views count.", low=0.01, high=10.0
    )
    projection: int = hparam(64, "Width of the projections that are compared.", low=2, high=4096, log=True)
    move: float = hparam(1.0, "How strongly views are moved, turned and cropped.", low=0.0, high=4.0)
    relight: float = hparam(1.0, "How strongly light, contrast, blur and noise of views vary.", low=0.0, high=4.0)
    probe_steps: int = hparam(300, "Steps of the head on the labelled target.", low=1, high=1_000_000, log=True)
    probe_lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    decay: float = hparam(0.01, "Weight decay of the head.", low=0.0, high=10.0)


class SimCLR(Strategy[SimCLRHParams]):
    card = Card(
        key="simclr",
        title="SimCLR",
        family=Family.SELF_SUPERVISED,
        idea="Find the other view of the same image among the views of all others; a few labels come after.",
        source="Chen et al., ICML 2020, arXiv:2002.05709, eq. 1 and algorithm 1",
        needs=(Access.IMAGES, Access.FEW),
        curves={
            "contrast": "Cross-entropy of finding a view's partner among all others; ln(2 × images − 1) is guessing.",
            "spread": "Spread of the projections' directions: 0 is collapse, 1/√d is even.",
            "probe": "Cross-entropy of the head on the labelled target images, on features that stay.",
        },
        use="With many images, few labels, and changes known that leave the class alone.",
        avoid="When batches must be small, or the views change what is asked for.",
        assumes="What the views leave alone is what tells the classes apart.",
        cost="4 × plain training: two views of two domains",
        trains={"pre-train": ("backbone",), "probe": ("head",)},
        flow=(
            "source + target > two views > backbone > projector > contrast",
            "labelled target > backbone* > new head > cross-entropy",
        ),
        exhibits={"Two views": "Target images, and two views of each as the backbone is shown them: what differs "
                  "between the views is what it learns not to see."},
        promise=Promise("printed-to-handwritten", over="scratch", points=10, seeds=5, target_labels=1),
    )  # fmt: skip
    HParams = SimCLRHParams

    def __init__(self, network: Network, hparams: SimCLRHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.shown: tuple[Tensor, ...] = ()  # target images and two views of them, to be looked at

    def length(self) -> int:
        return self.hparams.steps + self.hparams.probe_steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        dim = self.network.dim
        projector = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, hparams.projection))
        projector.to(task.target.device)
        view = Augment.of(hparams.move, hparams.relight)
        examples = task.target.unlabelled(SHOWN).at(0)
        self.shown = (examples, view(examples), view(examples))
        descend = Descent({backbone: hparams.lr, projector: hparams.lr}, hparams.steps, schedule=cosine)
        streams = both(task.source.unlabelled(hparams.batch), task.target.unlabelled(hparams.batch)).map(torch.cat)

        for images in self.phase("pre-train", hparams.steps, streams, keep=[descend, projector]):
            views = torch.cat([view(images), view(images)])  # (4B, ...)
            first, second = projector(backbone(views)).chunk(2)  # (2B, projection)
            contrast = nt_xent(first, second, hparams.temperature)
            descend(contrast)
            yield {"contrast": contrast, "spread": spread(first.detach())}

        yield from probed(
            self,
            task.few,
            steps=hparams.probe_steps,
            lr=hparams.probe_lr,
            decay=hparams.decay,
            encoder=backbone,
        )

    def exhibits(self) -> Sequence[Exhibit]:
        if not self.shown or self.shown[0].ndim != 4:
            return ()
        rows = [
            Row(label, _bytes(images), [""] * len(images))
            for label, images in zip(("target images", "one view", "another"), self.shown)
        ]
        return (Gallery("Two views", tuple(rows)),)


def _bytes(images: Tensor) -> Array:
    """Images (N, C, H, W), bytes or floats in [0, 1], as bytes."""
    array: Array = (images if images.dtype == torch.uint8 else (255 * images).round().to(torch.uint8)).cpu().numpy()
    return array
