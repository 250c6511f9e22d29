"""Validators of a strategy: what they look at, and what they never see."""

import pytest

from tests.strategies.small import images, small, small_task
from tlcore.data import Task
from tlcore.training.bystander import untouched
from tlcore.training.loop import train
from tlcore.training.validating import PREFIX, QUICK, THOROUGH, Validators


def told(strategy, task: Task, **more) -> dict[str, float]:
    with untouched(strategy):
        return dict(
            Validators(images("source test", 60, 1.0, seed=7), task.target, **more).evaluate(strategy, final=True)
        )


def test_a_trained_network_is_better_by_every_validator_than_an_untrained_one() -> None:
    task = small_task()
    before = told(small("source-only"), task, thorough=True)
    trained = small("source-only", steps=60, lr=0.01)
    list(trained.walk(task))
    after = told(trained, task, thorough=True)
    assert set(after) == {PREFIX + name for name in THOROUGH}
    for name in ("source_validation", "certainty", "information", "nuclear_norm", "reverse"):
        assert after[PREFIX + name] > before[PREFIX + name], name


def test_they_work_where_target_labels_are_absent() -> None:
    task = small_task()
    assert task.target.labels is None
    assert set(told(small("dann"), task)) == {PREFIX + name for name in QUICK}


def test_their_curves_come_with_the_evaluations() -> None:
    task, strategy = small_task(), small("source-only", steps=12)
    validators = Validators(images("source test", 20, 1.0), task.target)
    events = [each for each in train(strategy, task, [validators]) if type(each).__name__ == "Evaluated"]
    assert len(events) > 5
    assert all(set(each.values) == {PREFIX + name for name in QUICK} for each in events)


def test_every_validator_says_what_it_is() -> None:
    assert all(says.endswith(".") for says in THOROUGH.values())
    assert set(QUICK) < set(THOROUGH)
    with pytest.raises(KeyError):
        told(small("source-only"), small_task())[PREFIX + "reverse"]
