"""Evaluators hold the answers, out of every strategy's reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
import torch.nn.functional as F

from tlcore.strategies import Strategy
from tlcore.training.exams import QUICK, Exam, Sheet, logits_of
from tlcore.training.grouping import Groups
from tlcore.training.validating import NO_PICKING, Picking

__all__ = ["Accuracy", "Evaluator", "Exam", "Open", "Unseen"]


class Evaluator(Protocol):
    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        """Numbers by name; called in evaluation mode, without gradients."""
        ...


@dataclass(frozen=True)
class Accuracy:
    """`source_accuracy`, `target_accuracy` in [0, 1], of how many `_items`, and the mean cross-entropies, in nats.

    While training goes on, at most `quick` test images of each domain are asked, always the same
    ones; the final evaluation asks all of them, and tells the calibration error `_ece` as well. `target_top_answer` and
    `target_top_label` are the shares of the most frequent answer and of the most frequent class. With `groups` the
    worst group's accuracy stands beside; with `picking` a validator sees the answers, without the target's labels.
    """

    exam: Exam
    quick: int = QUICK
    picking: Picking = NO_PICKING
    groups: Groups | None = None

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        quick = None if final else self.quick
        source, target = self.exam.asked(strategy, quick)
        told = source.graded("source", final=final) | target.graded("target", final=final) | target.balance("target")
        if self.groups is not None:
            told |= self.groups.worst("source", source.domain, source.right)
            told |= self.groups.worst("target", target.domain, target.right)
        return told | _chosen_by(strategy, self.exam, source, target, self.picking, self.quick, final=final)


@dataclass(frozen=True)
class Unseen:
    """Generalised zero-shot: how well the target's classes are named, apart for those that the source showed.

    `seen_accuracy` and `unseen_accuracy` are means over classes, with all classes as possible answers,
    and `harmonic_mean` is theirs: near 0 when either is. Xian et al., TPAMI 2019, arXiv:1707.00600, section 4.
    """

    exam: Exam
    quick: int = QUICK

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        _, domain = list(self.exam.parts(None if final else self.quick))[1]
        labels = domain.answers()
        right = (logits_of(strategy, domain).argmax(1) == labels).float()
        per_class = {int(label): float(right[labels == label].mean()) for label in labels.unique()}
        shown = set(self.exam.source.answers().tolist())
        seen = _mean(value for label, value in per_class.items() if label in shown)
        unseen = _mean(value for label, value in per_class.items() if label not in shown)
        harmonic = 2 * seen * unseen / (seen + unseen) if seen + unseen else 0.0
        return {"seen_accuracy": seen, "unseen_accuracy": unseen, "harmonic_mean": harmonic}


@dataclass(frozen=True)
class Open:
    """An open label set: accuracy on the classes that both domains know, and whether the others are noticed.

    `source_accuracy` and `target_accuracy`, and what else `Accuracy` tells, leave unknown classes out. `unknown_auroc`
    is the chance that an image of an unknown class is less confident (largest softmax value) than one of a known class;
    0.5 is guessing. Hendrycks & Gimpel, ICLR 2017, arXiv:1610.02136.
    """

    exam: Exam
    quick: int = QUICK
    picking: Picking = NO_PICKING
    groups: Groups | None = None

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        from sklearn.metrics import roc_auc_score  # takes seconds to import, and few runs need it

        values: dict[str, float] = {}
        shown = self.exam.source.answers().unique()
        source, target = self.exam.asked(strategy, None if final else self.quick)
        for name, sheet in (("source", source), ("target", target)):
            known = torch.isin(sheet.domain.answers(), shown)
            asked = sheet.at(known.nonzero()[:, 0])
            values |= asked.graded(name, final=final)
            if self.groups is not None:
                values |= self.groups.worst(name, asked.domain, asked.right)
            if name == "target":
                values |= asked.balance(name)
                confidence = F.softmax(sheet.logits, dim=1).amax(1)
                values["unknown_auroc"] = float(roc_auc_score(known.cpu().numpy(), confidence.cpu().numpy()))
        return values | _chosen_by(strategy, self.exam, source, target, self.picking, self.quick, final=final)


def _chosen_by(
    strategy: Strategy[Any], exam: Exam, source: Sheet, target: Sheet, picking: Picking, quick: int, *, final: bool
) -> dict[str, float]:
    """`source_validation_accuracy` where there are images for it, and what the validator says of which it keeps one.

    The validator sees the same rows at the end as in between: its number may depend on how many there are. It looks at
    the source's test images where there are none for validation.
    """
    validation = exam.validated(strategy, None if final else quick)
    told: dict[str, float] = {}
    if validation is not None:
        told["source_validation_accuracy"] = validation.accuracy
        told["source_validation_items"] = float(len(validation.domain))
    near, far = (validation or source).first(quick), target.first(quick)
    return told | dict(picking.told(strategy, near.domain, near.logits, far.domain, far.logits))


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
