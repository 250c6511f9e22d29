"""Self-taught learning: describe images that nobody has labelled; learn from a few labels in those words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent, cosine
from tlcore.exhibits import Exhibit, Gallery, Row
from tlcore.hparams import hparam
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, probed

SHOWN = 8


@dataclass(frozen=True)
class SelfTaughtHParams(Training):
    steps: int = hparam(500, "Steps of the autoencoder on unlabelled source images.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.003, "Learning rate of the autoencoder, falling.", low=1e-6, high=10.0, log=True)
    hidden: int = hparam(256, "Width of the decoder's hidden layer.", low=2, high=4096, log=True)
    sparsity: float = hparam(0.001, "Weight β of the codes' mean absolute value.", low=0.0, high=10.0)
    move: float = hparam(0.5, "How strongly images are moved before they are described.", low=0.0, high=4.0)
    noise: float = hparam(
        0.2, "Noise that has to be removed again; the paper has none (Vincent et al., 2008, has).", low=0.0, high=1.0
    )
    probe_steps: int = hparam(300, "Steps of the head on the labelled target.", low=1, high=1_000_000, log=True)
    probe_lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    decay: float = hparam(0.01, "Weight decay of the head.", low=0.0, high=10.0)


class SelfTaught(Strategy[SelfTaughtHParams]):
    card = Card(
        key="self-taught",
        title="Self-taught learning",
        family=Family.UNSUPERVISED,
        idea="Learn to describe images that nobody has labelled; then learn from a few labels in those words.",
        source="Raina et al., ICML 2007, section 3 and algorithm 1, with an autoencoder for the sparse codes of eq. 1",
        needs=(Access.IMAGES, Access.FEW),
        curves={
            "reconstruction": "Mean squared error of the images made from the codes, of pixels from 0 to 1.",
            "code": "Mean absolute value of the codes, which the sparsity holds down.",
            "probe": "Cross-entropy of the head on the labelled target images, on codes that stay.",
        },
        use="With many images of any kind and few labels: the source needs neither the target's classes nor its look.",
        avoid="When what fills the pixels is not what is asked for, as a background behind digits.",
        assumes="Source and target are made of the same parts.",
        cost="2 × plain training: coding and decoding",
        trains={"describe": ("backbone",), "probe": ("head",)},
        flow=(
            "source > noise > backbone > decoder > squared error",
            "labelled target > backbone* > new head > cross-entropy",
        ),
        exhibits={"Described and drawn again": "Target images, and what the decoder makes of their codes: "
                  "what is missing there, the head cannot know."},
        promise=Promise("handwritten-to-noisy", over="scratch", points=10, seeds=5, target_labels=5),
    )  # fmt: skip
    HParams = SelfTaughtHParams

    def __init__(self, network: Network, hparams: SelfTaughtHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.decoder: nn.Module | None = None  # kept to be shown
        self.shown = torch.empty(0)  # (SHOWN, ...)

    def length(self) -> int:
        return self.hparams.steps + self.hparams.probe_steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        shape = task.source.inputs.shape[1:]
        decoder = nn.Sequential(
            nn.Linear(self.network.dim, hparams.hidden), nn.ReLU(), nn.Linear(hparams.hidden, prod(shape))
        ).to(task.source.device)
        self.decoder, self.shown = decoder, task.target.unlabelled(SHOWN).at(0)
        move, spoil = Augment.of(hparams.move, 0), replace(Augment.of(0, 0), noise=hparams.noise)
        descend = Descent({backbone: hparams.lr, decoder: hparams.lr}, hparams.steps, schedule=cosine)

        for images in self.phase(
            "describe", hparams.steps, task.source.unlabelled(hparams.batch), keep=[descend, decoder]
        ):
            wanted = move(images)  # (B, ...)
            codes = backbone(spoil(wanted))  # (B, D)
            reconstruction = F.mse_loss(decoder(codes), wanted.flatten(1))
            code = codes.abs().mean()
            descend(reconstruction + hparams.sparsity * code)
            yield {"reconstruction": reconstruction, "code": code}

        yield from probed(
            self,
            task.few,
            steps=hparams.probe_steps,
            lr=hparams.probe_lr,
            decay=hparams.decay,
            encoder=backbone,
        )

    def exhibits(self) -> Sequence[Exhibit]:
        if self.decoder is None or self.shown.ndim != 4:
            return ()
        drawn = self.decoder(self.embed(self.shown)).float().view(self.shown.shape).clamp(0, 1)
        again: Tensor = (255 * drawn).round().to(torch.uint8)
        rows = [
            Row(label, images.cpu().numpy(), [""] * len(images))
            for label, images in (("target images", self.shown), ("drawn from their codes", again))
        ]
        return (Gallery("Described and drawn again", tuple(rows)),)
