"""What one accuracy hides: who is right in which group, and whether the network is as often right as it says."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from tlcore.calibration import calibration_error, reliability
from tlcore.strategies import Strategy
from tlcore.training.events import Array, Observed
from tlcore.training.exams import QUICK, Exam, Sheet
from tlcore.training.grouping import Groups

NAME = "grades"  # of what is observed


class Grades:
    """A few times in a run, and at its end of all test images: a reliability diagram, and accuracy by group.

    For each domain `reliability/source` (B, 5) holds a row a stretch of certainty: mean certainty, share that is right,
    its Wilson interval, and how many; `groups/source` (G, 4) share, interval and how many of every group, NaN where
    there are too few. `ece_source` is the calibration error in [0, 1]. Images of classes that the source does not
    show cannot be named, and are left out.
    """

    def __init__(self, exam: Exam, groups: Groups | None, length: int, looks: int = 6) -> None:
        self._exam, self._groups, self._length = exam, groups, length
        self._every = max(1, length // looks)
        self._next = self._every

    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        end = step >= self._length
        if step < self._next and not end:
            return
        self._next = step + self._every
        shown = self._exam.source.answers().unique()
        words: dict[str, Any] = {}
        arrays: dict[str, Array] = {}
        if self._groups is not None:
            words |= {"groups": self._groups.names, "factor": self._groups.factor.name}
        for name, sheet in zip(("source", "target"), self._exam.asked(strategy, None if end else QUICK)):
            known = sheet.at(torch.isin(sheet.domain.answers(), shown).nonzero()[:, 0])
            if not len(known.domain):
                continue
            words[f"ece_{name}"], arrays[f"reliability/{name}"] = _diagram(known)
            words[f"items_{name}"] = len(known.domain)
            if self._groups is not None:
                arrays[f"groups/{name}"] = _by_group(known, self._groups)
        yield Observed(step, NAME, words, arrays)


def _diagram(sheet: Sheet) -> tuple[float, Array]:
    """The calibration error, and rows (B, 5) of a reliability diagram."""
    diagram = reliability(F.softmax(sheet.logits, dim=1).cpu(), sheet.domain.answers().cpu())
    rows = [[each.certain, each.right.value, each.right.low, each.right.high, each.right.n] for each in diagram]
    return calibration_error(diagram), np.array(rows, dtype=np.float32)


def _by_group(sheet: Sheet, groups: Groups) -> Array:
    found = groups.accuracies(sheet.domain, sheet.right)
    rows = [[*found[name]] if name in found else [np.nan] * 4 for name in groups.names]
    return np.array(rows, dtype=np.float32)
