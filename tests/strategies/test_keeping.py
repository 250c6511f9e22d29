"""What is kept is the network of the best evaluation: for every strategy, and whenever it was killed."""

import io
import random
from typing import Any

import numpy as np
import pytest
import torch

from tests.strategies.small import small, small_exam, small_task
from tlcore.strategies import STRATEGIES, Strategy
from tlcore.training.bystander import untouched
from tlcore.training.evaluators import Accuracy
from tlcore.training.events import Evaluated, Event, Finished
from tlcore.training.keeping import Keeper, Kept, put, weights
from tlcore.training.loop import Rhythm, train
from tlcore.training.validating import Picking

VALIDATOR = "information"
FEW = ["dann", "dsbn", "lora", "coral", "mcd", "shot"]  # plain, twins, adapters, closed form, own heads, phases
ALL = [pytest.param(key, marks=() if key in FEW else pytest.mark.slow) for key in STRATEGIES]


def kept(strategy: Strategy[Any], best: Kept | None = None, until: int | None = None) -> tuple[list[Event], Keeper]:
    """Its events until a step, and who kept what."""
    graders = [Accuracy(small_exam(), picking=Picking(VALIDATOR))]
    keeper = Keeper(strategy, VALIDATOR, best)
    events = []
    for event in keeper.watch(train(strategy, small_task(), graders, rhythm=Rhythm(eager=True)), graders):
        events.append(event)
        if until is not None and strategy.journal.step == until and isinstance(event, Evaluated):
            break
    return events, keeper


@pytest.mark.parametrize("key", ALL)
def test_what_is_kept_is_graded_and_leaves_no_trace(key: str) -> None:
    alone, strategy = small(key), small(key)
    list(train(alone, small_task(), rhythm=Rhythm(eager=True)))
    events, keeper = kept(strategy)
    before, after = weights(alone), weights(strategy)
    assert before.keys() == after.keys() and all(torch.equal(before[name], after[name]) for name in before)
    best, end = keeper.best, events[-1]
    assert best is not None and isinstance(end, Finished)
    told = {each.step: each.values for each in events if isinstance(each, Evaluated)}
    assert told[best.step][f"validator_{VALIDATOR}"] == best.score and end.values["kept_step"] == best.step
    put(strategy, best.weights)
    with untouched(strategy):
        said = Accuracy(small_exam(), picking=Picking(VALIDATOR)).evaluate(strategy, final=True)
    assert said["target_accuracy"] == end.values["kept_target_accuracy"]
    # Small exams are asked whole at every evaluation: the same network says the same as it did then.
    assert said[f"validator_{VALIDATOR}"] == pytest.approx(best.score, abs=1e-6)
    assert said["target_accuracy"] == told[best.step]["target_accuracy"]


@pytest.mark.parametrize("key", ALL)
def test_a_killed_run_keeps_the_same(key: str) -> None:
    whole = small(key)
    _, keeper = kept(whole)
    for cut in range(1, whole.length()) if key in FEW else (whole.length() // 2,):
        first = small(key)
        _, before = kept(first, until=cut)
        saved, best = io.BytesIO(), before.best
        torch.save(first.journal.state(), saved)
        torch.manual_seed(cut), random.seed(cut), np.random.seed(cut)
        second = small(key, network_seed=99)
        second.journal.load(torch.load(io.BytesIO(saved.getvalue()), weights_only=True))
        _, after = kept(second, best)
        ours, theirs = keeper.best, after.best
        assert ours is not None and theirs is not None and (ours.step, ours.score) == (theirs.step, theirs.score)
        assert all(torch.equal(ours.weights[name], theirs.weights[name]) for name in ours.weights)
