"""IRM: features for which one classifier is best in every environment."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.invariance import environment_risks, invariance_penalty
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class IRMHParams(Training):
    batch: int = hparam(500, "Images in one step; few make the penalty a matter of luck.", low=4, high=4096, log=True)
    penalty: float = hparam(1000.0, "Weight λ of the penalty, after the first steps.", low=0.0, high=1e6, log=True)
    first_steps: int = hparam(200, "Steps with a weight of 1, before the penalty is turned up.", low=0, high=1_000_000)
    decay: float = hparam(0.01, "Weight decay of AdamW.", low=0.0, high=100.0)


class IRM(Strategy[IRMHParams]):
    card = Card(
        key="irm",
        title="Invariant risk minimisation",
        family=Family.BIAS,
        idea="Trust only what predicts the label equally well in every environment of the source.",
        source="Arjovsky et al. 2019, arXiv:1907.02893, IRMv1 (section 3.1) and appendix D",
        needs=(Access.LABELS, Access.NOTHING),
        curves={
            "classification": "Cross-entropy on labelled source images, mean of the environments.",
            "penalty": "How much the environments disagree on the classifier's scale, squared; about 0: they agree.",
        },
        use="When the source comes from several places in which a misleading cue is strong to different degrees.",
        avoid="With one environment, or with some in which the cue misleads equally: they look the same to it.",
        assumes="What tells the class holds in all environments; what misleads changes between them.",
        cost="1 × plain training",
        trains={"first steps": ("backbone", "head"), "invariance": ("backbone", "head")},
        flow=("source environments > backbone > head > cross-entropy in each > penalty",),
        wants=("environments",),
        promise=Promise("colored-digits", over="source-only", points=10),
    )
    HParams = IRMHParams

    def length(self) -> int:
        return self.hparams.first_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        hparams = self.hparams
        yield from self._learn(task, "first steps", hparams.first_steps, 1.0)
        yield from self._learn(task, "invariance", hparams.steps, hparams.penalty)

    def _learn(self, task: Task, name: str, steps: int, weight: float) -> Iterator[Values]:
        # A fresh optimiser a phase: the momentum of one objective would mislead the other.
        descend = Descent({self.network: self.hparams.lr}, steps, weight_decay=self.hparams.decay)
        column = task.factor("environment")
        count = len(task.factors[column].values)
        for images, labels, factors in self.phase(
            name, steps, task.source.described(self.hparams.batch), keep=[descend]
        ):
            logits = self.network(images)  # (B, C)
            member = F.one_hot(factors[:, column], count).to(logits)  # (B, E)
            losses = F.cross_entropy(logits, labels, reduction="none")  # (B,)
            present = (member.sum(0) > 0).sum()
            classification = environment_risks(losses, member).sum() / present
            penalty = invariance_penalty(logits, labels, member)
            # With a large weight the whole is divided by it, so that the step stays as long as before.
            descend((classification + weight * penalty) / max(1.0, weight))
            yield {"classification": classification, "penalty": penalty}
