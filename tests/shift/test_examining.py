"""Every metric with its null and its p-value: what a flip is, and what is said of equal and of different domains."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from tlcore.shift.distances import energy_distance, frechet, sliced_wasserstein
from tlcore.shift.examining import FLIPS, METRICS, examined, metrics
from tlcore.shift.judge import fold_numbers
from tlcore.shift.metrics import coral_distance, mmd2
from tlcore.shift.swaps import FOLDS, Paired, flips

KEYS = [each.key for each in METRICS]


def cloud(rows: int, dim: int = 4, seed: int = 0, scale: float = 1.0, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, scale, (rows, dim))


def judged(source: np.ndarray, target: np.ndarray) -> float:
    """Scikit-learn's ridge regression of ±1, fold by fold, both of a pair in one fold."""
    rows = StandardScaler().fit_transform(np.concatenate([source, target]))
    answers = np.repeat([1.0, -1.0], len(source))
    fold, right = np.tile(fold_numbers(len(source), FOLDS, 0), 2), 0
    for k in range(FOLDS):
        model = Ridge(rows.shape[1], fit_intercept=False).fit(rows[fold != k], answers[fold != k])
        right += (np.sign(model.predict(rows[fold == k])) == answers[fold == k]).sum()
    return right / len(rows)


BY_ITSELF = {
    "judge": judged,
    "proxy-a": lambda s, t: max(0, 2 * (1 - 2 * (1 - judged(s, t)))),
    "mmd": lambda s, t: mmd2(s, t).value,
    "mmd-biased": lambda s, t: mmd2(s, t, unbiased=False).value,
    "coral": coral_distance,
    "frechet": frechet,
    "sliced": sliced_wasserstein,
    "energy": energy_distance,
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("n", "dim"), [(40, 5), (20, 60)], ids=["narrow", "wide"])
def test_a_flip_is_the_metric_of_rows_that_have_swapped(key: str, n: int, dim: int) -> None:
    source, target = cloud(n, dim, 1), cloud(n, dim, 2, scale=1.3, shift=0.5)
    coins = flips(4, n, seed=3)
    coins[0] = False
    said = metrics()[key].of(Paired(np.concatenate([source, target])), coins)
    for swapped, value in zip(coins[:, :, None], said):
        expected = BY_ITSELF[key](np.where(swapped, target, source), np.where(swapped, source, target))
        assert value == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_wide_features_count_along_their_main_directions_for_frechet() -> None:
    """Of noise in 300 directions, only what spreads most is looked at: 64 directions, the shifted ones among them."""
    source, target = cloud(120, 300, 1, scale=0.1), cloud(120, 300, 2, scale=0.1)
    source[:, :3], target[:, :3] = cloud(120, 3, 3), cloud(120, 3, 4, shift=2)
    value = metrics()["frechet"].of(Paired(np.concatenate([source, target])), np.zeros((1, 120), dtype=bool))[0]
    assert frechet(source[:, :3], target[:, :3]) < value < frechet(source, target)


@pytest.mark.parametrize("key", KEYS)
def test_of_equal_domains_the_value_is_about_its_null(key: str) -> None:
    """On the average over seeds, and measured by how far chance reaches."""
    found = [examined(cloud(60, 6, seed), cloud(60, 6, seed + 100), (key,), count=39)[key] for seed in range(12)]
    beyond = np.mean([each.value - each.null for each in found])
    assert abs(beyond) < 0.6 * np.mean([abs(each.reach - each.null) for each in found])


@pytest.mark.parametrize("key", KEYS)
def test_a_shift_is_significant_and_a_larger_one_larger(key: str) -> None:
    source, fresh = cloud(80, 5, 1), cloud(80, 5, 2)
    if key == "coral":  # it does not look at means
        found = [examined(source, fresh * by, (key,), count=39)[key] for by in (1.5, 2.0, 3.0)]
    else:
        found = [examined(source, fresh + by, (key,), count=39)[key] for by in (0.4, 0.8, 1.2)]
    values = [each.value for each in found]
    assert values == sorted(values)
    assert all(each.p_value == 1 / 40 and each.value > each.reach > each.null - 1e-12 for each in found)


@pytest.mark.parametrize("key", KEYS)
def test_chance_alone_is_seldom_significant(key: str) -> None:
    alarms = [
        examined(cloud(30, 4, seed), cloud(40, 4, seed + 500), (key,), seed, 39)[key].p_value for seed in range(60)
    ]
    assert np.mean(np.array(alarms) <= 0.05) <= 0.12  # 3 of 60 are expected
    if key != "proxy-a":  # which has no value below 0, and so is tied there
        assert np.median(alarms) == pytest.approx(0.5, abs=0.2)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_false_alarms_stay_at_their_level_over_two_thousand_draws() -> None:
    """The level of 5 %, and two standard errors of so many draws."""
    alarms = dict.fromkeys(KEYS, 0)
    for seed in range(2000):
        for key, found in examined(cloud(50, 8, seed), cloud(50, 8, seed + 5000), seed=seed).items():
            alarms[key] += found.p_value <= 0.05
    assert max(alarms.values()) <= 0.06 * 2000, alarms


def test_equal_rows_are_no_shift_whatever_rounding_says() -> None:
    rows = cloud(30, 3)
    for key, found in examined(rows, rows.copy(), count=39).items():
        assert found.p_value > 0.05, key


def test_large_domains_are_sampled_by_the_seed_and_small_ones_kept_whole() -> None:
    source, target = cloud(1500, 2, 1), cloud(1200, 2, 2)
    first, again, other = (examined(source, target, ("energy",), seed, 9)["energy"] for seed in (0, 0, 1))
    assert first == again != other
    assert first.rows == 1000
    assert examined(cloud(33, 2), cloud(500, 2), ("mmd",), count=9)["mmd"].rows == 33


def test_too_little_and_broken_features_are_not_measured() -> None:
    broken = cloud(30)
    broken[3, 1] = np.nan
    assert examined(cloud(9), cloud(30)) == {} == examined(broken, cloud(30))
    with pytest.raises(KeyError):
        examined(cloud(30), cloud(30), ("nonsense",))


def test_every_metric_says_what_it_is() -> None:
    assert len(set(KEYS)) == len(KEYS)
    for each in METRICS:
        told = each.as_json()
        assert all(told[name] for name in ("title", "says", "formula", "blind", "cost", "source"))
        assert each.says.endswith(".")
        found = examined(cloud(30), cloud(30, shift=5.0), (each.key,), count=9)[each.key]
        assert each.low <= found.value <= (each.high or np.inf)
    assert FLIPS >= 199
