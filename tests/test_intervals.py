"""Intervals against other libraries, and whether they hold what they promise."""

import numpy as np
import pytest
from scipy import stats

from tlcore.intervals import gain, negative_transfer, over_seeds, wilson


@pytest.mark.parametrize(("hits", "count"), [(0, 5), (5, 5), (3, 8), (180, 200)])
def test_wilson_is_scipys(hits: int, count: int) -> None:
    expected = stats.binomtest(hits, count).proportion_ci(method="wilson")
    found = wilson(hits / count, count)
    assert (found.low, found.high) == (pytest.approx(expected.low, abs=1e-12), pytest.approx(expected.high, abs=1e-12))
    assert (found.value, found.n) == (hits / count, count)


def test_over_seeds_is_scipys_t_interval() -> None:
    values = [0.81, 0.84, 0.79, 0.9, 0.83]
    low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    found = over_seeds(values)
    assert found == (pytest.approx(np.mean(values)), pytest.approx(low), pytest.approx(high), 5)
    assert found.half == pytest.approx((high - low) / 2)


def test_one_seed_says_nothing_about_others() -> None:
    assert over_seeds([0.7]) == (0.7, float("-inf"), float("inf"), 1)
    assert not over_seeds([0.7]).clear_of(100)


def test_gain_is_a_paired_test() -> None:
    ours, theirs = [0.8, 0.7, 0.9, 0.6], [0.75, 0.68, 0.86, 0.54]
    found = gain(ours, theirs)
    expected = stats.ttest_rel(ours, theirs).confidence_interval()
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert found.clear_of(0)
    assert abs(np.mean(ours) - np.mean(theirs)) < over_seeds(ours).half  # unpaired nobody could tell


def test_intervals_hold_the_truth_about_95_times_of_100() -> None:
    random = np.random.default_rng(0)
    seeds = [over_seeds(list(random.normal(0.3, 0.1, 5))).clear_of(0.3) for _ in range(2000)]
    shares = [wilson(hits / 40, 40).clear_of(0.85) for hits in random.binomial(40, 0.85, 2000)]
    assert np.mean(seeds) == pytest.approx(0.05, abs=0.015)
    assert np.mean(shares) == pytest.approx(0.05, abs=0.03)


def test_negative_transfer_is_a_gap_of_errors() -> None:
    assert negative_transfer([0.6, 0.62], [0.7, 0.72]).value == pytest.approx(0.1)  # it hurts
    assert negative_transfer([0.8, 0.82], [0.7, 0.72]).value == pytest.approx(-0.1)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="3 and 2"):
        gain([1, 1, 1], [1, 1])
    for nothing in (lambda: over_seeds([]), lambda: wilson(0.5, 0)):
        with pytest.raises(ValueError, match="no "):
            nothing()
