"""Grades apart: by group and by certainty, of just the images that they say."""

import numpy as np
import pytest
import torch
from sklearn.calibration import calibration_curve

from tests.training.test_grouping import COLOUR, colourist, exam
from tlcore.runs.building import build
from tlcore.runs.spec import RunSpec
from tlcore.training.grading import NAME, Grades
from tlcore.training.grouping import Groups
from tlcore.training.loop import Rhythm, train


def test_grades_are_told_a_few_times_and_at_the_end() -> None:
    watching = Grades(exam(), Groups(("circle", "square"), COLOUR, 1), length=100, looks=4)
    steps = [step for step in range(101) if list(watching.observe(colourist(), step))]
    assert steps == [25, 50, 75, 100]


def test_bars_by_group_and_points_by_certainty_say_what_they_stand_on() -> None:
    (event,) = Grades(exam(), Groups(("circle", "square"), COLOUR, 1), length=10).observe(colourist(), 10)
    assert event.name == NAME and event.values["groups"][1] == "circle, green"
    share, low, high, count = event.arrays["groups/target"][1]
    assert (share, count) == (0.0, 12) and low == pytest.approx(0) and high == pytest.approx(0.242494, abs=1e-5)
    assert np.isnan(event.arrays["groups/target"][2]).all(), "there is no red square in it"
    (point,) = event.arrays["reliability/target"]  # one stretch: all answers are equally sure
    assert point[1] == pytest.approx(12 / 26) and point[4] == 26
    assert event.values["ece_target"] == pytest.approx(abs(point[0] - point[1]), abs=1e-6)


def test_a_run_tells_the_diagram_of_all_its_test_images_at_the_end() -> None:
    spec = RunSpec("source-only", "printed-to-handwritten", steps=30, device="cpu").completed()
    built = build(spec, torch.device("cpu"))
    mine = [each for each in built.observers if isinstance(each, Grades)]
    events = list(train(built.strategy, built.prepared.task, built.evaluators, mine, Rhythm(look=0.0, share=1.0)))
    last = [each for each in events if getattr(each, "name", "") == NAME][-1]
    told = events[-1].values  # type: ignore[union-attr]
    assert last.values["ece_target"] == pytest.approx(told["target_ece"]) and last.step == 30
    assert last.values["items_target"] == told["target_items"]
    assert "groups" not in last.values
    target = built.prepared.exam.target
    built.strategy.network.eval()
    predictions = built.strategy.predict(target.inputs[:]).softmax(1).detach().numpy()
    right = predictions.argmax(1) == target.answers().numpy()
    # An independent diagram: scikit-learn's, by the same fifteen stretches.
    shares, certain = calibration_curve(right, predictions.max(1), n_bins=15, strategy="uniform")
    assert np.allclose(last.arrays["reliability/target"][:, 0], certain, atol=1e-5)
    assert np.allclose(last.arrays["reliability/target"][:, 1], shares, atol=1e-5)
