"""How the strategies of a comparison stand: means over seeds, gains over the source alone, and who wins for certain.

Plain data and no judgement by eye: every mean has its 95 % t-interval, every gain is paired by seed, and where
intervals overlap there is no winner.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tlcore import catalogue
from tlcore.errors import RequestError
from tlcore.intervals import Interval, gain, over_seeds
from tlcore.runs.likeness import by_mark, mark
from tlcore.runs.references import MEASURE, SOURCE_ONLY, reference
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec

UNCLEAR = "no clear winner"


@dataclass(frozen=True)
class Standing:
    """One experiment over its seeds: everything in `spec` but the seed is the same in all runs."""

    spec: RunSpec
    runs: Sequence[Run]  # finished, one a seed
    gain: Interval | None  # over the source alone, paired by seed; None without a pair, and for the source itself

    @property
    def accuracies(self) -> list[float]:
        return [run.metrics[MEASURE] for run in self.runs]

    @property
    def accuracy(self) -> Interval:
        return over_seeds(self.accuracies)

    @property
    def seconds(self) -> float:
        """Of training, as a mean over seeds."""
        return sum(run.seconds for run in self.runs) / len(self.runs)

    @property
    def oracle(self) -> bool:
        """Whether it learns from all labels of the target, so that it takes no part in who wins."""
        return bool(catalogue.strategy(self.spec.strategy)["card"]["needs"][1] == "labels")

    def as_json(self) -> dict[str, Any]:
        spec = {name: value for name, value in self.spec.as_json().items() if name not in ("seed", "steps", "device")}
        told = {"n": len(self.runs), "seeds": [run.spec.seed for run in self.runs], "seconds": self.seconds}
        intervals = {MEASURE: bounds(self.accuracy), "gain_over_source_only": bounds(self.gain)}
        return {**spec, **told, **intervals, "oracle": self.oracle, "runs": [run.id for run in self.runs]}


def standings(runs: Iterable[Run]) -> list[Standing]:
    """Finished runs folded over their seeds, in the order in which they are given; a run twice counts once."""
    known = catalogue.strategies()
    every = [
        run
        for run in by_mark(runs).values()
        if run.status == "finished" and MEASURE in run.metrics and run.spec.strategy in known
    ]
    folded: dict[str, list[Run]] = {}
    for run in sorted(every, key=lambda run: run.spec.seed):
        folded.setdefault(fold(run.spec), []).append(run)
    sources = References(every)
    return [Standing(each[0].spec, each, _gain(each, sources)) for each in folded.values()]


def fold(spec: RunSpec) -> str:
    """A name for an experiment whatever its seed."""
    return mark(replace(spec, seed=0))


class References:
    """The finished runs of the source alone, found by whose reference they are."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._by_data: dict[str, list[Run]] = {}
        for run in runs:
            if run.spec.strategy == SOURCE_ONLY:
                self._by_data.setdefault(_data(run.spec), []).append(run)

    def of(self, spec: RunSpec) -> Run | None:
        """The source alone with the same data, backbone and seed as `spec`.

        Best is one with the same value of every hyper-parameter that both have; else one at its defaults that
        took as many steps. There is none for the source alone itself.
        """
        if spec.strategy == SOURCE_ONLY:
            return None
        among = self._by_data.get(_data(spec), [])
        for run in among:
            if all(spec.hparams.get(name, value) == value for name, value in run.spec.hparams.items()):
                return run
        if not among:
            return None
        try:
            plain = reference(spec, SOURCE_ONLY).hparams
        except RequestError:  # of data that has gone meanwhile
            return None
        return next((run for run in among if run.spec.hparams == plain), None)


def winner(among: Sequence[Standing]) -> Standing | None:
    """Who is ahead for certain: whose interval lies above that of every other; None if any two at the top overlap.

    A strategy that learns from all target labels is no rival and takes no part.
    """
    rivals = sorted((each for each in among if not each.oracle), key=lambda each: -each.accuracy.value)
    if len(rivals) < 2:
        return None
    first, rest = rivals[0], rivals[1:]
    return first if all(first.accuracy.low > each.accuracy.high for each in rest) else None


def by_scenario(among: Iterable[Standing]) -> dict[str, list[Standing]]:
    """Standings that may be held against each other: the same data, dials and backbone, whatever the strategy."""
    found: dict[str, list[Standing]] = {}
    for each in among:
        found.setdefault(_data(replace(each.spec, seed=0)), []).append(each)
    return found


def bounds(interval: Interval | None) -> Mapping[str, float | int | None] | None:
    """As JSON: an interval without end, as of one seed, has no bounds."""
    if interval is None:
        return None
    low, high = (None if interval.n == 1 else each for each in (interval.low, interval.high))
    return {"mean": interval.value, "low": low, "high": high, "n": interval.n}


def _gain(runs: Sequence[Run], sources: References) -> Interval | None:
    pairs = [(run, other) for run in runs if (other := sources.of(run.spec)) is not None]
    if not pairs:
        return None
    return gain([run.metrics[MEASURE] for run, _ in pairs], [other.metrics[MEASURE] for _, other in pairs])


def _data(spec: RunSpec) -> str:
    """All that a reference has in common with what it is held against."""
    same = (spec.scenario, spec.shift, dict(spec.settings), spec.backbone, spec.weights, spec.augment, spec.seed)
    return json.dumps(same, sort_keys=True)
