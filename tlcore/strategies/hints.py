"""FitNets: a teacher hints at what the student's middle layer should see; then the student learns its answers."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, seed_of
from tlcore.descent import Descent, cosine
from tlcore.hparams import hparam
from tlcore.losses.distillation import distillation, hint
from tlcore.networks import Network
from tlcore.networks.heard import alike, heard
from tlcore.networks.teachers import TEACHERS, agreement, build_teacher, frozen
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class HintsHParams(Training):
    steps: int = hparam(500, "Steps of the student on labels and answers.", low=1, high=1_000_000, log=True)
    teacher: str = hparam(
        "auto", "Backbone of the teacher; 'auto' is a wide one that suits the inputs.", among=TEACHERS
    )
    teacher_steps: int = hparam(500, "Steps of the teacher, first.", low=1, high=1_000_000, log=True)
    teacher_lr: float = hparam(0.003, "Learning rate of the teacher at its start.", low=1e-6, high=10.0, log=True)
    hint_steps: int = hparam(300, "Steps on the hint, second.", low=1, high=1_000_000, log=True)
    move: float = hparam(
        0.1, "How far the teacher's inputs are moved, as a share of their side; of points, the jitter.", low=0, high=0.5
    )
    turn: float = hparam(15.0, "How far the teacher's images are turned at most, in degrees.", low=0.0, high=90.0)
    temperature: float = hparam(4.0, "Temperature T of the answers; 3 in the paper.", low=0.1, high=100.0)
    soft: float = hparam(0.9, "Weight of the teacher's answers; the labels have the rest.", low=0.0, high=1.0)


class Hints(Strategy[HintsHParams]):
    card = Card(
        key="hints",
        title="Hints (FitNets)",
        family=Family.DISTILLATION,
        idea="Half-way through, a student first learns to see what its teacher sees there; then it learns the answers.",
        source="Romero et al., ICLR 2015, arXiv:1412.6550, eq. 3, 4 and algorithm 1",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "teacher": "Cross-entropy of the teacher on labelled source inputs, moved and turned.",
            "hint": "Half the mean squared difference between the teacher's middle stage and what a regressor makes "
            "of the student's; 0 is equal.",
            "classification": "Cross-entropy of the student on labelled source inputs.",
            "soft answers": "T² × divergence of the student's softened answers from the teacher's; 0 when equal.",
            "agreement": "Share of the inputs of a step for which teacher and student name the same class.",
        },
        use="When the student is deep and thin, and answers alone do not get it going.",
        avoid="When the student learns easily: the answers alone then say as much.",
        assumes="What the teacher sees half-way can be had from fewer units by a linear map.",
        cost="The teacher's training, then twice plain training and the teacher's forward passes",
        trains={"teach": (), "hint": ("backbone",), "distil": ("backbone", "head")},
        flow=(
            "source > teacher > cross-entropy",
            "source + target > first half of backbone > regressor > difference from teacher*",
            "source > backbone > head > cross-entropy",
            "source + target > teacher* > softened answers > backbone + head",
        ),
        promise=Promise("handwritten-to-rotated", over="source-only", points=24, shift=30),
    )
    HParams = HintsHParams

    def length(self) -> int:
        return self.hparams.teacher_steps + self.hparams.hint_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        teacher = build_teacher(hparams.teacher, network, task.source.inputs[:1], seed=seed_of("teacher", task.seed))
        view = Augment(shift=hparams.move, turn=hparams.turn, zoom=0.0, jitter=hparams.move)
        learn = Descent({teacher: hparams.teacher_lr}, hparams.teacher_steps, schedule=cosine)
        labelled = task.source.batches(hparams.batch)
        for inputs, labels in self.phase("teach", hparams.teacher_steps, labelled, keep=[learn, teacher]):
            classification = F.cross_entropy(teacher(view(inputs)), labels)
            learn(classification)
            yield {"teacher": classification}

        frozen(teacher)
        streams = both(labelled, task.target.unlabelled(hparams.batch))
        regressor = _regressor(network, teacher, task.source.inputs[:2])
        follow = Descent({network.backbone: hparams.lr, regressor: hparams.lr}, hparams.hint_steps)
        for (inputs, _), unlabelled in self.phase("hint", hparams.hint_steps, streams, keep=[follow, regressor]):
            guided, wanted = _middle(network, teacher, torch.cat([inputs, unlabelled]))  # (2B, C, ...), (2B, C', ...)
            difference = hint(regressor(guided), wanted)
            follow(difference)
            yield {"hint": difference}

        descend = Descent({network: hparams.lr}, hparams.steps)
        for (inputs, labels), unlabelled in self.phase("distil", hparams.steps, streams, keep=[descend]):
            logits = network(torch.cat([inputs, unlabelled]))  # (2B, classes)
            with torch.no_grad():
                answers = teacher(torch.cat([inputs, unlabelled]))  # (2B, classes)
            classification = F.cross_entropy(logits[: len(labels)], labels)
            soft = distillation(logits, answers, hparams.temperature)
            descend((1 - hparams.soft) * classification + hparams.soft * soft)
            yield {"classification": classification, "soft answers": soft, "agreement": agreement(logits, answers)}


def _middle(student: Network, teacher: Network, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """What both middle stages put out for the inputs, at as many places each."""
    outputs = []
    for network in (student, teacher):
        stages = network.backbone.stages
        with heard([stages[len(stages) // 2]]) as middle:
            network.backbone(inputs)
        outputs += middle
    return alike(outputs[0], outputs[1].detach())


def _regressor(student: Network, teacher: Network, inputs: Tensor) -> nn.Module:
    """A linear map, at each place, from the student's channels to the teacher's."""
    student.eval()  # only shapes are wanted: nothing should count these inputs
    with torch.no_grad():
        guided, wanted = _middle(student, teacher, inputs)
    student.train()
    inside, outside = guided.shape[1], wanted.shape[1]
    linear = nn.Conv2d(inside, outside, 1) if guided.ndim == 4 else nn.Linear(inside, outside)
    return linear.to(inputs.device)
