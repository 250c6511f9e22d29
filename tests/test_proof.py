"""`make proof` can begin: every strategy has a baseline that runs on the same data, with a validator of its own."""

from benchmarks.measuring import spec
from benchmarks.proof import promise_of, runs
from tlcore.strategies import STRATEGIES


def test_every_strategy_is_measured_beside_its_baseline() -> None:
    for key, strategy in STRATEGIES.items():
        ((ours, theirs),) = runs(strategy.card, seeds=1)
        asked = promise_of(strategy.card)
        assert (ours.strategy, theirs.strategy) == (key, asked.over)
        assert theirs.validator == spec(asked.over, asked.scenario, backbone=asked.backbone).validator
        for same in ("scenario", "shift", "settings", "backbone", "weights", "augment", "seed"):
            assert getattr(ours, same) == getattr(theirs, same), (key, same)
