"""Attention transfer: a student learns the labels, and to look where its teacher looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, seed_of
from tlcore.descent import Descent, cosine
from tlcore.errors import RequestError
from tlcore.exhibits import Exhibit, Gallery, Row
from tlcore.hparams import hparam
from tlcore.losses.distillation import attention, attention_transfer, distillation
from tlcore.networks import Network
from tlcore.networks.heard import alike, heard
from tlcore.networks.teachers import TEACHERS, build_teacher, frozen
from tlcore.strategies.base import Strategy, Training, Values

SHOWN = 8


@dataclass(frozen=True)
class AttentionTransferHParams(Training):
    steps: int = hparam(500, "Steps of the student.", low=1, high=1_000_000, log=True)
    teacher: str = hparam("auto", "Backbone of the teacher; 'auto' is a wide convolutional one.", among=TEACHERS)
    teacher_steps: int = hparam(500, "Steps of the teacher, first.", low=1, high=1_000_000, log=True)
    teacher_lr: float = hparam(0.003, "Learning rate of the teacher at its start.", low=1e-6, high=10.0, log=True)
    move: float = hparam(0.1, "How far the teacher's images are moved, as a share of their side.", low=0.0, high=0.5)
    turn: float = hparam(15.0, "How far the teacher's images are turned at most, in degrees.", low=0.0, high=90.0)
    attend: float = hparam(
        100.0, "Weight of the attention, β / 2; the authors' 500 is for means of squares.", low=0.0, high=1e6, log=True
    )
    soft: float = hparam(
        0.0, "Weight of the teacher's answers as in distillation; the labels have the rest.", low=0.0, high=1.0
    )
    temperature: float = hparam(4.0, "Temperature T of the teacher's answers.", low=0.1, high=100.0)


class AttentionTransfer(Strategy[AttentionTransferHParams]):
    card = Card(
        key="attention-transfer",
        title="Attention transfer",
        family=Family.DISTILLATION,
        idea="A student learns the labels, and to look where its teacher looks, stage by stage.",
        source="Zagoruyko & Komodakis, ICLR 2017, arXiv:1612.03928, eq. 2 with p = 2",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "teacher": "Cross-entropy of the teacher on labelled source images, moved and turned.",
            "classification": "Cross-entropy of the student on labelled source images.",
            "attention": "Distance of the student's attention from the teacher's, mean of the stages: "
            "0 when they look at the same places, √2 when at others.",
            "soft answers": "T² × divergence of the student's softened answers from the teacher's; 0 when equal.",
        },
        use="When student and teacher are convolutional, and where to look is half of the answer.",
        avoid="When maps have a handful of places, or a network has none: the answers then say more.",
        assumes="The teacher looks at what matters.",
        cost="The teacher's training, then plain training and the teacher's forward passes",
        trains={"teach": (), "attend": ("backbone", "head")},
        flow=(
            "source > teacher > cross-entropy",
            "source > backbone > head > cross-entropy",
            "source + target > stages of backbone > attention distance from teacher*",
        ),
        exhibits={"Where they look": "Target images, and the places at which the last map of teacher and student is "
                  "strongest: bright is much, dark is little."},
        promise=Promise("handwritten-to-rotated", over="source-only", points=4, seeds=5, shift=30),
    )  # fmt: skip
    HParams = AttentionTransferHParams

    def __init__(self, network: Network, hparams: AttentionTransferHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.teacher: Network | None = None  # to be shown beside the student
        self.shown: Tensor | None = None  # (SHOWN, C, H, W)

    def length(self) -> int:
        return self.hparams.teacher_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        teacher = build_teacher(hparams.teacher, network, task.source.inputs[:1], seed=seed_of("teacher", task.seed))
        _check(network, teacher, task.source.inputs[:1])
        view = Augment(shift=hparams.move, turn=hparams.turn, zoom=0.0)
        learn = Descent({teacher: hparams.teacher_lr}, hparams.teacher_steps, schedule=cosine)
        labelled = task.source.batches(hparams.batch)
        for images, labels in self.phase("teach", hparams.teacher_steps, labelled, keep=[learn, teacher]):
            classification = F.cross_entropy(teacher(view(images)), labels)
            learn(classification)
            yield {"teacher": classification}

        frozen(teacher)
        self.teacher, self.shown = teacher, task.target.unlabelled(SHOWN).at(0)
        descend = Descent({network: hparams.lr}, hparams.steps)
        streams = both(labelled, task.target.unlabelled(hparams.batch))
        for (images, labels), unlabelled in self.phase("attend", hparams.steps, streams, keep=[descend]):
            logits, seen = _looked(network, torch.cat([images, unlabelled]))  # (2B, classes), maps (2B, C, H, W)
            with torch.no_grad():
                answers, wanted = _looked(teacher, torch.cat([images, unlabelled]))
            classification = F.cross_entropy(logits[: len(labels)], labels)
            distances = [attention_transfer(*alike(mine, theirs)) for mine, theirs in zip(seen, wanted)]
            apart = torch.stack(distances).mean()
            soft = distillation(logits, answers, hparams.temperature)
            descend((1 - hparams.soft) * classification + hparams.soft * soft + hparams.attend * apart)
            yield {"classification": classification, "attention": apart, "soft answers": soft}

    def exhibits(self) -> Sequence[Exhibit]:
        if self.teacher is None or self.shown is None:
            return ()
        rows = [Row("target images", self.shown.cpu().numpy(), [""] * len(self.shown))]
        for name, network in (("where the teacher looks", self.teacher), ("where the student looks", self.network)):
            maps = _looked(network, self.shown)[1][-1].float()  # (SHOWN, C, h, w)
            places = attention(maps).view(len(maps), 1, *maps.shape[2:])
            bright = 255 * places / places.amax((1, 2, 3), keepdim=True).clamp_min(1e-12)
            large = F.interpolate(bright, size=self.shown.shape[2:])
            rows.append(Row(name, large.to(torch.uint8).cpu().numpy(), [""] * len(maps)))
        return (Gallery("Where they look", tuple(rows)),)


def _looked(network: Network, images: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Answers (B, classes), and the maps (B, C, H, W) of the stages that have places to look at."""
    with heard(network.backbone.stages) as outputs:
        answers = network(images)
    return answers, [maps for maps in outputs if maps.ndim == 4]


def _check(student: Network, teacher: Network, images: Tensor) -> None:
    student.eval(), teacher.eval()  # only shapes are wanted: nothing should count these images
    with torch.no_grad():
        maps = [_looked(network, images)[1] if images.ndim == 4 else [] for network in (student, teacher)]
    student.train(), teacher.train()
    if not maps[0] or not maps[1]:
        raise RequestError(
            "Attention transfer compares where two networks look, but one of them has no maps: "
            "choose images and convolutional backbones for student and teacher."
        )
