"""Calibration against scikit-learn's curve, by hand, and on networks whose honesty is known."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from tlcore.calibration import calibration_error, reliability


def answers(rows: int = 400, honest: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two classes; an answer of certainty p is right with the chance ½ + honest · (p − ½)."""
    random = np.random.default_rng(seed)
    certain = random.uniform(0.5, 1, rows)
    right = random.random(rows) < 0.5 + honest * (certain - 0.5)
    first = random.random(rows) < 0.5
    predictions = np.where(first[:, None], np.stack([certain, 1 - certain], 1), np.stack([1 - certain, certain], 1))
    return predictions, np.where(right, ~first, first).astype(int)


def test_the_diagram_is_scikit_learns() -> None:
    predictions, labels = answers()
    right = predictions.argmax(1) == labels
    share, certain = calibration_curve(right, predictions.max(1), n_bins=10)
    diagram = reliability(predictions, labels, bins=10)
    assert [each.certain for each in diagram] == pytest.approx(list(certain))
    assert [each.right.value for each in diagram] == pytest.approx(list(share))
    assert sum(each.right.n for each in diagram) == 400
    assert all(each.right.low <= each.right.value <= each.right.high for each in diagram)


def test_the_error_by_hand() -> None:
    predictions = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.3, 0.7]])
    diagram = reliability(predictions, [0, 1, 1, 1], bins=2)  # all four in (½, 1]: ¾ right, 0.775 certain
    assert calibration_error(diagram) == pytest.approx(0.025)
    diagram = reliability(predictions, [0, 1, 1, 1], bins=10)  # (.5, .6], (.6, .7], (.8, .9]
    assert calibration_error(diagram) == pytest.approx((0.4 + 0.3 + 2 * 0.4) / 4)


def test_an_honest_network_has_hardly_an_error_and_a_boaster_has_one() -> None:
    error = {honest: calibration_error(reliability(*answers(20_000, honest))) for honest in (1.0, 0.5, 0.0)}
    assert error[1.0] < 0.02
    assert error[0.5] == pytest.approx(0.125, abs=0.02)  # half of what it says it knows, on the mean of ¼ above ½
    assert error[0.0] == pytest.approx(0.25, abs=0.02)


def test_certainty_of_nought_and_of_one_have_their_places() -> None:
    diagram = reliability(np.array([[1.0, 0.0], [0.0, 0.0]]), [0, 1])
    assert [each.certain for each in diagram] == [0, 1]
    with pytest.raises(ValueError, match="Calibration needs"):
        reliability(np.ones((2, 2)), [0, 1, 0])
