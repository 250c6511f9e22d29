"""Did transfer help, or hurt? A run beside the runs that it has to beat, seed by seed.

Wang, Dai, Póczos & Carbonell, "Characterizing and avoiding negative transfer", CVPR 2019, arXiv:1811.09751.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tlcore import catalogue
from tlcore.intervals import Interval, negative_transfer
from tlcore.paired import p_value, paired_t
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

SOURCE_ONLY, SCRATCH = "source-only", "scratch"
SEEDS = 3  # that a comparison takes unless somebody says otherwise
MEASURE, ITEMS = "target_accuracy", "target_items"
PENDING = ("queued", "starting", "running", "paused")


@dataclass(frozen=True)
class Gap:
    """How a strategy fares against one reference, over the seeds with which both are finished."""

    reference: str  # the reference's strategy
    adapted: Mapping[int, float]  # target accuracy by seed, in [0, 1]
    against: Mapping[int, float]
    waiting: int  # runs that are queued or training
    missing: Sequence[RunSpec]  # runs that nobody has asked for yet
    runs: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # by seed: the two runs that are compared
    items: tuple[Mapping[int, int], Mapping[int, int]] = ({}, {})  # of how many images each accuracy is, as far as told

    @property
    def seeds(self) -> list[int]:
        return sorted(set(self.adapted) & set(self.against))

    @property
    def gap(self) -> Interval | None:
        """The negative-transfer gap: above 0 the strategy hurts. None before any seed is finished in both."""
        if not self.seeds:
            return None
        return negative_transfer(
            [self.adapted[seed] for seed in self.seeds], [self.against[seed] for seed in self.seeds]
        )

    @property
    def p_value(self) -> float:
        """Of the paired t-test over the seeds, two-sided; NaN for fewer than two."""
        return paired_t([self.adapted[seed] for seed in self.seeds], [self.against[seed] for seed in self.seeds])

    @property
    def verdict(self) -> str:
        """In a sentence; one seed, or intervals that hold 0, tell no difference."""
        gap, title = self.gap, _title(self.reference)
        if gap is None:
            return f"Nothing to compare with {title} yet."
        size = f"{abs(100 * gap.value):.0f} points {'below' if gap.value > 0 else 'above'}"
        if gap.n == 1:
            return f"{size} {title} with one seed, which tells no difference from chance."
        sure = f"95 % interval {_signed(-gap.high)} to {_signed(-gap.low)}, paired t-test {p_value(self.p_value)}"
        if not gap.clear_of(0):
            return f"No clear difference from {title} after {gap.n} seeds: {size} ({sure})."
        return f"{'This strategy hurts here' if gap.value > 0 else 'It pays'}: {size} {title} ({sure}, {gap.n} seeds)."

    def as_json(self) -> dict[str, Any]:
        gap = self.gap
        told = None if gap is None or gap.n < 2 else {"value": gap.value, "low": gap.low, "high": gap.high, "n": gap.n}
        p = None if told is None else self.p_value
        named = {"reference": self.reference, "gap": told, "p_value": p, "verdict": self.verdict}
        shares = {"adapted": dict(self.adapted), "against": dict(self.against)}
        return named | shares | {"adapted_items": dict(self.items[0]), "against_items": dict(self.items[1])}


def referred(spec: RunSpec) -> list[str]:
    """The references that a spec can be held against: the source alone, and the same target labels without a source."""
    spec = spec.completed()
    exam = catalogue.turned(spec.scenario, spec.settings)["exam"]
    few = bool(spec.target_labels) and exam == "classes"
    return [key for key in (SOURCE_ONLY, *([SCRATCH] if few else [])) if key != spec.strategy]


def reference(spec: RunSpec, strategy: str) -> RunSpec:
    """The same data, backbone, labels, seed and length for a reference; all else of it by its own defaults.

    What was not tuned for the strategy is not tuned for the reference either.
    """
    steps = spec.hparams.get("steps", spec.steps)
    hparams = {"steps": steps} if steps is not None else {}
    return replace(spec, strategy=strategy, hparams=hparams, steps=None, validator="", name="").completed()


def gaps(store: Store, spec: RunSpec, seeds: int = SEEDS) -> list[Gap]:
    """The experiment against each reference, from the runs that the store holds; `missing` says what it lacks.

    Seeds count from the spec's own on.
    """
    spec = spec.completed()
    wanted = [replace(spec, seed=spec.seed + more) for more in range(seeds)]
    runs = store.runs()
    ours = [newest(runs, each) for each in wanted]
    found = []
    for strategy in referred(spec):
        theirs = [reference(each, strategy) for each in wanted]
        against = [newest(runs, each) for each in theirs]
        pairs = list(zip([*wanted, *theirs], [*ours, *against]))
        found.append(
            Gap(
                strategy,
                _accuracies(ours),
                _accuracies(against),
                sum(run is not None and run.status in PENDING for run in (*ours, *against)),
                [each for each, run in pairs if run is None],
                _finished(ours, against),
                (_items(ours), _items(against)),
            )
        )
    return found


def ask_for(store: Store, found: Sequence[Gap]) -> list[Run]:
    """Put every run that a comparison lacks into the queue, each once; a worker does the rest."""
    missing: list[RunSpec] = []
    for spec in (each for gap in found for each in gap.missing):
        if spec not in missing:
            missing.append(spec)
    return [store.submit(spec) for spec in missing]


def newest(runs: Sequence[Run], spec: RunSpec) -> Run | None:
    """The newest run of just this experiment that is finished, or else on its way."""
    same = [run for run in runs if _like(run.spec) == _like(spec)]
    return next(
        (run for status in (("finished",), PENDING) for run in same if run.status in status),
        None,
    )


def _like(spec: RunSpec) -> RunSpec:
    """A spec without what changes no number."""
    return replace(spec, device="auto", observe=True, validator="", name="")


def _accuracies(runs: Sequence[Run | None]) -> dict[int, float]:
    return {
        run.spec.seed: run.metrics[MEASURE]
        for run in runs
        if run is not None and run.status == "finished" and MEASURE in run.metrics
    }


def _items(runs: Sequence[Run | None]) -> dict[int, int]:
    told = {run.spec.seed: run.metrics.get(ITEMS) for run in runs if run is not None and run.status == "finished"}
    return {seed: int(items) for seed, items in told.items() if items}


def _finished(ours: Sequence[Run | None], against: Sequence[Run | None]) -> dict[int, tuple[int, int]]:
    return {
        one.spec.seed: (one.id, other.id)
        for one, other in zip(ours, against)
        if one is not None and other is not None and one.status == other.status == "finished"
    }


def _title(strategy: str) -> str:
    return {SOURCE_ONLY: "the source alone", SCRATCH: "the target labels alone"}[strategy]


def _signed(value: float) -> str:
    return f"{100 * value:+.0f}".replace("-", "−")
