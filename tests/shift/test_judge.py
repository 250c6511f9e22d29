"""The judge against scikit-learn and against the closed form for two normal distributions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcore.shift.judge import Judgement, _judgement, fold_numbers, judge
from tlcore.shift.words import words


def cloud(rows: int, dim: int, seed: int, shift: float = 0.0) -> np.ndarray:
    mix = np.random.default_rng(99).normal(size=(dim, dim))
    return np.random.default_rng(seed).normal(shift, 1, (rows, dim)) @ mix + 5


def scikit_learns_opinion(source: np.ndarray, target: np.ndarray, folds: int, seed: int, ridge: float) -> float:
    """The same discriminant, folds and weights by other hands."""
    x, y = np.concatenate([source, target]), np.repeat([1, 0], [len(source), len(target)])
    fold = np.concatenate([fold_numbers(len(source), folds, seed), fold_numbers(len(target), folds, seed + 1)])
    guesses = np.empty(len(y))
    for k in range(folds):
        seen = fold != k
        count = np.bincount(y[seen])
        weight = (seen.sum() / (2 * count))[y[seen]]
        model = make_pipeline(StandardScaler(), RidgeClassifier(ridge * x.shape[1]))
        model.fit(x[seen], y[seen], standardscaler__sample_weight=weight, ridgeclassifier__sample_weight=weight)
        guesses[~seen] = model.predict(x[~seen])
    return float(balanced_accuracy_score(y, guesses))


@pytest.mark.parametrize(("n", "m", "dim"), [(100, 100, 8), (90, 41, 8), (30, 25, 80)])
def test_the_judge_is_a_cross_validated_ridge_discriminant(n: int, m: int, dim: int) -> None:
    source, target = cloud(n, dim, seed=1), cloud(m, dim, seed=2, shift=0.3)
    for folds, seed, ridge in [(5, 0, 1.0), (3, 7, 0.01)]:
        expected = scikit_learns_opinion(source, target, folds, seed, ridge)
        assert judge(source, target, folds, seed, ridge).accuracy == pytest.approx(expected, abs=1e-12)
    assert 0.5 < expected < 1


@pytest.mark.parametrize("distance", [0, 1, 2, 4])
def test_proxy_a_distance_of_two_normal_distributions(distance: float) -> None:
    generator = np.random.default_rng(1)
    source, target = generator.normal(0, 1, (20_000, 1)), generator.normal(distance, 1, (20_000, 1))
    expected = 2 * (1 - 2 * norm.cdf(-distance / 2))
    judgement = judge(source, target)
    assert judgement.proxy_a_distance == pytest.approx(expected, abs=0.03)
    if distance > 0:  # of equal domains, all discriminants of a sample err to the same side
        assert judgement.low < norm.cdf(distance / 2) < judgement.high


def test_proxy_a_distance_stays_within_its_bounds() -> None:
    assert Judgement(0.4, 0.3, 0.5).proxy_a_distance == 0
    assert Judgement(0.75, 0.7, 0.8).proxy_a_distance == 1
    assert Judgement(1.0, 0.9, 1.0).proxy_a_distance == 2


def test_the_interval_holds_the_truth_in_about_95_of_100_samples() -> None:
    """Two binomials of different size, so that this is about the interval alone."""
    generator, recalls, sizes = np.random.default_rng(0), (0.9, 0.6), (40, 25)
    inside = 0
    for _ in range(2000):
        hits = [float(generator.binomial(size, recall)) for size, recall in zip(sizes, recalls)]
        judgement = _judgement(hits, list(sizes))
        inside += judgement.low <= 0.75 <= judgement.high
    assert 0.93 < inside / 2000 < 0.975


def test_a_perfect_score_on_few_rows_is_not_certainty() -> None:
    judgement = _judgement([10.0, 10.0], [10, 10])
    assert judgement.high == pytest.approx(1)
    assert judgement.low < 0.85


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(2, 30), st.integers(1, 40))
def test_a_judgement_lies_within_its_interval_and_that_within_0_and_1(seed: int, n: int, m: int, dim: int) -> None:
    judgement = judge(cloud(n, dim, seed), cloud(m, dim, seed + 1), seed=seed)
    assert -1e-12 <= judgement.low <= judgement.accuracy <= judgement.high <= 1 + 1e-12


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_units_and_origin_of_a_feature_do_not_matter(seed: int) -> None:
    source, target = cloud(40, 5, seed), cloud(40, 5, seed + 1, shift=0.3)
    units = np.array([1e-3, 1, 10, 1e3, 7])
    assert judge(source * units + 50, target * units + 50).accuracy == judge(source, target).accuracy


def test_the_same_seed_gives_the_same_folds_and_another_seed_others() -> None:
    source, target = cloud(60, 4, 1), cloud(60, 4, 2, shift=0.2)
    assert judge(source, target, seed=3) == judge(source, target, seed=3)
    assert len({judge(source, target, seed=seed).accuracy for seed in range(5)}) > 1
    assert np.bincount(fold_numbers(23, 5, 0)).tolist() == [5, 5, 5, 4, 4]


def test_the_smaller_domain_weighs_as_much_as_the_greater() -> None:
    """Counting rows alone, always guessing the greater domain would be right in 95 of 100."""
    accuracy = judge(cloud(380, 5, 1), cloud(20, 5, 2)).accuracy
    assert accuracy == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
def test_features_that_have_collapsed_leave_the_judge_guessing(value: float) -> None:
    assert judge(np.full((30, 4), value), np.full((20, 4), value)).accuracy == 0.5


def test_a_feature_that_never_changes_is_no_hint() -> None:
    source, target = cloud(50, 4, 1), cloud(50, 4, 2, shift=0.5)
    constant = np.full((50, 1), 0.1)
    with_it = judge(np.hstack([source, constant]), np.hstack([target, constant]), ridge=1 / 5)
    assert with_it == judge(source, target, ridge=1 / 4)


def test_one_row_is_too_few_to_judge() -> None:
    with pytest.raises(ValueError, match="these have 1 and 9"):
        judge(cloud(1, 3, 0), cloud(9, 3, 0))


@pytest.mark.parametrize(
    ("accuracy", "sentence"),
    [
        (0.42, "The two domains look the same to the judge."),
        (0.55, "The two domains look the same to the judge."),
        (0.56, "Partly mixed."),
        (0.70, "Partly mixed."),
        (0.71, "Clearly different."),
        (0.90, "Clearly different."),
        (0.91, "Worlds apart."),
        (1.00, "Worlds apart."),
    ],
)
def test_words(accuracy: float, sentence: str) -> None:
    assert words(Judgement(accuracy, accuracy - 0.05, accuracy + 0.05)) == sentence
    assert words(Judgement(accuracy, accuracy - 0.1, accuracy + 0.1)) == "Too few samples to say."
