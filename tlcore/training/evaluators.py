"""Evaluators hold the answers, out of every strategy's reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.data import Domain, portion
from tlcore.strategies import Strategy

FEWEST = 200  # images of a domain that are asked about, however large they are
LOOKED_AT = 1000 * 3 * 40 * 40  # values in all images of a domain that are asked about while training goes on


class Evaluator(Protocol):
    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        """Numbers by name; called in evaluation mode, without gradients."""
        ...


@dataclass(frozen=True)
class Exam:
    """Held-out test images of both domains, with their labels; and of the source some to choose by, if there are."""

    source: Domain
    target: Domain
    validation: Domain | None = None  # source images, neither trained on nor in `source`

    def to(self, device: torch.device | str) -> "Exam":
        return Exam(self.source.to(device), self.target.to(device), self.validation and self.validation.to(device))

    def parts(self, quick: int | None = None) -> Iterable[tuple[str, Domain]]:
        """Both domains by name, or the first `quick` rows of each: test rows come shuffled. Of large images, fewer."""
        return (("source", _first(self.source, quick)), ("target", _first(self.target, quick)))

    def validated(self, strategy: Strategy[Any], quick: int | None) -> dict[str, float]:
        """`source_validation_accuracy` in [0, 1] where there are images for it: what settings may be chosen by."""
        if self.validation is None:
            return {}
        return {"source_validation_accuracy": _graded(strategy, _first(self.validation, quick))["accuracy"]}


@dataclass(frozen=True)
class Accuracy:
    """`source_accuracy`, `target_accuracy` in [0, 1] and the mean cross-entropies, in nats.

    While training goes on, at most `quick` test images of each domain are asked, always the same
    ones; the final evaluation asks all of them.
    """

    exam: Exam
    quick: int = 1000

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        quick = None if final else self.quick
        graded = {
            f"{name}_{measure}": value
            for name, domain in self.exam.parts(quick)
            for measure, value in _graded(strategy, domain).items()
        }
        return graded | self.exam.validated(strategy, quick)


@dataclass(frozen=True)
class Unseen:
    """Generalised zero-shot: how well the target's classes are named, apart for those that the source showed.

    `seen_accuracy` and `unseen_accuracy` are means over classes, with all classes as possible answers,
    and `harmonic_mean` is theirs: near 0 when either is. Xian et al., TPAMI 2019, arXiv:1707.00600, section 4.
    """

    exam: Exam
    quick: int = 1000

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        _, domain = list(self.exam.parts(None if final else self.quick))[1]
        labels = domain.answers()
        right = (_logits(strategy, domain).argmax(1) == labels).float()
        per_class = {int(label): float(right[labels == label].mean()) for label in labels.unique()}
        shown = set(self.exam.source.answers().tolist())
        seen = _mean(value for label, value in per_class.items() if label in shown)
        unseen = _mean(value for label, value in per_class.items() if label not in shown)
        harmonic = 2 * seen * unseen / (seen + unseen) if seen + unseen else 0.0
        return {"seen_accuracy": seen, "unseen_accuracy": unseen, "harmonic_mean": harmonic}


@dataclass(frozen=True)
class Open:
    """An open label set: accuracy on the classes that both domains know, and whether the others are noticed.

    `source_accuracy` and `target_accuracy` leave unknown classes out. `unknown_auroc` is the chance that
    an image of an unknown class is less confident (largest softmax value) than one of a known class;
    0.5 is guessing. Hendrycks & Gimpel, ICLR 2017, arXiv:1610.02136.
    """

    exam: Exam
    quick: int = 1000

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        from sklearn.metrics import roc_auc_score  # takes seconds to import, and few runs need it

        values: dict[str, float] = {}
        shown = self.exam.source.answers().unique()
        for name, domain in self.exam.parts(None if final else self.quick):
            known = torch.isin(domain.answers(), shown)
            values |= {
                f"{name}_{measure}": value
                for measure, value in _graded(strategy, domain.at(known.nonzero()[:, 0])).items()
            }
            if name == "target":
                confidence = F.softmax(_logits(strategy, domain), dim=1).amax(1)
                values["unknown_auroc"] = float(roc_auc_score(known.cpu().numpy(), confidence.cpu().numpy()))
        return values | self.exam.validated(strategy, None if final else self.quick)


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
    quick: int = 1000

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        from sklearn.metrics import normalized_mutual_info_score

        values: dict[str, float] = {}
        for name, domain in self.exam.parts(None if final else self.quick):
            found, labels = _logits(strategy, domain).argmax(1).cpu(), domain.answers().cpu()
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


def _first(domain: Domain, quick: int | None) -> Domain:
    """All rows, or the first `quick` of them; of images wider than 40 pixels as many fewer as they are larger."""
    if quick is None:
        return domain.at(slice(None))
    return domain.at(slice(max(min(FEWEST, quick), portion(domain.inputs, quick, LOOKED_AT))))


def _graded(strategy: Strategy[Any], domain: Domain) -> dict[str, float]:
    labels = domain.answers()
    logits = _logits(strategy, domain)
    right: Tensor = (logits.argmax(1) == labels).float().mean()
    return {"accuracy": float(right), "loss": float(F.cross_entropy(logits, labels))}


def _logits(strategy: Strategy[Any], domain: Domain) -> Tensor:
    return torch.cat([strategy.predict(inputs) for inputs in domain.once(500)]).float()  # (N, classes)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
