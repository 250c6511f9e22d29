"""The loop tells what happens, in order, and looks no longer than it may."""

from collections.abc import Iterator
from itertools import takewhile
from math import isnan
from time import sleep
from typing import Any

import numpy as np
import pytest
import torch

from tests.strategies.small import small, small_exam, small_network, small_task
from tlcore.data import Task
from tlcore.errors import Diverged
from tlcore.strategies import STRATEGIES, Strategy
from tlcore.training.bystander import untouched
from tlcore.training.evaluators import Accuracy
from tlcore.training.events import Evaluated, Finished, Measured, Observed, Rested
from tlcore.training.loop import Rhythm, train
from tlcore.training.observers import Frames, Probe, Scene, extent


@pytest.fixture
def task() -> Task:
    return small_task()


def probe() -> Probe:
    return Probe(small_exam(), per_domain=15)


def test_events_come_in_order(task: Task) -> None:
    events = list(train(small("source-only"), task, [Accuracy(small_exam())], rhythm=Rhythm(eager=True)))
    assert [type(event) for event in events[:3]] == [Evaluated, Measured, Evaluated]
    assert isinstance(events[-1], Finished) and events[-1].step == 4
    steps = [event.step for event in events]
    assert steps == sorted(steps)
    rests = [event.step for event in events if isinstance(event, Rested)]
    assert rests == [1, 2, 3, 4]


def test_a_curve_is_thinned_by_step_and_not_by_the_clock(task: Task) -> None:
    told = [
        event.step
        for event in train(small("source-only", steps=50), task, rhythm=Rhythm(curve_points=10))
        if isinstance(event, Measured)
    ]
    assert told == [1, *range(5, 51, 5)]


@pytest.mark.parametrize(("eager", "rest"), [(True, 0.0), (False, 0.0), (False, 1e9)])
def test_how_often_it_rests_changes_no_number(task: Task, eager: bool, rest: float) -> None:
    def numbers(rhythm: Rhythm) -> list[Measured | Evaluated]:
        events = train(small("deep-coral", steps=20), task, [Accuracy(small_exam())], rhythm=rhythm)
        return [event for event in events if isinstance(event, Measured | Evaluated)]

    assert numbers(Rhythm(eager=eager, rest=rest)) == numbers(Rhythm())


def test_a_loss_that_leaves_the_numbers_ends_the_run_with_its_step(task: Task) -> None:
    strategy = small("source-only", steps=30)
    with torch.no_grad():
        strategy.network.head.weight[0, 0] = float("nan")
    with pytest.raises(Diverged, match="'classification' became not-a-number at step 1") as caught:
        list(train(strategy, task))
    assert caught.value.step == 1


def test_the_step_that_left_the_numbers_is_told_as_it_is_though_curves_are_thinned(task: Task) -> None:
    strategy, told = small("source-only", steps=30), list[Measured]()
    with pytest.raises(Diverged):
        for event in train(strategy, task, rhythm=Rhythm(curve_points=3, eager=True)):
            told += [event] if isinstance(event, Measured) else []
            if event.step == 6:
                with torch.no_grad():
                    strategy.network.head.weight.fill_(float("nan"))
    assert [event.step for event in told] == [1, 7]
    assert isnan(told[-1].values["classification"])


def test_a_phase_that_begins_is_told_once_also_by_a_run_that_goes_on(task: Task) -> None:
    def begun(strategy: Strategy[Any], steps: int = 99) -> list[tuple[int, dict[str, Any]]]:
        events = train(strategy, task, rhythm=Rhythm(eager=True))
        told = takewhile(lambda event: event.step <= steps, events)
        return [(event.step, dict(event.values)) for event in told if isinstance(event, Observed)]

    probe = [(4, {"begins": "probe", "ends": "learn the source"})]
    assert begun(small("linear-probe"))[:1] == probe and begun(small("source-only")) == []
    cut = small("linear-probe")
    assert begun(cut, steps=5) == probe
    again = small("linear-probe")
    again.journal.load(cut.journal.state())
    assert begun(again) == []


def test_observers_are_held_to_their_share(task: Task) -> None:
    looks = []

    class Slow:
        def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
            looks.append(step)
            sleep(0.02)
            yield Observed(step, "slow")

    list(
        train(small("source-only", steps=300), task, observers=[Slow()], rhythm=Rhythm(look=0.0, share=0.04, rest=0.0))
    )
    assert looks[0] == 0 and looks[-1] == 300, "the beginning and the end are always seen"
    assert len(looks) < 30, "each look of 20 ms forbids the next for half a second"


def test_looking_restores_every_mode_and_every_buffer() -> None:
    strategy = small("adabn")
    strategy.network.train()
    strategy.network.backbone.eval()
    before = {name: value.clone() for name, value in strategy.network.named_buffers()}
    modes = [module.training for module in strategy.network.modules()]
    with untouched(strategy):
        strategy.network.train()
        strategy.network(torch.randint(0, 255, (8, 1, 8, 8), dtype=torch.uint8))
    assert [module.training for module in strategy.network.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in strategy.network.named_buffers())


def test_quick_grades_ask_fewer_images_and_final_ones_all(task: Task) -> None:
    asked = []

    class Counting(STRATEGIES["source-only"]):  # type: ignore[misc]
        def predict(self, inputs: torch.Tensor) -> torch.Tensor:
            asked.append(len(inputs))
            return super().predict(inputs)  # type: ignore[no-any-return]

    strategy = Counting(small_network())
    grader = Accuracy(small_exam(), quick=10)
    with untouched(strategy):
        grader.evaluate(strategy, final=False)
        grader.evaluate(strategy, final=True)
    assert asked == [10, 10, 30, 30]


def test_accuracy_agrees_with_counting_by_hand(task: Task) -> None:
    strategy, exam = small("source-only"), small_exam()
    list(train(strategy, task))
    with untouched(strategy):
        grades = Accuracy(exam).evaluate(strategy, final=True)
        right = [
            int(strategy.network(image[None]).argmax() == label)
            for image, label in zip(exam.target.inputs, exam.target.labels, strict=True)  # type: ignore[arg-type]
        ]
    assert grades["target_accuracy"] == pytest.approx(np.mean(right))


def test_a_frame_holds_what_the_page_draws(task: Task) -> None:
    events = list(train(small("deep-coral"), task, observers=[Scene(probe(), {"kind": "tiny"}), Frames(probe())]))
    scene, *frames = [event for event in events if isinstance(event, Observed) and event.name in ("scene", "frame")]
    assert scene.name == "scene" and scene.step == 0
    assert scene.arrays["domain"].tolist() == [0] * 15 + [1] * 15
    assert scene.arrays["thumbs"].shape[1:] == (8, 8, 3)
    assert {frame.step for frame in frames} >= {0, 4}
    for frame in frames:
        assert frame.arrays["map"].shape == (30, 2) and frame.arrays["predicted"].shape == (30,)
        assert {"judge", "judge_low", "judge_high", "judge_null", "mmd", "mmd_null", "coral"} <= frame.values.keys()


def test_a_scene_is_a_square_window_with_a_margin() -> None:
    x0, x1, y0, y1 = extent(np.array([[0.0, 0.0], [10.0, 2.0]]))
    assert (x1 - x0) == pytest.approx(y1 - y0) == pytest.approx(11.0)
    assert (x0, (y0 + y1) / 2) == pytest.approx((-0.5, 1.0))
