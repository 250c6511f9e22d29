"""Mean teacher: a student agrees, on shaken target images, with the slow average of its former selves."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from math import exp

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, numbered
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.self_training import consistency
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class MeanTeacherHParams(Training):
    agree: float = hparam(3.0, "Weight of the agreement, once it has risen.", low=0.0, high=1000.0)
    memory: float = hparam(0.99, "How much of the teacher stays at every step (α).", low=0.0, high=0.99999)
    confidence: float = hparam(
        0.8, "The student follows answers that are at least so sure; 0.968 in the paper.", low=0.0, high=1.0
    )
    warm_up: float = hparam(0.2, "Share of the training in which the agreement's weight rises.", low=0.0, high=1.0)
    noise: float = hparam(0.2, "Points are shaken by so much, in their own units.", low=0.0, high=10.0)
    move: float = hparam(0.05, "Images are moved by up to this share of their side.", low=0.0, high=0.5)


class MeanTeacher(Strategy[MeanTeacherHParams]):
    card = Card(
        key="mean-teacher",
        title="Mean teacher (self-ensembling)",
        family=Family.SELF_TRAINING,
        idea="A student learns the source, and to agree on shaken target images with the average of its former selves.",
        source="French et al., ICLR 2018, arXiv:1706.05208, section 3; Tarvainen & Valpola, NeurIPS 2017, "
        "arXiv:1703.01780, eq. 1",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy of the student on labelled source images.",
            "disagreement": "Mean squared difference of student and teacher on two views of the target images of "
            "which the teacher is sure.",
            "lag": "Mean absolute difference between the weights of student and teacher.",
        },
        use="When answers about the target are right but shaky: the average is steadier than any of its members.",
        avoid="When no small change of an image is known that leaves its class alone.",
        assumes="Classes lie apart, and views of one image belong together.",
        cost="3 × plain training",
        trains={"adapt": ("backbone", "head")},
        flow=(
            "source > student > cross-entropy",
            "target > shaken > student > agreement",
            "target > shaken > teacher, their average > agreement",
        ),
        promise=Promise("moons", over="source-only", points=12, seeds=5),
    )
    HParams = MeanTeacherHParams

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        # The network that is kept and asked is the teacher; it never sees a source image, so that its
        # statistics are the target's.
        teacher, student = self.network, deepcopy(self.network)
        augment = Augment(shift=hparams.move, turn=0, zoom=0, jitter=hparams.noise)
        descend = Descent({student: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for k, ((images, labels), target_images) in self.phase(
            "adapt", hparams.steps, numbered(streams), keep=[descend, student]
        ):
            rising = exp(-5 * (1 - min(1.0, (k + 1) / (hparams.warm_up * hparams.steps + 1))) ** 2)
            with torch.no_grad():
                taught = teacher(augment(target_images))  # (B, C)
            classification = F.cross_entropy(student(augment(images)), labels)
            disagreement = consistency(student(augment(target_images)), taught, hparams.confidence)
            descend(classification + hparams.agree * rising * disagreement)
            lag = follow(teacher, student, hparams.memory)
            yield {"classification": classification, "disagreement": disagreement, "lag": lag}


@torch.no_grad()
def follow(teacher: nn.Module, student: nn.Module, memory: float) -> Tensor:
    """θ' ← α θ' + (1 − α) θ for every weight; returns how far they were apart, in the mean."""
    pairs = list(zip(teacher.parameters(), student.parameters(), strict=True))
    lag = torch.cat([(mine - theirs).abs().flatten() for mine, theirs in pairs]).mean()
    for mine, theirs in pairs:
        mine.lerp_(theirs, 1 - memory)
    return lag
