"""Tables for `validators.py`: a line a validator, or a line a strategy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from statistics import fmean

import numpy as np

from benchmarks.chosen import (
    ORACLE,
    Rank,
    Said,
    Told,
    ahead_of_defaults,
    by,
    by_strategy,
    checkpoint_choices,
    correlation,
    gained,
    lost,
    lost_at,
    setting_choices,
    spearman,
    tau,
)
from benchmarks.measuring import interval
from tlcore.training.validating import THOROUGH

REDRAWN = 200


def overall(told: Told) -> list[str | list[str]]:
    """All scenarios together: what a choice of the checkpoint and of the settings loses, and against the last one."""
    points, settings = checkpoint_choices(told), setting_choices(told)
    lines = [
        "| chosen by | checkpoints: lost | gained on the last checkpoint | scenario by scenario | settings: lost "
        "| gained on the defaults |",
        "|---|--:|--:|---|--:|--:|",
    ]
    for name in THOROUGH:
        blindly = partial(lost, validator=name, ordered=False)
        lines.append(
            f"| {name} | {mean(by_strategy(points, partial(lost, validator=name)))} "
            f"| {mean(gained(told, name), '+.1f')} | {by(told, 'scenario', partial(gained, validator=name))} "
            f"| {mean(by_strategy(settings, blindly))} | {mean(ahead_of_defaults(told, name), '+.1f')} |"
        )
    for name, first, second in (("the last, the defaults", -1, 0), ("chance", None, None)):
        at = [by_strategy(each, partial(lost_at, which=which)) for each, which in ((points, first), (settings, second))]
        lines.append(f"| {name} | {mean(at[0])} | – | – | {mean(at[1])} | – |")
    return ["## All scenarios", lines]


def table(told: Told) -> list[str | list[str]]:
    """One scenario, a line a validator."""
    points, settings = checkpoint_choices(told), setting_choices(told)
    lines = [
        "| chosen by | checkpoints: lost | gained on the last | seed by seed | ρ | settings: lost | all: lost | ρ | τ "
        "|",
        "|---|--:|--:|---|--:|--:|--:|--:|--:|",
    ]
    seeds = sorted({place.seed for place in told})
    for name in THOROUGH:
        lines.append(
            f"| {name} | {mean(by_strategy(points, partial(lost, validator=name)))} "
            f"| {mean(gained(told, name), '+.1f')} | {by(told, 'seed', partial(gained, validator=name))} "
            f"| {mean(by_strategy(points, partial(correlation, validator=name, rank=spearman)), '+.2f')} "
            f"| {mean(by_strategy(settings, partial(lost, validator=name, ordered=False)))} "
            f"| {_each([lost(_ends(told, seed), name, ordered=False) for seed in seeds])} "
            f"| {_over_strategies(told, name, spearman)} | {_over_strategies(told, name, tau)} |"
        )
    for name, first, second in (("the last, the defaults", -1, 0), ("chance", None, None)):
        lines.append(
            f"| {name} | {mean(by_strategy(points, partial(lost_at, which=first)))} | – | – | – "
            f"| {mean(by_strategy(settings, partial(lost_at, which=second)))} "
            f"| {_each([lost_at(_ends(told, seed), None) for seed in seeds]) if first is None else '–'} | – | – |"
        )
    return [lines]


def alone(told: Told, fits: Mapping[str, Sequence[str]]) -> list[str]:
    """A line a validator, over the strategies that it fits: what a choice of the checkpoint loses and gains."""
    lines = [
        "| chosen by | strategies | checkpoints: lost | the last loses | gained on the last checkpoint | seed by seed "
        "| ρ |",
        "|---|--:|--:|--:|--:|---|--:|",
    ]
    for name in THOROUGH:
        own = {place: each for place, each in told.items() if name in fits[place.strategy]}
        if not own:
            continue
        points = checkpoint_choices(own)
        lines.append(
            f"| {name} | {len(points)} | {mean(by_strategy(points, partial(lost, validator=name)))} "
            f"| {mean(by_strategy(points, partial(lost_at, which=-1)))} | {mean(gained(own, name), '+.1f')} "
            f"| {by(own, 'seed', partial(gained, validator=name))} "
            f"| {mean(by_strategy(points, partial(correlation, validator=name, rank=spearman)), '+.2f')} |"
        )
    return lines


def listed(told: Told, fits: Mapping[str, Sequence[str]]) -> list[str]:
    """A line a strategy: how good its last checkpoints are, and what each validator gains on them."""
    points = checkpoint_choices(told)
    last, lose = (by_strategy(points, of) for of in (lambda each: 100 * each[-1][ORACLE], partial(lost_at, which=-1)))
    gains = {name: gained(told, name) for name in THOROUGH}
    lines = [
        f"| strategy | where | runs | the last | it loses | {' | '.join(THOROUGH)} |",
        f"|---|---|--:|--:|--:|{'--:|' * len(THOROUGH)}",
    ]
    for strategy, scenarios in points.items():
        cells = [f"{gains[name][strategy]:+.1f}" if name in fits[strategy] else "–" for name in THOROUGH]
        runs = sum(map(len, scenarios.values()))
        where = ", ".join(scenarios)
        lines.append(
            f"| {strategy} | {where} | {runs} | {last[strategy]:.1f} | {lose[strategy]:.1f} | {' | '.join(cells)} |"
        )
    return lines


def _ends(told: Told, seed: int, strategies: Iterable[str] | None = None) -> list[Said]:
    """Every network that a seed ends with; with `strategies` those of each as often as it is named."""
    mine = defaultdict(list)
    for place, each in told.items():
        if place.seed == seed:
            mine[place.strategy].append(each[-1])
    return [end for strategy in (mine if strategies is None else strategies) for end in mine[strategy]]


def _over_strategies(told: Told, name: str, rank: Rank) -> str:
    """Its mean over seeds, and between which values it lies when strategies are drawn anew: the same for all seeds."""
    seeds, strategies = sorted({place.seed for place in told}), sorted({place.strategy for place in told})
    random = np.random.default_rng(0)

    def over_seeds(drawn: Sequence[str]) -> float:
        each = [correlation(_ends(told, seed, drawn), name, rank) for seed in seeds]
        return float(np.mean([value for value in each if value is not None] or [0.0]))

    if not any(correlation(_ends(told, seed), name, rank) is not None for seed in seeds):
        return "–"
    redrawn = [over_seeds([str(one) for one in random.choice(strategies, len(strategies))]) for _ in range(REDRAWN)]
    low, high = np.quantile(redrawn, [0.025, 0.975])
    return f"{over_seeds(strategies):+.2f} ({low:+.2f} to {high:+.2f})"


def mean(by: Mapping[str, float], form: str = ".1f") -> str:
    """Over strategies, with half of the t-interval."""
    if not by:
        return "–"
    values = list(by.values())
    return f"{fmean(values):{form}}" + (f" ± {interval(values):{form.lstrip('+')}}" if len(values) > 1 else "")


def _each(values: Sequence[float]) -> str:
    """A mean over seeds, and each of them: three are too few for an interval."""
    return f"{fmean(values):.1f}" + (f" ({', '.join(f'{each:.0f}' for each in values)})" if len(values) > 1 else "")
