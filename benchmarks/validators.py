"""Validators against the oracle: how good is the checkpoint, and the strategy, that each of them would choose?

    python -m benchmarks.validators [--seeds 3] [--jobs 2]

Every strategy that adapts without target labels trains on three scenarios. Ten times in a run each validator says
its number, and the oracle (target accuracy on held-out images) stands beside it. Two questions then:

- *checkpoints*: of the ten of one run, which does a validator choose, and how far below the best is it?
- *strategies*: of all strategies' last checkpoints with one seed, which does it choose?
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import mean
from typing import Any

from scipy.stats import spearmanr

from benchmarks.measuring import Beyond, Result, interval, key, measured, spec
from benchmarks.published import choices, written
from tlcore.training.validating import PREFIX, THOROUGH, Validators

SCENARIOS = ("moons", "printed-to-handwritten", "handwritten-to-photo")
STRATEGIES = (
    "source-only", "coral", "deep-coral", "mmd", "jan", "dann", "domain-confusion", "cdan", "mcc", "adabn", "dsbn",
    "importance-weighting", "pseudo-label", "mean-teacher", "shot",
)  # fmt: skip
CHECKPOINTS = 10
ORACLE = "target_accuracy"


@dataclass
class Recorder:
    """Every evaluation but the first with all validators; numbered, so that each can be found again."""

    graders: list[Any]
    validators: Validators
    calls: int = 0
    seen: dict[str, float] = field(default_factory=dict)

    def evaluate(self, strategy: Any, *, final: bool) -> Mapping[str, float]:
        told = {name: value for each in self.graders for name, value in each.evaluate(strategy, final=final).items()}
        self.calls += 1
        if self.calls > 1:  # the first is of an untrained network
            told |= self.validators.evaluate(strategy, final=final)
            place = self.calls - 1
            self.seen |= {f"{place}:{name}": value for name, value in told.items() if name == ORACLE or PREFIX in name}
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
            found.setdefault(int(place), {})[what] = value
    return [found[place] for place in sorted(found)]


def chosen(told: list[dict[str, float]], validator: str) -> dict[str, float]:
    return max(told, key=lambda each: each[PREFIX + validator])


def correlation(told: list[dict[str, float]], validator: str) -> float | None:
    """Spearman's with the oracle; None where either says the same of all."""
    pairs = [(each[PREFIX + validator], each[ORACLE]) for each in told]
    if len({a for a, _ in pairs}) < 2 or len({b for _, b in pairs}) < 2:
        return None
    return float(spearmanr(*zip(*pairs)).statistic)


def main() -> None:
    asked = choices(__doc__ or "", seeds=3)
    runs = {
        (scenario, seed, strategy): spec(strategy, scenario, seed=seed)
        for scenario in SCENARIOS
        for seed in range(asked.seeds)
        for strategy in STRATEGIES
    }
    known = measured(list(runs.values()), asked.jobs, "validators", WATCHED)
    histories = {
        place: checkpoints(known[key(run, WATCHED)]) for place, run in runs.items() if key(run, WATCHED) in known
    }
    parts: list[str | list[str]] = [_words(asked.seeds, len(histories))]
    for scenario in SCENARIOS:
        mine = {place: each for place, each in histories.items() if place[0] == scenario}
        parts += [f"## {scenario}", _table(mine, asked.seeds)]
    written(__file__, "Validators without target labels, against the oracle", parts)


def _table(histories: Mapping[tuple[str, int, str], list[dict[str, float]]], seeds: int) -> list[str]:
    """A line a validator; losses are points of target accuracy below what the oracle would have chosen."""
    lines = [
        "| validator | checkpoints: lost | rank correlation | strategies: lost | rank correlation |",
        "|---|--:|--:|--:|--:|",
    ]
    last = {seed: [told[-1] for (_, own, _), told in histories.items() if own == seed] for seed in range(seeds)}
    for validator in (*THOROUGH, "the last", "at random"):
        by_seed, rho, across, rho_across = [], [], [], []
        for seed in range(seeds):
            losses = []
            for (_, own, _), told in histories.items():
                if own != seed:
                    continue
                best = max(each[ORACLE] for each in told)
                losses.append(100 * (best - _reached(told, validator)))
                if validator in THOROUGH and (value := correlation(told, validator)) is not None:
                    rho.append(value)
            by_seed.append(mean(losses))
            ends = last[seed]
            best = max(each[ORACLE] for each in ends)
            if validator != "the last":
                across.append(100 * (best - _reached(ends, validator)))
            if validator in THOROUGH and (value := correlation(ends, validator)) is not None:
                rho_across.append(value)
        lines.append(f"| {validator} | {_told(by_seed)} | {_mean(rho)} | {_told(across)} | {_mean(rho_across)} |")
    return lines


def _reached(told: list[dict[str, float]], validator: str) -> float:
    if validator == "the last":
        return told[-1][ORACLE]
    return mean(each[ORACLE] for each in told) if validator == "at random" else chosen(told, validator)[ORACLE]


def _told(values: list[float]) -> str:
    return f"{mean(values):.1f} ± {interval(values):.1f}" if len(values) > 1 else "–"


def _mean(values: list[float]) -> str:
    return f"{mean(values):+.2f}" if values else "–"


def _words(seeds: int, count: int) -> str:
    return f"""
        {count} runs: {len(STRATEGIES)} strategies on {len(SCENARIOS)} scenarios, seeds 0 to {seeds - 1}, each with its
        defaults. *Checkpoints*: of ten in each run a validator chooses one; what is lost are points of target
        accuracy below the best of the ten. *Strategies*: of all strategies' last checkpoints with one seed it chooses
        one; what is lost are points below the best of them. Mean over seeds ± half of the 95 % t-interval. The rank
        correlation is Spearman's with the oracle, a mean over runs (checkpoints) and seeds (strategies). The
        oracle is target accuracy on held-out images: nobody has it in real life, and no validator saw it.
    """


if __name__ == "__main__":
    main()
