"""Every validator and the oracle beside it, ten times in a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.chosen import ORACLE
from benchmarks.measuring import Beyond, Result
from tlcore.training.validating import PREFIX, Validators

CHECKPOINTS = 10
UNSEEN = "harmonic_mean"  # what counts where some classes have no example


@dataclass
class Recorder:
    """Every evaluation but the first with all validators; numbered, so that each can be found again."""

    graders: list[Any]
    validators: Validators
    calls: int = 0
    seen: dict[str, float] = field(default_factory=dict)

    def evaluate(self, strategy: Any, *, final: bool) -> Mapping[str, float]:
        # All held-out images each time: the best of ten would else be the luckiest of small samples.
        told = {name: value for each in self.graders for name, value in each.evaluate(strategy, final=True).items()}
        self.calls += 1
        if self.calls > 1:  # the first is of an untrained network
            told |= self.validators.evaluate(strategy, final=final)
            place = self.calls - 1
            self.seen |= {f"{place}:{name}": value for name, value in told.items() if PREFIX in name}
            self.seen[f"{place}:{ORACLE}"] = told.get(UNSEEN, told[ORACLE])
        return told


def watched(built: Any) -> Any:
    exam, target = built.prepared.exam, built.prepared.task.target.without_labels()
    return replace(built, evaluators=[Recorder(list(built.evaluators), Validators(exam.source, target, thorough=True))])


def history(built: Any) -> Mapping[str, float]:
    return dict(built.evaluators[0].seen)


WATCHED = Beyond(before=watched, after=history, evaluations=CHECKPOINTS)


def checkpoints(result: Result) -> list[dict[str, float]]:
    """Of each checkpoint of a run what was said, in order."""
    found: dict[int, dict[str, float]] = {}
    for name, value in result.values.items():
        place, colon, what = name.partition(":")
        if colon:
            found.setdefault(int(place), {})[what.removeprefix(PREFIX)] = value
    return [found[place] for place in sorted(found)]
