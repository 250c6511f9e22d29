"""Fréchet, sliced Wasserstein and energy distance against other libraries and closed forms."""

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.stats import energy_distance as along_a_line
from scipy.stats import norm

from tlcore.shift.distances import energy_distance, frechet, sliced_wasserstein

ALL = [frechet, sliced_wasserstein, energy_distance]


def cloud(rows: int, dim: int = 4, seed: int = 0, scale: float = 1.0, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, scale, (rows, dim))


def test_frechet_is_the_formula_with_a_root_of_a_matrix() -> None:
    source, target = cloud(80, 5, 1), cloud(60, 5, 2, scale=1.7, shift=0.4)
    first, second = np.cov(source.T), np.cov(target.T)
    means = ((source.mean(0) - target.mean(0)) ** 2).sum()
    expected = means + np.trace(first + second - 2 * sqrtm(first @ second).real)
    assert frechet(source, target) == pytest.approx(expected, rel=1e-9)
    pot = ot.gaussian.bures_wasserstein_distance(source.mean(0), target.mean(0), first, second)
    assert frechet(source, target) == pytest.approx(float(pot) ** 2, rel=1e-9)


def test_frechet_with_fewer_rows_than_features() -> None:
    """The root's trace is the sum of the roots of the eigenvalues, of which most are nought."""
    source, target = cloud(12, 30, 1), cloud(9, 30, 2, scale=1.7, shift=0.4)
    first, second = np.cov(source.T), np.cov(target.T)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    expected = ((source.mean(0) - target.mean(0)) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * roots
    assert frechet(source, target) == pytest.approx(expected, rel=1e-6)


def test_frechet_of_two_gaussians_is_their_closed_form() -> None:
    source, target = cloud(40_000, 2, 1), cloud(40_000, 2, 2, scale=3, shift=1)
    assert frechet(source, target) == pytest.approx(2 * 1**2 + 2 * (3 - 1) ** 2, rel=0.02)


@pytest.mark.parametrize(("n", "m"), [(30, 30), (40, 25), (7, 3)])
def test_sliced_wasserstein_is_pots_on_the_same_directions(n: int, m: int) -> None:
    source, target = cloud(n, 6, 1), cloud(m, 6, 2, scale=2, shift=0.5)
    directions = cloud(6, 20, 3)
    directions /= np.linalg.norm(directions, axis=0)
    expected = ot.sliced_wasserstein_distance(source, target, projections=directions, p=2)
    assert sliced_wasserstein(source, target, directions=directions) == pytest.approx(float(expected), rel=1e-9)


def test_along_one_direction_it_is_the_distance_of_two_normal_distributions() -> None:
    """W₂² of N(0, 1) and N(δ, σ²) is δ² + (σ − 1)²."""
    source, target = (
        norm.ppf((np.arange(4000) + 0.5) / 4000)[:, None] * scale + shift for scale, shift in [(1, 0), (2, 3)]
    )
    assert sliced_wasserstein(source, target) == pytest.approx(np.sqrt(3**2 + 1**2), rel=2e-3)


def test_energy_distance_on_a_line_is_scipys() -> None:
    source, target = cloud(50, 1, 1), cloud(35, 1, 2, scale=2, shift=0.5)
    # Scipy gives the root of it.
    assert energy_distance(source, target) == pytest.approx(along_a_line(source[:, 0], target[:, 0]) ** 2, rel=1e-9)


def test_energy_distance_is_its_formula_in_the_plane() -> None:
    source, target = cloud(9, 2, 1), cloud(7, 2, 2, shift=0.5)

    def mean(x: np.ndarray, y: np.ndarray) -> float:
        return float(np.mean([np.linalg.norm(a - b) for a in x for b in y]))

    expected = 2 * mean(source, target) - mean(source, source) - mean(target, target)
    assert energy_distance(source, target) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 12), st.integers(1, 5), st.floats(0.1, 10))
def test_distances_are_symmetric_never_negative_and_nought_for_equal_rows(
    seed: int, n: int, m: int, dim: int, scale: float
) -> None:
    source, target = cloud(n, dim, seed), cloud(m, dim, seed + 1, scale)
    for metric in ALL:
        value = metric(source, target)
        assert value >= 0
        assert metric(target, source) == pytest.approx(value, rel=1e-6, abs=1e-9)
        assert metric(source, source[::-1]) == pytest.approx(0, abs=1e-6)
        assert metric(source, np.repeat(source, 3, axis=0)) < 1e-6 or metric is frechet


@pytest.mark.parametrize("metric", ALL)
def test_distances_grow_with_a_move_a_spread_and_a_turn(metric) -> None:
    source = cloud(400, 3, 1) * [3, 1, 1]
    fresh = cloud(400, 3, 2) * [3, 1, 1]
    moved = [metric(source, fresh + by) for by in (0, 0.5, 1, 2)]
    spread = [metric(source, fresh * by) for by in (1, 1.3, 1.7, 3)]
    turned = []
    for angle in (0, 0.4, 0.8, 1.5):
        cos, sin = np.cos(angle), np.sin(angle)
        turned.append(metric(source, fresh @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])))
    for values in (moved, spread, turned):
        assert values == sorted(values)
        assert values[-1] > 3 * values[0]


@pytest.mark.parametrize("metric", ALL)
def test_one_row_is_no_domain(metric) -> None:
    with pytest.raises(ValueError, match="these have 1 and 5"):
        metric(cloud(1), cloud(5))
