"""What a choice by a validator loses against the oracle's, and whether they order alike: tables for `validators.py`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import NamedTuple

import numpy as np
from scipy.stats import spearmanr, weightedtau

from benchmarks.measuring import interval
from tlcore.training.validating import THOROUGH

ORACLE = "target_accuracy"
REDRAWN = 200


class Place(NamedTuple):
    """Where a run stands: with which factor on its strategy's main dial."""

    scenario: str
    seed: int
    strategy: str
    factor: float


Said = Mapping[str, float]  # what each validator and the oracle say of one network
Told = Mapping[Place, Sequence[Said]]  # checkpoint by checkpoint
Rank = Callable[[Sequence[float], Sequence[float]], float]


def spearman(said: Sequence[float], true: Sequence[float]) -> float:
    return float(spearmanr(said, true).statistic)


def tau(said: Sequence[float], true: Sequence[float]) -> float:
    return float(weightedtau(true, said).statistic)


def lost(candidates: Sequence[Said], validator: str) -> float:
    """Points of target accuracy below the best, by what the validator chooses; of equals the last, as a run does."""
    chosen = max(reversed(candidates), key=lambda each: each[validator])
    return 100 * (max(each[ORACLE] for each in candidates) - chosen[ORACLE])


def lost_at(candidates: Sequence[Said], which: int | None) -> float:
    """The same of a fixed choice, or of one at random."""
    reached = fmean(each[ORACLE] for each in candidates) if which is None else candidates[which][ORACLE]
    return 100 * (max(each[ORACLE] for each in candidates) - reached)


def correlation(candidates: Sequence[Said], validator: str, rank: Rank) -> float | None:
    """None where either says the same of all."""
    said, true = ([each[name] for each in candidates] for name in (validator, ORACLE))
    return rank(said, true) if len(set(said)) > 1 and len(set(true)) > 1 else None


def checkpoint_choices(told: Told) -> dict[str, list[Sequence[Said]]]:
    """By strategy: of each run its checkpoints."""
    by = defaultdict(list)
    for place, each in told.items():
        by[place.strategy].append(each)
    return dict(by)


def setting_choices(told: Told) -> dict[str, list[Sequence[Said]]]:
    """By strategy: of each scenario and seed where there are several, the last checkpoints of its settings.

    The default one is the first.
    """
    by: dict[tuple[str, int, str], list[Said]] = defaultdict(list)
    for place, each in told.items():
        by[place.scenario, place.seed, place.strategy].append(each[-1])
    found = defaultdict(list)
    for (_, _, strategy), ends in by.items():
        if len(ends) > 1:
            found[strategy].append(ends)
    return dict(found)


def overall(told: Told) -> list[str | list[str]]:
    """All scenarios together: what a choice of the checkpoint and of the settings loses, and against the last one."""
    points, settings = checkpoint_choices(told), setting_choices(told)
    lines = [
        "| chosen by | checkpoints: lost | gained on the last checkpoint | settings: lost | gained on the defaults |",
        "|---|--:|--:|--:|--:|",
    ]
    for name in THOROUGH:
        own = [by_strategy(each, partial(lost, validator=name)) for each in (points, settings)]
        still = [by_strategy(points, partial(lost_at, which=-1)), by_strategy(settings, partial(lost_at, which=0))]
        ahead = [[b - a for a, b in zip(*pair, strict=True)] for pair in zip(own, still, strict=True)]
        lines.append(f"| {name} | {_mean(own[0])} | {_mean(ahead[0])} | {_mean(own[1])} | {_mean(ahead[1])} |")
    for name, first, second in (("the last, the defaults", -1, 0), ("chance", None, None)):
        at = [by_strategy(each, partial(lost_at, which=which)) for each, which in ((points, first), (settings, second))]
        lines.append(f"| {name} | {_mean(at[0])} | – | {_mean(at[1])} | – |")
    return ["## All scenarios", lines]


def table(told: Told) -> list[str | list[str]]:
    """One scenario, a line a validator."""
    points, settings = checkpoint_choices(told), setting_choices(told)
    lines = [
        "| chosen by | checkpoints: lost | ρ | settings: lost | all: lost | ρ | τ |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    seeds = sorted({place.seed for place in told})
    for name in THOROUGH:
        lines.append(
            f"| {name} | {_mean(by_strategy(points, partial(lost, validator=name)))} "
            f"| {_mean(by_strategy(points, partial(correlation, validator=name, rank=spearman)), '+.2f')} "
            f"| {_mean(by_strategy(settings, partial(lost, validator=name)))} "
            f"| {_mean([lost(_ends(told, seed), name) for seed in seeds])} "
            f"| {_over_strategies(told, name, spearman)} | {_over_strategies(told, name, tau)} |"
        )
    for name, first, second in (("the last, the defaults", -1, 0), ("chance", None, None)):
        lines.append(
            f"| {name} | {_mean(by_strategy(points, partial(lost_at, which=first)))} | – "
            f"| {_mean(by_strategy(settings, partial(lost_at, which=second)))} "
            f"| {_mean([lost_at(_ends(told, seed), None) for seed in seeds]) if first is None else '–'} | – | – |"
        )
    return [lines]


def by_strategy(
    choices: Mapping[str, Sequence[Sequence[Said]]], of: Callable[[Sequence[Said]], float | None]
) -> list[float]:
    """Of each strategy the mean of what can be said."""
    said = ([value for one in each if (value := of(one)) is not None] for each in choices.values())
    return [fmean(each) for each in said if each]


def _ends(told: Told, seed: int, strategies: Iterable[str] | None = None) -> list[Said]:
    """Every network that a seed ends with; with `strategies` those of each as often as it is named."""
    mine = defaultdict(list)
    for place, each in told.items():
        if place.seed == seed:
            mine[place.strategy].append(each[-1])
    return [end for strategy in (mine if strategies is None else strategies) for end in mine[strategy]]


def _over_strategies(told: Told, name: str, rank: Rank) -> str:
    seeds, strategies = sorted({place.seed for place in told}), sorted({place.strategy for place in told})
    random = np.random.default_rng(0)

    def mean(drawn: Sequence[str]) -> float:
        each = [correlation(_ends(told, seed, drawn), name, rank) for seed in seeds]
        return float(np.mean([value for value in each if value is not None] or [0.0]))

    if not any(correlation(_ends(told, seed), name, rank) is not None for seed in seeds):
        return "–"
    redrawn = [mean([str(one) for one in random.choice(strategies, len(strategies))]) for _ in range(REDRAWN)]
    low, high = np.quantile(redrawn, [0.025, 0.975])
    return f"{mean(strategies):+.2f} ({low:+.2f} to {high:+.2f})"


def _mean(values: Sequence[float], form: str = ".1f") -> str:
    if not values:
        return "–"
    return f"{fmean(values):{form}}" + (f" ± {interval(values):{form.lstrip('+')}}" if len(values) > 1 else "")
