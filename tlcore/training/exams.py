"""The exam: held-out images with their labels, out of every strategy's reach, and what it answered to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.calibration import calibration_error, reliability
from tlcore.data import AT_ONCE, Domain
from tlcore.strategies import Strategy

QUICK = 200  # images of a domain that are asked about while training goes on; final exams ask all
POINTS = 5  # times as many, where they are points, which cost next to nothing
VALIDATION = "source_validation"


Moment = tuple[int, int | None, int, int, int]


class Sheet(NamedTuple):
    """What a strategy answered to rows of an exam."""

    domain: Domain
    logits: Tensor  # (N, C)

    def first(self, quick: int) -> "Sheet":
        """The rows that are asked while training goes on, of however many there are."""
        domain = first(self.domain, quick)
        return Sheet(domain, self.logits[: len(domain)])

    def at(self, rows: Tensor) -> "Sheet":
        return Sheet(self.domain.at(rows), self.logits[rows])

    @property
    def right(self) -> Tensor:
        """Which rows (N,) were answered with their class."""
        return self.logits.argmax(1) == self.domain.answers()

    @property
    def accuracy(self) -> float:
        return float(self.right.float().mean())

    def graded(self, name: str, *, final: bool) -> dict[str, float]:
        """`accuracy` in [0, 1], `loss` in nats, of how many `items`, and of a final one `ece` in [0, 1]."""
        labels = self.domain.answers()
        told = {"accuracy": self.accuracy, "loss": float(F.cross_entropy(self.logits, labels))}
        told["items"] = float(len(labels))
        if final and len(labels):
            told["ece"] = calibration_error(reliability(F.softmax(self.logits, dim=1).cpu(), labels.cpu()))
        return {f"{name}_{measure}": value for measure, value in told.items()}

    def balance(self, name: str) -> dict[str, float]:
        """The share (0 to 1) of the class that is answered most often, and of the one that is there most often."""
        return {
            f"{name}_top_answer": _most(self.logits.argmax(1)),
            f"{name}_top_label": _most(self.domain.answers()),
        }


@dataclass(frozen=True)
class Exam:
    """Held-out test images of both domains, with their labels; and of the source some to choose by, if there are."""

    source: Domain
    target: Domain
    validation: Domain | None = None  # source images, neither trained on nor in `source`
    _last: list[tuple[Moment, tuple[Sheet, Sheet]]] = field(default_factory=list, compare=False, repr=False)

    def to(self, device: torch.device | str) -> "Exam":
        return Exam(self.source.to(device), self.target.to(device), self.validation and self.validation.to(device))

    def parts(self, quick: int | None = None) -> Iterable[tuple[str, Domain]]:
        """Both domains by name, or the first `quick` rows of each: test rows come shuffled."""
        return (("source", first(self.source, quick)), ("target", first(self.target, quick)))

    def asked(self, strategy: Strategy[Any], quick: int | None = None) -> tuple[Sheet, Sheet]:
        """One pass of the images of `parts` through a strategy: what it answered to the source's and the target's.

        Whoever asks the same again before it has learnt on gets the same sheets, and no further pass.
        """
        now = _moment(strategy, quick)
        if now is not None and self._last and self._last[0][0] == now:
            return self._last[0][1]
        source, target = (Sheet(domain, logits_of(strategy, domain)) for _, domain in self.parts(quick))
        self._last[:] = [] if now is None else [(now, (source, target))]
        return source, target

    def validated(self, strategy: Strategy[Any], quick: int | None) -> Sheet | None:
        """The same for the source images that settings may be chosen by, where there are any."""
        if self.validation is None:
            return None
        domain = first(self.validation, quick)
        return Sheet(domain, logits_of(strategy, domain))


def _most(classes: Tensor) -> float:
    """The share (0 to 1) of the most frequent of classes (N,); 0 of none."""
    return float(classes.bincount().max()) / len(classes) if len(classes) else 0.0


def _moment(strategy: Strategy[Any], quick: int | None) -> Moment | None:
    """What changes whenever a strategy learns or is given other weights; None for what is no real strategy."""
    journal, network = getattr(strategy, "journal", None), getattr(strategy, "network", None)
    if journal is None or network is None:
        return None
    weights = [value for part in vars(strategy).values() if isinstance(part, nn.Module) for value in part.parameters()]
    return id(strategy), quick, journal.step, len(weights), sum(value._version for value in weights)


def first(domain: Domain, quick: int | None) -> Domain:
    """All rows, or the first `quick` of them; of points five times as many."""
    if quick is None:
        return domain.at(slice(None))
    return domain.at(slice(quick * POINTS if domain.inputs.ndim == 2 else quick))


def logits_of(strategy: Strategy[Any], domain: Domain) -> Tensor:
    return torch.cat([strategy.predict(inputs) for inputs in domain.once(AT_ONCE)]).float()  # (N, classes)
