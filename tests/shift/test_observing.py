"""What a frame says of the shift, also of features that have gone wrong."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from tlcore.shift.judge import judge
from tlcore.shift.metrics import between_halves, coral_distance, mmd2
from tlcore.shift.observing import observe_shift

NAMES = {"judge", "judge_low", "judge_high", "judge_null", "proxy_a"} | {
    "mmd", "mmd_null", "coral", "coral_null", "bandwidth",
}  # fmt: skip


def cloud(rows: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, scale, (rows, 6))


def labels(rows: int, classes: int = 3) -> np.ndarray:
    return np.arange(rows) % classes


def test_a_frame_says_what_the_metrics_say() -> None:
    source, target = cloud(60, 1), cloud(45, 2, shift=0.6, scale=1.3)
    values = observe_shift(source, target, labels(60), labels(45), seed=3)
    assert set(values) == NAMES | {"gap_class_0", "gap_class_1", "gap_class_2"}
    assert all(type(value) is float for value in values.values())
    judgement = judge(source, target, seed=3)
    assert (values["judge"], values["judge_low"], values["judge_high"]) == (
        judgement.accuracy,
        judgement.low,
        judgement.high,
    )
    assert values["proxy_a"] == judgement.proxy_a_distance
    mmd = mmd2(source, target)
    assert (values["mmd"], values["bandwidth"]) == pytest.approx(mmd)
    assert values["coral"] == pytest.approx(coral_distance(source, target))
    of_class_1 = mmd2(source[1::3], target[1::3], mmd.bandwidth).value
    assert values["gap_class_1"] == pytest.approx(of_class_1)


def test_the_nulls_are_those_of_halves_of_each_domain() -> None:
    source, target = cloud(60, 1), cloud(44, 2, shift=0.6, scale=1.3)
    values = observe_shift(source, target, labels(60), labels(44), seed=3)
    nulls = [between_halves(lambda a, b: judge(a, b, seed=3).accuracy, each, 1, seed=3) for each in (source, target)]
    assert values["judge_null"] == pytest.approx(np.mean(nulls))
    sigma = values["bandwidth"]
    nulls = [between_halves(lambda a, b: mmd2(a, b, sigma).value, each, 4, seed=3) for each in (source, target)]
    assert values["mmd_null"] == pytest.approx(np.mean(nulls))
    nulls = [between_halves(coral_distance, each, 4, seed=3, like=(60, 44)) for each in (source, target)]
    assert values["coral_null"] == pytest.approx(np.mean(nulls))


def test_equal_domains_say_about_what_their_halves_say() -> None:
    values = observe_shift(cloud(300, 1), cloud(300, 2), labels(300), labels(300))
    assert values["judge"] == pytest.approx(0.5, abs=0.06)
    assert values["judge_null"] == pytest.approx(0.5, abs=0.08)
    assert values["mmd"] == pytest.approx(values["mmd_null"], abs=0.005)
    assert values["coral"] == pytest.approx(values["coral_null"], rel=0.6)


def test_a_gap_of_one_class_shows_in_that_class() -> None:
    source, target = cloud(90, 1), cloud(90, 2)
    target[labels(90) == 2] += 2
    values = observe_shift(source, target, labels(90), labels(90))
    assert values["gap_class_2"] > 0.2
    assert max(values["gap_class_0"], values["gap_class_1"]) < 0.05


def test_tensors_of_half_precision_will_do() -> None:
    source, target = torch.tensor(cloud(40, 1)).half(), torch.tensor(cloud(40, 2, shift=1)).half()
    by_tensor = observe_shift(source, target, torch.arange(40) % 2, torch.arange(40) % 2)
    by_array = observe_shift(source.numpy(), target.numpy(), labels(40, 2), labels(40, 2))
    assert by_tensor == by_array


@pytest.mark.parametrize("value", [0.0, 0.1])
def test_collapsed_features_are_at_no_distance(value: float) -> None:
    values = observe_shift(np.full((30, 6), value), np.full((30, 6), value), labels(30), labels(30))
    assert (values["judge"], values["proxy_a"], values["bandwidth"]) == (0.5, 0.0, 1.0)
    assert [values[name] for name in ("mmd", "mmd_null", "coral", "coral_null")] == pytest.approx([0] * 4, abs=1e-12)


def test_each_domain_collapsed_to_a_point_of_its_own() -> None:
    values = observe_shift(np.zeros((30, 6)), np.ones((30, 6)), labels(30), labels(30))
    assert values["judge"] == 1
    assert np.isfinite(list(values.values())).all()


def test_a_class_that_a_domain_has_too_little_of_has_no_gap() -> None:
    values = observe_shift(cloud(40, 1), cloud(40, 2), labels(40, 2), np.where(np.arange(40) < 4, 1, 0))
    assert [name for name in values if name.startswith("gap")] == ["gap_class_0"]


@pytest.mark.parametrize("rows", [0, 1, 9])
def test_of_too_few_rows_nothing_is_said(rows: int) -> None:
    assert observe_shift(cloud(rows, 1), cloud(40, 2), labels(rows), labels(40)) == {}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_of_features_that_are_no_numbers_nothing_is_said(value: float) -> None:
    wrong = cloud(40, 2)
    wrong[3, 1] = value
    assert observe_shift(cloud(40, 1), wrong, labels(40), labels(40)) == {}
    assert observe_shift(wrong, cloud(40, 1), labels(40), labels(40)) == {}


def test_the_page_can_have_the_words_without_torch() -> None:
    code = "import sys, tlcore.shift.words; sys.exit(any(name in sys.modules for name in ('torch', 'scipy', 'umap')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
