"""RotNet: tell by how many quarters an image was turned; who can do that has learnt what it shows."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from tlcore.augment import Augment, quarter_turns
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both
from tlcore.descent import Descent, cosine
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, probed


@dataclass(frozen=True)
class RotationHParams(Training):
    steps: int = hparam(500, "Steps without labels, on source and target.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.003, "Learning rate of Adam, falling.", low=1e-6, high=10.0, log=True)
    batch: int = hparam(32, "Images of each domain in one step, each seen in four turns.", low=2, high=4096, log=True)
    move: float = hparam(
        0.5, "How strongly images are moved, slanted and cropped first; the paper has 0.", low=0.0, high=4.0
    )
    relight: float = hparam(0.5, "How strongly light, contrast, blur and noise vary.", low=0.0, high=4.0)
    probe_steps: int = hparam(300, "Steps of the head on the labelled target.", low=1, high=1_000_000, log=True)
    probe_lr: float = hparam(0.01, "Learning rate of the head.", low=1e-6, high=10.0, log=True)
    decay: float = hparam(0.01, "Weight decay of the head.", low=0.0, high=10.0)


class Rotation(Strategy[RotationHParams]):
    card = Card(
        key="rotation",
        title="Rotation (RotNet)",
        family=Family.SELF_SUPERVISED,
        idea="Tell by how many quarters an image was turned: an exam that every image sets by itself.",
        source="Gidaris et al., ICLR 2018, arXiv:1803.07728, eq. 2 and 3",
        needs=(Access.IMAGES, Access.FEW),
        curves={
            "rotation": "Cross-entropy of naming the turn of an image; ln 4 = 1.386 is guessing.",
            "turns right": "Share of the turned images whose turn is named rightly; a quarter is guessing.",
            "probe": "Cross-entropy of the head on the labelled target images, on features that stay.",
        },
        use="With images that have an upper side: photographs, printed letters, figures.",
        avoid="When a class looks the same upside down, or turns into another: 0 and 8, 6 and 9.",
        assumes="One has to know what is shown in order to say how it stands.",
        cost="4 × plain training: four turns of two domains",
        trains={"pre-train": ("backbone",), "probe": ("head",)},
        flow=(
            "source + target > quarter turns > backbone > turn's head > cross-entropy",
            "labelled target > backbone* > new head > cross-entropy",
        ),
        promise=Promise("shapes", over="scratch", points=8, shift=0, target_labels=5),
    )
    HParams = RotationHParams

    def length(self) -> int:
        return self.hparams.steps + self.hparams.probe_steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        shape = task.target.inputs.shape
        if len(shape) != 4 or shape[2] != shape[3]:
            raise RequestError("A quarter turn needs square images: choose a scenario that has them.")
        turns = nn.Linear(self.network.dim, 4).to(task.target.device)
        view = Augment.of(hparams.move, hparams.relight)
        descend = Descent({backbone: hparams.lr, turns: hparams.lr}, hparams.steps, schedule=cosine)
        streams = both(task.source.unlabelled(hparams.batch), task.target.unlabelled(hparams.batch)).map(torch.cat)

        for images in self.phase("pre-train", hparams.steps, streams, keep=[descend, turns]):
            turned, quarters = quarter_turns(view(images))  # (8B, C, S, S), (8B,)
            logits = turns(backbone(turned))  # (8B, 4)
            rotation = F.cross_entropy(logits, quarters)
            descend(rotation)
            yield {"rotation": rotation, "turns right": (logits.argmax(1) == quarters).float().mean()}

        yield from probed(
            self,
            task.few,
            steps=hparams.probe_steps,
            lr=hparams.probe_lr,
            decay=hparams.decay,
            encoder=backbone,
        )
