"""Paired tests against scipy's own."""

from math import isnan

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_rel

from tlcore.paired import mcnemar, p_value, paired_t


@pytest.mark.parametrize("seed", range(5))
def test_the_paired_t_test_is_scipys(seed: int) -> None:
    random = np.random.default_rng(seed)
    ours, theirs = random.random(2 + seed), random.random(2 + seed)
    assert paired_t(list(ours), list(theirs)) == pytest.approx(float(ttest_rel(ours, theirs).pvalue), rel=1e-9)


def test_equal_differences_leave_no_doubt_and_one_pair_tells_nothing() -> None:
    assert paired_t([0.5, 0.75], [0.25, 0.5]) == 0.0 and paired_t([0.5, 0.75], [0.5, 0.75]) == 1.0
    assert isnan(paired_t([0.9], [0.1]))
    with pytest.raises(ValueError, match="Only equal seeds"):
        paired_t([0.9], [0.1, 0.2])


@pytest.mark.parametrize(("ours", "theirs"), [(0, 0), (1, 0), (9, 1), (5, 5), (3, 20), (120, 80), (7, 8)])
def test_mcnemars_exact_test_is_a_binomial_one(ours: int, theirs: int) -> None:
    expected = binomtest(ours, ours + theirs, 0.5).pvalue if ours + theirs else 1.0
    assert mcnemar(ours, theirs) == pytest.approx(float(expected), rel=1e-9)
    assert mcnemar(theirs, ours) == mcnemar(ours, theirs)


def test_a_p_value_is_said_as_journals_do() -> None:
    assert [p_value(each) for each in (0.0342, 0.0002, 1.0, float("nan"))] == ["p = .034", "p < .001", "p = 1.000", ""]
