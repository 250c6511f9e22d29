"""Exams in which classes have no lasting names: episodes of new ones, and clusters that are called by who fits best."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import torch
from torch import Tensor

from tlcore.data import Domain
from tlcore.strategies import Strategy
from tlcore.training.exams import QUICK, Exam, logits_of


@dataclass(frozen=True)
class Episodes:
    """Few-shot problems: `way` classes, `shot` labelled examples of each, and questions about them.

    `source_accuracy` is over classes that the source shows for training (in held-out images), and
    `target_accuracy` over the target's, in [0, 1]; `target_interval` is half the width of its 95 %
    interval over episodes. The episodes are always the same.
    """

    exam: Exam
    way: int = 5
    shot: int = 1
    query: int = 5
    quick: int = 12
    all: int = 300

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        count = self.all if final else self.quick
        values: dict[str, float] = {}
        for name, domain in self.exam.parts():
            right = self._answered(strategy, domain, count)  # (count,)
            values[f"{name}_accuracy"] = float(right.mean())
            if name == "target":
                values["target_interval"] = float(1.96 * right.std() / sqrt(count))
        return values

    def _answered(self, strategy: Strategy[Any], domain: Domain, count: int) -> Tensor:
        episodes = domain.episodes(self.way, self.shot, self.query)
        shares = []
        for k in range(count):
            episode = episodes.at(k)
            logits = strategy.adapted((episode.support, episode.support_labels))(episode.query)  # (way * query, way)
            shares.append((logits.argmax(1) == episode.query_labels).float().mean())
        return torch.stack(shares).cpu()


@dataclass(frozen=True)
class Clusters:
    """Groups without names: each is called by the class that makes most of them right, then graded.

    The matching is one to one and is found on the target's answers (the Hungarian method), as is the
    custom for clustering: an oracle, used for grading alone. `target_nmi` needs no matching: normalised
    mutual information of groups and classes, 0 for unrelated and 1 for the same.
    """

    exam: Exam
    quick: int = QUICK

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        from sklearn.metrics import normalized_mutual_info_score

        values: dict[str, float] = {}
        for name, domain in self.exam.parts(None if final else self.quick):
            found, labels = logits_of(strategy, domain).argmax(1).cpu(), domain.answers().cpu()
            values[f"{name}_accuracy"] = matched_accuracy(found, labels)
            if name == "target":
                values["target_nmi"] = float(normalized_mutual_info_score(labels.numpy(), found.numpy()))
        return values


def matched_accuracy(found: Tensor, labels: Tensor) -> float:
    """The share of rows that are right under the best one-to-one naming of groups by classes.

    found (N,), labels (N,) → in [0, 1]; a group without a class of its own is wrong throughout.
    """
    from scipy.optimize import linear_sum_assignment

    size = int(torch.cat([found, labels]).max()) + 1
    counts = torch.zeros(size, size, dtype=torch.int64)
    counts.index_put_((found, labels), torch.ones_like(labels), accumulate=True)
    groups, classes = linear_sum_assignment(counts.numpy(), maximize=True)
    return float(counts[groups, classes].sum()) / len(labels)
