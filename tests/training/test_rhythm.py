"""How often the loop evaluates and looks, and that both together keep to one share of the time."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from tests.strategies.small import small, small_exam, small_task
from tlcore.strategies import STRATEGIES, Strategy
from tlcore.training import rhythm as rhythms
from tlcore.training.bystander import untouched
from tlcore.training.evaluators import Accuracy
from tlcore.training.events import Evaluated, Observed
from tlcore.training.exams import POINTS, QUICK, first
from tlcore.training.loop import train
from tlcore.training.rhythm import Looking, Rhythm


@pytest.mark.parametrize(
    ("length", "every"), [(1, 1), (4, 1), (20, 5), (100, 25), (500, 50), (1000, 50), (2000, 50), (4000, 100)]
)
def test_evaluations_lie_so_far_apart(length: int, every: int) -> None:
    assert Rhythm().graded_every(length) == every


def test_whoever_asks_for_evaluations_gets_them() -> None:
    assert Rhythm(evaluations=10, apart=1).graded_every(500) == 50
    assert Rhythm(evaluations=1000, apart=1).graded_every(6) == 1
    assert Rhythm(evaluations=1).graded_every(500) == 500


class Clock:
    """Time that passes only when somebody says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(rhythms, "monotonic", lambda: self.now)

    def taking(self, seconds: float) -> Any:
        clock = self

        class Slow:
            def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
                clock.now += seconds
                yield Observed(step, "slow")

        return Slow()


def waited(looking: Looking, clock: Clock, step: int, pace: float = 0.01) -> float:
    """Seconds until a look is due, in a run that goes on at a pace; at most an hour."""
    began = clock.now
    while not looking.due(step) and clock.now - began < 3600:
        clock.now += pace
    return clock.now - began


def looked(clock: Clock, seconds: float, **choices: float) -> Looking:
    looking = Looking(small("source-only", steps=1000), [clock.taking(seconds)], Rhythm(share=0.04, **choices))
    list(looking.at(0))
    return looking


def test_a_look_waits_until_it_is_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    looking = looked(clock, 0.1)
    assert waited(looking, clock, 1) == pytest.approx(2.4, abs=0.02), "0.1 seconds are 4 % of 2.5"
    list(looking.at(1))
    clock.now += 3600
    assert looking.due(2)
    list(looking.at(2))
    assert waited(looking, clock, 3) == pytest.approx(2.4, abs=0.02), "a pause is no credit"


def test_evaluations_take_of_the_same_share(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    looking = looked(clock, 0.1)
    looking.graded(0.06)
    assert waited(looking, clock, 1) == pytest.approx(3.9, abs=0.02), "0.16 seconds are 4 % of 4"


def test_a_run_that_waits_is_looked_at_more_often_whatever_evaluations_take(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    rhythm = Rhythm(share=0.04, idle=0.2)
    looking = Looking(small("source-only", steps=1000), [clock.taking(0.1)], rhythm)
    for step in (1, 2):
        list(looking.at(step))
        looking.graded(1000.0)
        clock.now += 1.0
        rhythm.waited += 0.49
        assert not looking.due(step + 1)
        rhythm.waited += 0.02
        assert looking.due(step + 1), "0.1 seconds are 20 % of 0.5 that it waited since the last look"


def test_evaluations_do_not_crowd_out_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    looking = looked(clock, 0.1, least=0.01)
    looking.graded(1000.0)
    assert waited(looking, clock, 1) == pytest.approx(9.9, abs=0.02)


def test_a_short_run_keeps_its_share_for_the_look_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    looking = looked(clock, 0.1)
    clock.now += 4.0
    assert not looking.due(800), "five seconds allow two looks"
    assert looking.due(500), "eight allow three"


def test_the_loop_tells_what_each_evaluation_on_the_way_took(monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[float]()
    monkeypatch.setattr(Looking, "graded", lambda self, seconds: told.append(seconds))
    events = list(train(small("source-only", steps=20), small_task(), [Accuracy(small_exam())]))
    graded = [event.step for event in events if isinstance(event, Evaluated)]
    assert graded == [0, 5, 10, 15, 20]
    assert len(told) == len(graded) - 1 and min(told) > 0, "the exam at the end is none of the looks' business"


def test_points_are_asked_in_greater_number() -> None:
    exam = small_exam()
    assert len(first(exam.source, 3)) == 3
    points = torch.zeros(5000, 2)
    few = first(type(exam.source)("points", points, torch.zeros(5000, dtype=torch.int64)), QUICK)
    assert len(few) == POINTS * QUICK


@pytest.mark.parametrize("key", ["dann", "dsbn", "lora", "tent", "mcd", "pseudo-label"])
def test_what_is_decided_on_known_features_is_what_is_predicted(key: str) -> None:
    strategy, inputs = small(key), small_exam().target.inputs[:5]
    for _ in strategy.walk(small_task()):
        pass
    with untouched(strategy):
        decided = strategy.decided(inputs, strategy.embed(inputs))
        assert torch.allclose(decided, strategy.predict(inputs), atol=1e-6)
    assert STRATEGIES[key] is type(strategy)
