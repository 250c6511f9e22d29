"""On data whose shift is known every metric says what theory says, and nothing where there is no shift."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.closed_forms import Known, expected
from benchmarks.known_pairs import (
    NOTHING,
    blobs_in_proportion,
    gaussians,
    in_proportion,
    of_a_turn,
    turned_digits,
    turned_moons,
)
from tlcore.shift.examining import METRICS, examined

KEYS = [each.key for each in METRICS]
LINEAR = ("judge", "proxy-a")


def said(draw, draws: int = 1, flips: int = 1, keys: tuple[str, ...] = ()) -> Mapping[str, float]:
    """The mean over draws."""
    found = [examined(*draw(seed), keys, seed=seed, count=flips) for seed in range(draws)]
    return {key: float(np.mean([each[key].value for each in found])) for key in found[0]}


@pytest.fixture(scope="module")
def moved() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """What is measured and what theory says of N(0, I) and N(1.5 e₁, 1.5² I) in three dimensions."""
    known = expected(Known(3), Known(3, (1.5,), 1.5), 500)
    return said(gaussians(1.5, 1.5, 500, 3), draws=2), known


@pytest.mark.parametrize("key", KEYS)
def test_gaussians_have_the_value_of_their_closed_form(moved, key: str) -> None:
    measured, known = moved
    assert measured[key] == pytest.approx(known[key], rel=0.1)


@pytest.fixture(scope="module")
def turned() -> list[Mapping[str, float]]:
    return [said(turned_moons(degrees, 300)) for degrees in (0, 30, 60, 90, 180)]


@pytest.mark.parametrize("key", [key for key in KEYS if key not in LINEAR])
def test_a_turn_is_seen_more_the_further_it_goes_and_half_a_circle_not_at_all(turned, key: str) -> None:
    values = [each[key] for each in turned]
    assert all(low < high for low, high in pairwise(values[:4]))
    assert values[3] > 3 * abs(values[0])
    assert abs(values[4]) < values[3] / 3  # moons turned by half a circle are moons again


def test_a_turn_moves_no_mean_so_a_linear_judge_is_blind_to_it(turned) -> None:
    assert all(abs(each["judge"] - 0.5) < 0.06 and each["proxy-a"] < 0.25 for each in turned)


@pytest.mark.parametrize("key", ["coral", "frechet"])
def test_a_turned_covariance_has_a_closed_form(key: str) -> None:
    measured = said(turned_moons(60, 1000), draws=3, keys=(key,))
    assert measured[key] == pytest.approx(of_a_turn(60)[key], rel=0.15)


@pytest.fixture(scope="module")
def proportioned() -> tuple[list[Mapping[str, float]], Mapping[str, float]]:
    """What is measured of blobs of which 50, 70 and 95 % are of one class in the target, and theory for the last."""
    values = [said(blobs_in_proportion(share, 300), draws=2) for share in (0.5, 0.7, 0.95)]
    return values, expected(*in_proportion(0.95), 300)


@pytest.mark.parametrize("key", KEYS)
def test_class_proportions_alone_are_seen_and_more_the_further_they_go(proportioned, key: str) -> None:
    """Each class looks the same in both domains."""
    found, known = proportioned
    values = [each[key] for each in found]
    assert all(low < high for low, high in pairwise(values))
    assert values[2] == pytest.approx(known[key], rel=0.3 if key == "coral" else 0.15)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("move", "spread"), [(0.0, 1.0), (0.5, 1.0), (2.0, 1.0), (0.0, 1.5), (1.0, 2.0)])
def test_over_many_draws_gaussians_have_the_mean_of_their_closed_form(move: float, spread: float) -> None:
    """Three standard errors, and what chance adds to metrics whose closed form is the limit."""
    found = [examined(*gaussians(move, spread)(seed), seed=seed, count=1) for seed in range(30)]
    known = expected(Known(4), Known(4, (move,), spread), 1000)
    chance = {"frechet": 0.02, "sliced": 0.08, "proxy-a": 0.04, "judge": 0.01}
    for key in KEYS:
        values = [each[key].value for each in found]
        sure = 3 * np.std(values, ddof=1) / np.sqrt(len(values))
        assert abs(np.mean(values) - known[key]) < sure + chance.get(key, 0), key


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", KEYS)
def test_turned_digits_are_the_further_apart_the_further_they_are_turned(key: str) -> None:
    values = [said(turned_digits(degrees), draws=3, keys=(key,))[key] for degrees in (0, 15, 30, 45, 60)]
    assert all(low <= high for low, high in pairwise(values))
    assert values[-1] > 3 * abs(values[0]) or key == "judge"


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", NOTHING)
def test_of_one_domain_and_itself_no_metric_raises_an_alarm_more_often_than_it_says(kind: str) -> None:
    """2,000 draws, of which 5 % are expected: 6 % is two standard errors above."""
    alarms = dict.fromkeys(KEYS, 0)
    for seed in range(2000):
        for key, found in examined(*NOTHING[kind](seed), seed=seed).items():
            alarms[key] += found.p_value <= 0.05
    assert max(alarms.values()) <= 0.06 * 2000, alarms
