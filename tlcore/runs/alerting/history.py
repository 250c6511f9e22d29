"""What a run has told until now, as plain numbers: all that its alerts are made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple

from tlcore.runs.encoding import StoredKind
from tlcore.training.events import PHASE, Evaluated, Finished, Measured, Observed

LABELLED = ("classification", "probe")  # what strategies call it


class Point(NamedTuple):
    step: int
    value: float


class Graded(NamedTuple):
    """One evaluation: accuracies in [0, 1], and how the answers to the target's images are spread."""

    step: int
    source: float
    target: float
    top_answer: float = 0.0  # the largest share of them that got one class
    top_label: float = 1.0  # the largest share that is of one class
    taught: bool = True  # the network has learnt from labels until then, and not only some other part or task


class Broken(NamedTuple):
    """A number that is none."""

    step: int
    name: str


@dataclass
class History:
    """Mutable: grows with every event."""

    losses: dict[str, list[Point]] = field(default_factory=dict)  # what strategies measure, by its name
    grades: list[Graded] = field(default_factory=list)
    judged: list[Point] = field(default_factory=list)  # the judge's accuracy in [0, 1]
    phases: list[int] = field(default_factory=lambda: [0])  # the steps at which they begin
    broken: Broken | None = None  # the first one
    seen: int = 0  # the step of the last picture before that

    @classmethod
    def of(cls, events: Iterable[StoredKind]) -> "History":
        history = cls()
        for event in events:
            history.take(event)
        return history

    def take(self, event: StoredKind) -> bool:
        """Take in an event; whether there may be something to say that was not there before."""
        match event:
            case Measured(step, values):
                for name, value in values.items():
                    if isfinite(value):
                        self.losses.setdefault(name, []).append(Point(step, value))
                    elif self.broken is None:
                        self.broken = Broken(step, name)
                return self.broken is not None
            case Evaluated(step, values) | Finished(step, values):
                self._graded(step, values)
                return True
            case Observed(step, name, values):
                if name == PHASE:
                    self.phases.append(step)
                if name == "frame" and self.broken is None:
                    self.seen = step
                if "judge" in values:
                    self.judged.append(Point(step, values["judge"]))
        return False

    @property
    def phase(self) -> int:
        """The step at which the phase began that it is in."""
        return self.phases[-1]

    def labelled(self) -> tuple[str, list[Point]]:
        """The loss of answers to labelled images, in nats: its name and its course in this phase."""
        for name in LABELLED:
            points = [each for each in self.losses.get(name, ()) if each.step > self.phase]
            if points:
                return name, points
        return "", []

    def _graded(self, step: int, values: Mapping[str, float]) -> None:
        source, target = values.get("source_accuracy"), values.get("target_accuracy")
        if source is None or target is None or (self.grades and step <= self.grades[-1].step):
            return  # the end tells the last evaluation again
        spread = values.get("target_top_answer", 0.0), values.get("target_top_label", 1.0)
        self.grades.append(Graded(step, source, target, *spread, any(name in self.losses for name in LABELLED)))
