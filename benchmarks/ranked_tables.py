"""Tables for `ranked.py`: a line a score, a column a task, and the mean over tasks."""

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
from scipy.stats import weightedtau

from tlcore.runs.ranking import SCORES

REDRAWN = 300
SIZE = "size"  # the number of weights: what one could do without any score
AGAIN = "another seed"  # what the same learning came to with other labels, against which a score can be held
CHANCE = "chance"

Who = tuple[str, str]  # a backbone and its weights
Scores = Mapping[Who, Mapping[str, float]]
Reached = Mapping[Who, float]  # target accuracies
Pair = tuple[Scores, Reached]  # of one seed


def tau(score: str, said: Scores, reached: Sequence[tuple[Who, float]]) -> float:
    """Of those that were measured; 0 where all say the same."""
    found = weightedtau([true for _, true in reached], [said[who][score] for who, _ in reached]).statistic
    return float(np.nan_to_num(found))


def lost(score: str, said: Scores, reached: Sequence[tuple[Who, float]]) -> float:
    """Points of accuracy that the score's first choice is below the best; of equals the mean."""
    best = max(true for _, true in reached)
    if score == CHANCE:
        return 100 * (best - fmean(true for _, true in reached))
    most = max(said[who][score] for who, _ in reached)
    return 100 * (best - fmean(true for who, true in reached if said[who][score] == most))


def ordered(tasks: Mapping[str, Sequence[Pair]]) -> list[str]:
    """Weighted τ with the accuracies reached, and an interval from drawing backbones anew, the same for all seeds."""
    lines = _head("weighted τ", tasks)
    for score in (*SCORES, SIZE, AGAIN):
        pairs = [each for each in tasks.values() if _has(score, each)]
        cells = [_redrawn(score, [each]) if _has(score, each) else "–" for each in tasks.values()]
        if pairs:
            lines.append(f"| {score} | {' | '.join(cells)} | **{_redrawn(score, pairs)}** |")
    return lines


def missed(tasks: Mapping[str, Sequence[Pair]]) -> list[str]:
    """Points that a score's first choice loses: the mean over seeds, and each of them."""
    lines = _head("points lost", tasks)
    for score in (*SCORES, SIZE, AGAIN, CHANCE):
        found = [
            [lost(score, said, list(reached.items())) for said, reached in pairs] if _has(score, pairs) else []
            for pairs in tasks.values()
        ]
        whole = [fmean(each) for each in found if each]
        if whole:
            lines.append(f"| {score} | {' | '.join(map(_each, found))} | **{fmean(whole):.1f}** |")
    return lines


def _each(values: Sequence[float]) -> str:
    if len(values) < 2:
        return f"{values[0]:.1f}" if values else "–"
    return f"{fmean(values):.1f} ({', '.join(f'{each:.1f}' for each in values)})"


def _head(name: str, tasks: Mapping[str, Sequence[Pair]]) -> list[str]:
    return [f"| {name} | {' | '.join(tasks)} | all |", f"|---|{'--:|' * (len(tasks) + 1)}"]


def _has(score: str, pairs: Sequence[Pair]) -> bool:
    return score == CHANCE or all(score in each for said, _ in pairs for each in said.values())


def _redrawn(score: str, tasks: Sequence[Sequence[Pair]]) -> str:
    """The mean over tasks of the mean over seeds, and between which values it lies when backbones are drawn anew.

    They are the same backbones for every seed and task, so one draw is for all of them.
    """
    random, every = (
        np.random.default_rng(0),
        sorted({who for pairs in tasks for _, reached in pairs for who in reached}),
    )

    def mean(drawn: Sequence[Who]) -> float:
        return fmean(
            fmean(tau(score, said, [(who, reached[who]) for who in drawn if who in reached]) for said, reached in pairs)
            for pairs in tasks
        )

    draws = (random.integers(0, len(every), len(every)) for _ in range(REDRAWN))
    low, high = np.quantile([mean([every[at] for at in draw]) for draw in draws], [0.025, 0.975])
    return f"{mean(every):+.2f} ({low:+.2f} to {high:+.2f})"
