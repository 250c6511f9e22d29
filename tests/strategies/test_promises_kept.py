"""Every strategy beats its stated baseline on its own scenario, mean over its seeds."""

from statistics import mean
from typing import Any

import pytest

from tlcore.networks import build_network
from tlcore.scenarios.prepare import prepare
from tlcore.strategies import STRATEGIES, find
from tlcore.training.events import Finished
from tlcore.training.loop import train

PROMISING = sorted(key for key, strategy in STRATEGIES.items() if strategy.card.promise)


def measured(key: str, promise: Any, seed: int) -> float:
    prepared = prepare(
        promise.scenario,
        shift=promise.shift,
        settings=promise.settings,
        target_labels=promise.target_labels,
        seed=seed,
    )
    network = build_network(
        promise.backbone or prepared.card.backbone, prepared.task.classes, seed=seed, input_shape=prepared.card.shape
    )
    kind = find(key)
    strategy = kind(network, kind.HParams.of({"steps": prepared.card.steps}))
    *_, end = train(strategy, prepared.task, prepared.evaluators(strategy))
    assert isinstance(end, Finished)
    return 100 * end.values[promise.measure]


@pytest.mark.slow
@pytest.mark.parametrize("key", PROMISING)
def test_keeps_its_promise(key: str) -> None:
    promise = STRATEGIES[key].card.promise
    assert promise is not None
    seeds = range(promise.seeds)
    gained = mean(measured(key, promise, s) - measured(promise.over, promise, s) for s in seeds)
    assert gained >= promise.points, f"{key} gained {gained:.1f} points over {promise.over}, not {promise.points:g}"
