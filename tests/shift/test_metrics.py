"""The shift metrics against independent computations, and what they are blind to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel

from tlcore.shift import metrics
from tlcore.shift.metrics import (
    Pairs,
    between_halves,
    coral_distance,
    halves,
    matched,
    median_bandwidth,
    membership,
    mmd2,
)

seeds = st.integers(0, 10_000)


def cloud(rows: int, dim: int = 4, seed: int = 0, scale: float = 1.0, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, scale, (rows, dim))


def rotation(dim: int, seed: int) -> np.ndarray:
    return np.linalg.qr(cloud(dim, dim, seed))[0]


def test_biased_mmd_is_the_distance_of_kernel_means() -> None:
    source, target = cloud(40, seed=1), cloud(30, seed=2, shift=0.5)
    ss, tt, across = (rbf_kernel(a, b, 1 / (2 * 1.3**2)) for a, b in [(source,) * 2, (target,) * 2, (source, target)])
    assert mmd2(source, target, 1.3, unbiased=False).value == pytest.approx(
        ss.mean() + tt.mean() - 2 * across.mean(), rel=1e-10
    )


def test_unbiased_mmd_leaves_out_the_pairs_of_a_row_with_itself() -> None:
    source, target = cloud(9, seed=1), cloud(7, seed=2, shift=0.5)

    def k(x: np.ndarray, y: np.ndarray) -> float:
        return float(np.exp(-((x - y) ** 2).sum() / (2 * 1.3**2)))

    within = [
        np.mean([k(x[i], x[j]) for i in range(len(x)) for j in range(len(x)) if i != j]) for x in (source, target)
    ]
    expected = sum(within) - 2 * np.mean([k(s, t) for s in source for t in target])
    assert mmd2(source, target, 1.3) == (pytest.approx(expected, rel=1e-10), 1.3)


@pytest.mark.parametrize("rows", [25, 26], ids=["odd number of pairs or not", "and the other"])
def test_the_bandwidth_is_the_median_distance_of_both_domains_together(rows: int) -> None:
    source, target = cloud(rows, seed=1), cloud(14, seed=2, shift=1)
    both = np.concatenate([source, target])
    assert median_bandwidth(both) == pytest.approx(np.median(pdist(both)), rel=1e-6)
    assert mmd2(source, target).bandwidth == pytest.approx(np.median(pdist(both)), rel=1e-6)


def test_a_bandwidth_can_always_be_divided_by() -> None:
    assert median_bandwidth(np.full((20, 3), 0.1)) == 1
    mostly_equal = np.zeros((20, 3))
    mostly_equal[0] = 1
    assert median_bandwidth(mostly_equal) == pytest.approx(np.mean(pdist(mostly_equal)))


def test_rounding_is_not_taken_for_a_distance() -> None:
    """Of rows that differ by a billionth, rounding leaves some 1e-14, whose root is no bandwidth to measure with."""
    mostly_equal = np.repeat(cloud(3, 33), [25, 3, 2], axis=0) + 1e-9 * cloud(30, 33, seed=1)
    assert median_bandwidth(mostly_equal) == pytest.approx(np.mean(pdist(mostly_equal)), rel=1e-5)


def test_coral_distance_is_the_papers_formula() -> None:
    source, target = cloud(50, 7, seed=1), cloud(30, 7, seed=2, scale=1.5, shift=1)
    expected = np.linalg.norm(np.cov(source.T) - np.cov(target.T)) ** 2 / (4 * 7**2)
    assert coral_distance(source, target) == pytest.approx(expected, rel=1e-9)
    wide_source, wide_target = cloud(20, 50, seed=1), cloud(10, 50, seed=2, scale=1.5)
    expected = np.linalg.norm(np.cov(wide_source.T) - np.cov(wide_target.T)) ** 2 / (4 * 50**2)
    assert coral_distance(wide_source, wide_target) == pytest.approx(expected, rel=1e-9)


@given(seeds)
def test_metrics_are_symmetric_and_indifferent_to_a_common_move(seed: int) -> None:
    source, target = cloud(12, seed=seed), cloud(9, seed=seed + 1, scale=2, shift=0.7)
    turn = rotation(4, seed)
    for metric in (lambda s, t: mmd2(s, t).value, lambda s, t: mmd2(s, t, unbiased=False).value, coral_distance):
        value = metric(source, target)
        assert metric(target, source) == pytest.approx(value)
        assert metric(source @ turn + 100, target @ turn + 100) == pytest.approx(value)


def test_metrics_keep_their_digits_far_from_the_origin() -> None:
    source, target = cloud(30, seed=1), cloud(25, seed=2, shift=0.1)
    assert mmd2(source + 1e6, target + 1e6).value == pytest.approx(mmd2(source, target).value, rel=1e-6)
    assert coral_distance(source + 1e6, target + 1e6) == pytest.approx(coral_distance(source, target), rel=1e-6)


@given(seeds, st.integers(2, 20), st.integers(1, 6), st.floats(0.01, 100))
def test_biased_mmd_and_coral_are_never_negative(seed: int, rows: int, dim: int, scale: float) -> None:
    source, target = cloud(rows, dim, seed, scale), cloud(rows + 1, dim, seed + 1, scale)
    assert mmd2(source, target, unbiased=False).value >= -1e-12
    assert coral_distance(source, target) >= 0
    assert mmd2(source, source, unbiased=False).value == pytest.approx(0, abs=1e-12)


@given(seeds, st.floats(0.01, 100))
def test_mmd_does_not_depend_on_the_unit_of_the_features(seed: int, unit: float) -> None:
    source, target = cloud(10, seed=seed), cloud(12, seed=seed + 1)
    assert mmd2(unit * source, unit * target).value == pytest.approx(mmd2(source, target).value, abs=1e-6)


def test_pairs_measure_any_groups_as_if_they_were_alone() -> None:
    x = cloud(30, seed=1) * np.linspace(0.5, 2, 30)[:, None]
    groups = [np.arange(0, 30, 3), np.array([1, 2, 4, 28, 29]), np.arange(10, 20)]
    pairs = Pairs(x)
    mmd, coral = pairs.mmd2(membership(groups, 30)), pairs.coral(membership(groups, 30))
    for i, j in [(0, 1), (1, 2), (2, 0)]:
        assert mmd[i, j] == pytest.approx(mmd2(x[groups[i]], x[groups[j]], pairs.bandwidth).value)
        assert coral[i, j] == pytest.approx(coral_distance(x[groups[i]], x[groups[j]]))


def test_halves_are_every_row_once_and_the_same_for_a_seed() -> None:
    for (first, second), (again, _) in zip(halves(11, 3, seed=5), halves(11, 3, seed=5)):
        assert sorted([*first, *second]) == list(range(11))
        assert (len(first), len(second)) == (5, 6)
        assert np.array_equal(first, again)
    assert not np.array_equal(*(next(halves(10, 1, seed))[0] for seed in (0, 1)))
    with pytest.raises(ValueError, match="there are 3"):
        next(halves(3, 1, 0))


def test_between_halves_unbiased_mmd_is_about_zero_while_a_shift_is_not() -> None:
    source, target = cloud(200, 8, seed=1), cloud(200, 8, seed=2, shift=0.5)
    null = between_halves(lambda a, b: mmd2(a, b).value, source)
    assert abs(null) < 0.005
    assert mmd2(source, target).value > 0.03


def test_between_halves_matches_the_size_of_what_it_stands_beside() -> None:
    """CORAL of two equal domains is all chance: the null must be that, not the greater chance of halves."""
    values = [coral_distance(cloud(100, seed=2 * k), cloud(60, seed=2 * k + 1)) for k in range(60)]
    nulls = [between_halves(coral_distance, cloud(100, seed=k), splits=2, seed=k, like=(100, 60)) for k in range(60)]
    assert np.mean(nulls) == pytest.approx(np.mean(values), rel=0.15)
    assert matched(2.0, 100, (50, 50)) == 2.0


@pytest.mark.parametrize("metric", [mmd2, coral_distance])
def test_a_domain_of_one_row_is_refused(metric) -> None:
    with pytest.raises(ValueError, match="these have 1 and 5"):
        metric(cloud(1), cloud(5))


@pytest.mark.parametrize("count", [3, 1000, 1001, 20_000, 20_001])
def test_the_quick_median_is_the_median(count: int) -> None:
    random = np.random.default_rng(count)
    alike = np.where(random.random(count) < 0.6, 0, random.random(count))
    for values in (random.gamma(2, size=count), random.integers(0, 9, count), alike, np.full(count, 3.0)):
        assert metrics._median(values.astype(np.float32)) == float(np.median(values.astype(np.float32)))
