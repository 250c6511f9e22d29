"""One experiment with several seeds: how its curves go on average, and how far chance moves that mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from tlcore.intervals import Interval, over_seeds
from tlcore.runs.likeness import by_mark
from tlcore.runs.references import PENDING
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.standings import fold
from tlcore.runs.store import Store

CURVES = ("source_accuracy", "target_accuracy")
KEPT = "kept_target_accuracy"


@dataclass(frozen=True)
class Band:
    """Runs that differ in nothing but their seed, the finished ones by seed."""

    runs: Sequence[Run]
    waiting: int  # of the same experiment, queued or training
    steps: Sequence[int]  # at which every finished run was evaluated
    curves: Mapping[str, Sequence[Interval]]  # by name: at every step the mean with its 95 % t-interval

    @property
    def seeds(self) -> list[int]:
        return [run.spec.seed for run in self.runs]

    def at_end(self, measure: str) -> Interval | None:
        """Of all finished runs the mean of a measure; None where one of them lacks it."""
        told = [run.metrics.get(measure) for run in self.runs]
        return over_seeds([each for each in told if each is not None]) if told and None not in told else None

    def as_json(self) -> dict[str, Any]:
        curves = {
            name: {
                "mean": [each.value for each in curve],
                "low": [_finite(each.low) for each in curve],
                "high": [_finite(each.high) for each in curve],
            }
            for name, curve in self.curves.items()
        }
        return {"seeds": self.seeds, "waiting": self.waiting, "steps": list(self.steps), "curves": curves}


def band(store: Store, spec: RunSpec) -> Band:
    """The band of a completed spec, whatever its seed, from the runs that the store holds."""
    own = fold(spec)
    among = sorted(
        (run for run in by_mark(store.runs()).values() if fold(run.spec) == own), key=lambda run: run.spec.seed
    )
    runs = [run for run in among if run.status == "finished"]
    waiting = sum(run.status in PENDING for run in among)
    if len(runs) < 2:
        return Band(runs, waiting, [], {})
    told = [_evaluated(store, run) for run in runs]
    steps = sorted(set.intersection(*(set(each) for each in told)))
    curves = {
        name: [over_seeds([each[step][name] for each in told]) for step in steps]
        for name in CURVES
        if all(name in each[step] for each in told for step in steps)
    }
    return Band(runs, waiting, steps, curves)


def missing(store: Store, spec: RunSpec, count: int) -> list[RunSpec]:
    """What is not there yet, nor on its way, of `count` seeds from the spec's own on."""
    wanted = [replace(spec, seed=spec.seed + more) for more in range(count)]
    own = fold(spec)
    there = {
        run.spec.seed
        for run in by_mark(store.runs()).values()
        if (run.status == "finished" or run.status in PENDING) and fold(run.spec) == own
    }
    return [each for each in wanted if each.seed not in there]


def _evaluated(store: Store, run: Run) -> dict[int, Mapping[str, float]]:
    return {each.step: each.event.values for each in store.events(run.id, kinds=("evaluated",))}  # type: ignore[union-attr]


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
