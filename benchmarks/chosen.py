"""What a choice by a validator loses against the oracle's, and whether they order alike.

Of equal checkpoints of a run the last one is chosen, as a run does. Of equal settings or strategies none comes last,
so that each of them counts as much as the others: source accuracy on 300 images is the same number more often than not.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from scipy.stats import spearmanr, weightedtau

ORACLE = "target_accuracy"


class Place(NamedTuple):
    """Where a run stands: with which factor on its strategy's main dial."""

    scenario: str
    seed: int
    strategy: str
    factor: float


Said = Mapping[str, float]  # what each validator and the oracle say of one network
Told = Mapping[Place, Sequence[Said]]  # checkpoint by checkpoint
Rank = Callable[[Sequence[float], Sequence[float]], float]
Choices = Mapping[str, Mapping[str, Sequence[Sequence[Said]]]]  # by strategy and scenario: what there was to choose


def spearman(said: Sequence[float], true: Sequence[float]) -> float:
    return float(spearmanr(said, true).statistic)


def tau(said: Sequence[float], true: Sequence[float]) -> float:
    return float(weightedtau(true, said).statistic)


def lost(candidates: Sequence[Said], validator: str, *, ordered: bool = True) -> float:
    """Points of target accuracy below the best, by what the validator chooses.

    Of equals it is the last, or, where they are not `ordered` by time, their mean.
    """
    most = max(each[validator] for each in candidates)
    equals = [each[ORACLE] for each in candidates if each[validator] == most]
    return 100 * (max(each[ORACLE] for each in candidates) - (equals[-1] if ordered else fmean(equals)))


def lost_at(candidates: Sequence[Said], which: int | None) -> float:
    """The same of a fixed choice, or of one at random."""
    reached = fmean(each[ORACLE] for each in candidates) if which is None else candidates[which][ORACLE]
    return 100 * (max(each[ORACLE] for each in candidates) - reached)


def correlation(candidates: Sequence[Said], validator: str, rank: Rank) -> float | None:
    """None where either says the same of all."""
    said, true = ([each[name] for each in candidates] for name in (validator, ORACLE))
    return rank(said, true) if len(set(said)) > 1 and len(set(true)) > 1 else None


def checkpoint_choices(told: Told) -> Choices:
    """Of each run its checkpoints."""
    by: dict[str, dict[str, list[Sequence[Said]]]] = defaultdict(lambda: defaultdict(list))
    for place, each in told.items():
        by[place.strategy][place.scenario].append(each)
    return by


def setting_choices(told: Told) -> Choices:
    """Of each seed where there are several settings, the last checkpoints of them; the default one is the first."""
    ends: dict[Place, list[Said]] = defaultdict(list)
    for place, each in told.items():
        ends[place._replace(factor=1)].append(each[-1])
    by: dict[str, dict[str, list[Sequence[Said]]]] = defaultdict(lambda: defaultdict(list))
    for place, found in ends.items():
        if len(found) > 1:
            by[place.strategy][place.scenario].append(found)
    return by


def by_strategy(choices: Choices, of: Callable[[Sequence[Said]], float | None]) -> dict[str, float]:
    """Of each strategy the mean of what can be said: a scenario counts once, however many runs it had."""
    found: dict[str, float] = {}
    for strategy, scenarios in choices.items():
        said = [[value for each in every if (value := of(each)) is not None] for every in scenarios.values()]
        if means := [fmean(each) for each in said if each]:
            found[strategy] = fmean(means)
    return found


def gained(told: Told, validator: str) -> dict[str, float]:
    """By strategy: points of target accuracy ahead of the last checkpoint, by what the validator chooses."""
    return by_strategy(checkpoint_choices(told), lambda each: lost_at(each, -1) - lost(each, validator))


def ahead_of_defaults(told: Told, validator: str) -> dict[str, float]:
    """The same of settings, ahead of the default ones."""
    return by_strategy(setting_choices(told), lambda each: lost_at(each, 0) - lost(each, validator, ordered=False))


def by(told: Told, part: str, of: Callable[[Told], Mapping[str, float]], form: str = "+.1f") -> str:
    """The mean over strategies, "seed" by seed or "scenario" by scenario."""
    parts = dict.fromkeys(getattr(place, part) for place in told)
    said = [of({place: each for place, each in told.items() if getattr(place, part) == one}) for one in parts]
    return ", ".join(f"{fmean(each.values()):{form}}" for each in said if each)
