"""What a lesson reads from a run's events, against events made by hand."""

import numpy as np
import pytest

from tlcore.lessons.results import percent, points, result_of
from tlcore.training.events import Evaluated, Finished, Measured, Observed, Rested


def scene(domain: list[int]) -> Observed:
    return Observed(0, "scene", {}, {"domain": np.array(domain, dtype=np.uint8)})


def frame(step: int, confidence: list[int], **values: float) -> Observed:
    return Observed(step, "frame", values, {"confidence": np.array(confidence, dtype=np.uint8)})


def test_the_last_evaluation_and_the_last_look_count() -> None:
    result = result_of(
        [
            Evaluated(0, {"target_accuracy": 0.5, "source_accuracy": 0.4}),
            scene([0, 0, 1, 1]),
            frame(0, [255, 255, 255, 255], judge=0.9),
            Measured(1, {"classification": 2.0}),
            Evaluated(10, {"target_accuracy": 0.7, "source_accuracy": 0.9}),
            frame(10, [255, 51, 102, 204], judge=0.6),
            Rested(10),
            Evaluated(12, {"target_accuracy": 0.8, "source_accuracy": 1.0}),
            Finished(12, {"target_accuracy": 0.8, "source_accuracy": 1.0}),
        ]
    )
    assert result.target == 0.8
    assert result.source == 1.0
    assert result.seen["judge"] == 0.6
    assert result.seen["source_confidence"] == pytest.approx(0.6)  # (1 + 0.2) / 2
    assert result.seen["target_confidence"] == pytest.approx(0.6)  # (0.4 + 0.8) / 2
    assert result.curves["target_accuracy"] == ((0, 0.5), (10, 0.7), (12, 0.8))


def test_features_come_with_their_domains() -> None:
    rows = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float16)
    features = Observed(5, "features", {}, {"features": rows})
    found = result_of([scene([0, 1]), features]).features
    assert found["features"].tolist() == rows.tolist()
    assert found["domain"].tolist() == [0, 1]
    assert result_of([features]).features == {}


def test_a_run_that_nobody_looked_into_has_its_grades_alone() -> None:
    result = result_of([Finished(3, {"target_accuracy": 0.25})])
    assert (result.target, result.seen) == (0.25, {})


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.004, "0.4 %"), (0.254, "25 %"), (0.99, "99 %"), (0.997, "99.7 %"), (1.0, "100 %")],
)
def test_percent(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("gain", "said"), [(0.262, "+26 points"), (-0.3, "−30 points"), (0.01, "+1 point"), (0.0, "0 points")]
)
def test_points(gain: float, said: str) -> None:
    assert points(gain) == said


def test_how_a_run_ended_is_always_kept() -> None:
    """However the clock lets the observers look, the features of the last step are there."""
    import torch

    from tlcore.data import Domain
    from tlcore.networks import build_network
    from tlcore.strategies import find
    from tlcore.training.evaluators import Exam
    from tlcore.training.observers import Frames, Probe

    points, labels = torch.randn(30, 2, generator=torch.Generator().manual_seed(0)), torch.arange(30) % 2
    domain = Domain("points", points, labels, 0)
    strategy = find("source-only")(build_network("tiny-mlp", 2, input_shape=(2,)))
    frames = Frames(Probe(Exam(domain, domain)), length=100, kept=2)
    with torch.no_grad():
        seen = [event for step in (0, 70, 100) for event in frames.observe(strategy, step)]
    assert [event.step for event in seen if event.name == "features"] == [0, 70, 100]
