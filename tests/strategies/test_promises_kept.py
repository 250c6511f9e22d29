"""Every strategy beats its stated baseline on its own scenario, mean over its seeds."""

from dataclasses import replace
from functools import cache
from statistics import mean
from typing import Any

import pytest
import torch

from tlcore import catalogue
from tlcore.cards import Promise
from tlcore.runs.building import build
from tlcore.runs.spec import RunSpec
from tlcore.strategies import STRATEGIES
from tlcore.training.events import Finished
from tlcore.training.loop import train
from tlcore.training.unnamed import Episodes

EPISODES = 100  # of the last exam, not 300, where five points or more are promised: its mean is then within two


def together(key: str) -> Any:
    """Whoever has to beat one baseline stays in one process, which trains that baseline once."""
    promise = STRATEGIES[key].card.promise
    assert promise is not None
    return pytest.param(key, marks=pytest.mark.xdist_group(f"{promise.over} on {promise.scenario}"))


PROMISING = [together(key) for key in sorted(STRATEGIES) if STRATEGIES[key].card.promise]


def measured(key: str, promise: Promise, seed: int) -> float:
    """What is promised, in points, for a run as a user would start it; a baseline gets what its competitor has."""
    settings = tuple(promise.settings.items())
    backbone = promise.backbone or catalogue.scenario(promise.scenario)["backbone"]
    exam = EPISODES if promise.points >= 5 else Episodes.all
    return 100 * _ended(
        key, promise.scenario, backbone, promise.shift, settings, promise.target_labels, seed, promise.measure, exam
    )


@cache  # many strategies share a baseline
def _ended(
    key: str,
    scenario: str,
    backbone: str,
    shift: float | None,
    settings: tuple[tuple[str, float], ...],
    labels: int,
    seed: int,
    measure: str,
    episodes: int,
) -> float:
    asked = RunSpec(
        key,
        scenario,
        backbone,
        shift=shift,
        settings=dict(settings),
        target_labels=labels or None,
        seed=seed,
        observe=False,
        device="cpu",
    )
    built = build(asked.completed(), torch.device("cpu"))
    graders = [replace(each, all=episodes) if isinstance(each, Episodes) else each for each in built.evaluators]
    *_, end = train(built.strategy, built.prepared.task, graders)
    assert isinstance(end, Finished)
    return end.values[measure]


@pytest.mark.slow
@pytest.mark.timeout(900)  # ten runs of some seconds, on a machine that does other things as well
@pytest.mark.parametrize("key", PROMISING)
def test_keeps_its_promise(key: str) -> None:
    promise = STRATEGIES[key].card.promise
    assert promise is not None
    seeds = range(promise.seeds)
    gained = mean(measured(key, promise, s) - measured(promise.over, promise, s) for s in seeds)
    assert gained >= promise.points, f"{key} gained {gained:.1f} points over {promise.over}, not {promise.points:g}"
