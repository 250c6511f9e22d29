"""Distillation: a large network learns the labels; a small one learns how sure the large one is of each answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.augment import Augment
from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, seed_of
from tlcore.descent import Descent, constant, cosine
from tlcore.exhibits import Bars, Exhibit, Gallery, Row
from tlcore.hparams import hparam
from tlcore.losses.distillation import distillation
from tlcore.networks import Network
from tlcore.networks.teachers import TEACHERS, agreement, build_teacher, frozen
from tlcore.strategies.base import Strategy, Training, Values

SHOWN = 8


@dataclass(frozen=True)
class DistillHParams(Training):
    steps: int = hparam(500, "Steps of the student.", low=1, high=1_000_000, log=True)
    teacher: str = hparam(
        "auto", "Backbone of the teacher; 'auto' is a wide one that suits the inputs.", among=TEACHERS
    )
    teacher_steps: int = hparam(500, "Steps of the teacher, first.", low=1, high=1_000_000, log=True)
    teacher_lr: float = hparam(0.003, "Learning rate of the teacher at its start.", low=1e-6, high=10.0, log=True)
    teacher_dropout: float = hparam(0.0, "Share of the teacher's units that are left out in training.", low=0, high=0.9)
    move: float = hparam(
        0.1, "How far the teacher's inputs are moved, as a share of their side; of points, the jitter.", low=0, high=0.5
    )
    turn: float = hparam(15.0, "How far the teacher's images are turned at most, in degrees.", low=0.0, high=90.0)
    temperature: float = hparam(
        4.0, "Temperature T of the answers; the paper has 20 for 800 units, 2.5 to 4 for few.", low=0.1, high=100.0
    )
    soft: float = hparam(0.9, "Weight of the teacher's answers; the labels have the rest.", low=0.0, high=1.0)
    transfer_set: str = hparam(
        "both", "Whose inputs the teacher is asked about; the paper has the source.", among=("source", "target", "both")
    )
    anneal: bool = hparam(False, "Let the student's learning rate fall to 0 along a cosine, as the teacher's does.")


class Distill(Strategy[DistillHParams]):
    card = Card(
        key="distill",
        title="Distillation",
        family=Family.DISTILLATION,
        idea="A large network learns the labels; a small one learns from it how sure to be of every class.",
        source="Hinton, Vinyals & Dean, 2015, arXiv:1503.02531, section 2 (with T²) and 3",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "teacher": "Cross-entropy of the teacher on labelled source inputs, moved and turned.",
            "classification": "Cross-entropy of the student on labelled source inputs.",
            "soft answers": "T² × divergence of the student's softened answers from the teacher's; 0 when equal.",
            "agreement": "Share of the inputs asked about for which teacher and student name the same class.",
        },
        use="When a large network is good and a small one has to run; inputs without labels serve as well.",
        avoid="When the teacher is no better than the student would be by itself.",
        assumes="The teacher's wrong answers say which classes resemble each other.",
        cost="The teacher's training, then plain training and the teacher's forward passes",
        trains={"teach": (), "distil": ("backbone", "head")},
        flow=(
            "source > teacher > cross-entropy",
            "source > backbone > head > cross-entropy",
            "source + target > teacher* > softened answers > backbone + head",
        ),
        exhibits={
            "Teacher beside student": "Both answers to one target input that the teacher finds hard, softened by T: "
            "what the student learns is not only the first class, but the order of the others.",
            "Hard inputs": "The target inputs of a fixed sample that the teacher is least sure of, with its answer and "
            "the student's: marked as right where they agree, as wrong where not.",
        },
        promise=Promise("handwritten-to-rotated", over="source-only", points=24, shift=30),
    )
    HParams = DistillHParams

    def __init__(self, network: Network, hparams: DistillHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.teacher: nn.Module | None = None  # to be shown beside the student
        self.hard: Tensor | None = None  # (SHOWN, ...): what the teacher is least sure of

    def length(self) -> int:
        return self.hparams.teacher_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        teacher = build_teacher(
            hparams.teacher,
            network,
            task.source.inputs[:1],
            seed=seed_of("teacher", task.seed),
            dropout=hparams.teacher_dropout,
        )
        view = Augment(shift=hparams.move, turn=hparams.turn, zoom=0.0, jitter=hparams.move)
        learn = Descent({teacher: hparams.teacher_lr}, hparams.teacher_steps, schedule=cosine)
        labelled = task.source.batches(hparams.batch)
        for inputs, labels in self.phase("teach", hparams.teacher_steps, labelled, keep=[learn, teacher]):
            classification = F.cross_entropy(teacher(view(inputs)), labels)
            learn(classification)
            yield {"teacher": classification}

        frozen(teacher)
        self.teacher, self.hard = teacher, _hard(teacher, task.target.unlabelled(256).at(0))
        descend = Descent({network: hparams.lr}, hparams.steps, schedule=cosine if hparams.anneal else constant)
        streams = both(labelled, task.target.unlabelled(hparams.batch))
        for (inputs, labels), unlabelled in self.phase("distil", hparams.steps, streams, keep=[descend]):
            asked = {"source": inputs[:0], "target": unlabelled, "both": unlabelled}[hparams.transfer_set]
            logits = network(torch.cat([inputs, asked]))  # (B or 2B, classes)
            with torch.no_grad():
                answers = teacher(torch.cat([inputs, asked]))  # (B or 2B, classes)
            transferred = slice(len(labels) if hparams.transfer_set == "target" else 0, None)
            classification = F.cross_entropy(logits[: len(labels)], labels)
            given, wanted = logits[transferred], answers[transferred]
            soft = distillation(given, wanted, hparams.temperature)
            descend((1 - hparams.soft) * classification + hparams.soft * soft)
            yield {"classification": classification, "soft answers": soft, "agreement": agreement(given, wanted)}

    def exhibits(self) -> Sequence[Exhibit]:
        if self.teacher is None or self.hard is None:
            return ()
        answers = {"teacher": self.teacher(self.hard).float(), "student": self.predict(self.hard).float()}
        softened = {who: F.softmax(logits[0] / self.hparams.temperature, 0).tolist() for who, logits in answers.items()}
        names = [str(label) for label in range(self.network.classes)]
        shown: list[Exhibit] = [Bars("Teacher beside student", names, softened)]
        if self.hard.ndim == 4:
            pairs = torch.stack([logits.argmax(1) for logits in answers.values()], 1).tolist()  # (SHOWN, 2)
            row = Row(
                "teacher's answer, student's answer",
                self.hard.cpu().numpy(),
                [f"{first}, {second}" for first, second in pairs],
                [1 if first == second else -1 for first, second in pairs],
            )
            shown.append(Gallery("Hard inputs", (row,)))
        return shown


def _hard(teacher: nn.Module, inputs: Tensor) -> Tensor:
    """The inputs (SHOWN, ...) whose answers have the largest entropy."""
    with torch.no_grad():
        certain = F.softmax(teacher(inputs).float(), 1)  # (N, classes)
    return inputs[torch.special.entr(certain).sum(1).topk(min(SHOWN, len(inputs))).indices]
