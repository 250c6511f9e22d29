"""Label shift estimated from a network's answers, where the truth is known."""

import numpy as np
import pytest

from tlcore.shift.proportions import label_shift

CONFUSION = np.array([[0.8, 0.1, 0.2], [0.15, 0.8, 0.1], [0.05, 0.1, 0.7]])  # P(ŷ = i | y = j)


def answers(
    shares: list[float], rows: int, seed: int, confusion: np.ndarray = CONFUSION
) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.choice(len(shares), rows, p=shares)
    named = np.array([random.choice(len(confusion), p=confusion[:, label]) for label in labels])
    return named, labels


def test_the_targets_proportions_are_found_and_lie_in_their_interval() -> None:
    truth = np.array([0.1, 0.3, 0.6])
    inside = []
    for seed in range(10):
        found = label_shift(*answers([1 / 3] * 3, 1500, seed), answers(list(truth), 1500, seed + 100)[0], 3)
        assert found.target == pytest.approx(truth, abs=0.07)
        inside.extend((found.low <= truth) & (truth <= found.high))
    assert np.mean(inside) > 0.8
    assert found.weights == pytest.approx(found.target / found.source)
    assert found.telling


def test_it_is_the_papers_equation_where_nothing_is_cut_off() -> None:
    named, labels = answers([0.5, 0.3, 0.2], 600, 1)
    asked = answers([0.3, 0.4, 0.3], 600, 2)[0]
    joint = np.array([[np.mean((named == i) & (labels == j)) for j in range(3)] for i in range(3)])
    weights = np.linalg.solve(joint, np.bincount(asked) / 600)
    found = label_shift(named, labels, asked, 3)
    assert found.weights == pytest.approx(weights)
    assert found.target == pytest.approx(weights * np.bincount(labels) / 600)


def test_what_the_network_names_is_not_what_there_is() -> None:
    """Counting its answers would be off; of a network that only guesses nothing can be told."""
    truth = [0.05, 0.05, 0.9]
    asked = answers(truth, 3000, 5)[0]
    assert abs(np.mean(asked == 2) - 0.9) > 0.2
    assert label_shift(*answers([1 / 3] * 3, 3000, 4), asked, 3).target == pytest.approx(truth, abs=0.05)
    guessing = np.full((3, 3), 1 / 3)
    found = label_shift(*answers([1 / 3] * 3, 600, 6, guessing), answers(truth, 600, 7, guessing)[0], 3)
    assert found.condition > 10
    assert not found.telling


def test_shares_are_shares_even_for_classes_that_the_source_lacks() -> None:
    named, labels = answers([0.5, 0.5, 0.0], 300, 1)
    found = label_shift(named, labels, np.zeros(50, dtype=int), 4)
    assert found.target.sum() == pytest.approx(1)
    assert found.target.tolist()[2:] == [0, 0]
    assert (found.target >= 0).all()
    assert found.weights[3] == 0
    with pytest.raises(ValueError, match="as many answers"):
        label_shift(named, labels[:5], named, 3)
