"""A judge of several domains: of two it is the judge, it guesses where nothing differs, and it means how sure it is."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from tlcore.shift.judge import fold_numbers, judge
from tlcore.shift.naming import name_that_data_set


def cloud(rows: int, place: float = 0.0, seed: int = 0, dim: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(place, 1.0, (rows, dim))


@pytest.mark.parametrize(("sizes", "dim"), [((60, 45), 6), ((20, 30), 80)], ids=["narrow", "wide"])
def test_of_two_domains_it_is_the_judge(sizes: tuple[int, int], dim: int) -> None:
    source, target = cloud(sizes[0], 0.0, 1, dim), cloud(sizes[1], 0.4, 2, dim)
    told, said = name_that_data_set([source, target], seed=3), judge(source, target, seed=3)
    assert (told.accuracy, told.low, told.high) == pytest.approx((said.accuracy, said.low, said.high))
    assert told.chance == 0.5


def test_of_three_domains_it_is_ridge_regression_on_their_names() -> None:
    """Scikit-learn's, fold by fold, on rows that are standardised by what is learned from."""
    clouds = [cloud(50, place, seed) for seed, place in enumerate((0.0, 0.5, 1.0))]
    told = name_that_data_set(clouds, seed=1)
    rows, names = np.concatenate(clouds), np.repeat(np.arange(3), 50)
    fold = np.concatenate([fold_numbers(50, 5, 1 + k) for k in range(3)])
    guessed = np.empty(150, dtype=int)
    for k in range(5):
        known = rows[fold != k]
        mean, scale = known.mean(0), known.std(0)
        model = Ridge(6).fit((known - mean) / scale, 2 * np.eye(3)[names[fold != k]] - 1)
        guessed[fold == k] = model.predict((rows[fold == k] - mean) / scale).argmax(1)
    assert told.accuracy == pytest.approx(np.mean(guessed == names))
    for own in range(3):
        shares = np.bincount(guessed[names == own], minlength=3) / 50
        assert told.confusion[own] == pytest.approx(shares)
    assert told.low < told.accuracy < told.high and told.chance == pytest.approx(1 / 3)


def test_equal_domains_can_but_be_guessed() -> None:
    inside = [name_that_data_set([cloud(100, seed=4 * draw + k) for k in range(4)]) for draw in range(20)]
    assert np.mean([each.accuracy for each in inside]) == pytest.approx(0.25, abs=0.03)
    assert sum(each.low <= 0.25 <= each.high for each in inside) >= 16
    assert max(float(each.probabilities[0].max()) for each in inside) < 0.6


def test_it_is_as_sure_as_it_is_right() -> None:
    clouds = [cloud(2000, place, seed, dim=2) for seed, place in enumerate((0.0, 1.0))]
    told = name_that_data_set(clouds)
    sure = np.concatenate([each.max(1) for each in told.probabilities])
    right = np.concatenate([each.argmax(1) == own for own, each in enumerate(told.probabilities)])
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 1.0)):
        among = (sure > low) & (sure <= high)
        assert right[among].mean() == pytest.approx(sure[among].mean(), abs=0.05)


def test_rows_that_tell_nothing_are_shared_among_the_names() -> None:
    told = name_that_data_set([np.ones((8, 3)), np.ones((8, 3)), np.ones((8, 3))])
    assert told.accuracy == pytest.approx(1 / 3)


@pytest.mark.parametrize("few", [[np.ones((4, 2))], [np.ones((4, 2)), np.ones((1, 2))]])
def test_too_little_to_name_is_a_mistake(few: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="two domains"):
        name_that_data_set(few)
