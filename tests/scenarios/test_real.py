"""The real pairs, read where the data sets lie."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from torchvision import datasets

from tlcore import scenarios
from tlcore.errors import OutOfRange
from tlcore.scenarios import real
from tlcore.scenarios.sets import Mnist, Usps, photographs

REAL = [*real.REAL, scenarios.find("colored-mnist")]
FEW = {"images_source": 300, "images_target": 200, "images_test": 100}
EACH = pytest.mark.parametrize("scenario", REAL, ids=lambda each: each.card.key)
pytestmark = pytest.mark.usefixtures("real_data")


@EACH
def test_fits_its_card_and_the_settings(scenario: scenarios.Scenario) -> None:
    pair = scenario.build(settings=FEW)
    for split, count in (
        (pair.source_train, 300), (pair.target_train, 200), (pair.source_test, 100), (pair.target_test, 100)
    ):  # fmt: skip
        assert split.inputs.shape == (count, *scenario.card.shape) and split.inputs.dtype == np.uint8
        assert split.labels.dtype == np.int64 and set(split.labels) == set(range(len(scenario.card.classes)))
        assert split.inputs.flags.writeable


@EACH
def test_equal_seeds_give_equal_samples(scenario: scenarios.Scenario) -> None:
    one, same, other = (scenario.build(settings=FEW, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.target_train.inputs, same.target_train.inputs)
    assert np.array_equal(one.source_train.labels, same.source_train.labels)
    assert not np.array_equal(one.source_train.inputs, other.source_train.inputs)


@EACH
def test_at_the_dial_s_lowest_both_domains_are_one_without_a_common_image(scenario: scenarios.Scenario) -> None:
    pair = scenario.build(scenario.card.dials[0].low, FEW)
    rows = [row.tobytes() for split in (pair.source_train, pair.target_train) for row in split.inputs]
    rows += [row.tobytes() for split in (pair.source_test, pair.target_test) for row in split.inputs]
    assert len(set(rows)) == 700
    assert abs(pair.source_train.inputs.mean() - pair.target_train.inputs.mean()) < 5


def test_adda_s_protocol_is_the_default() -> None:
    pair = scenarios.find("mnist-to-usps").build()
    assert (len(pair.source_train), len(pair.target_train)) == (2000, 1800)
    assert (len(pair.source_test), len(pair.target_test)) == (2000, 2000)


def test_zero_images_means_all_of_them() -> None:
    pair = scenarios.find("mnist-to-usps").build(settings=dict.fromkeys(FEW, 0))
    assert (len(pair.source_train), len(pair.target_train)) == (60_000, 7_291)
    assert (len(pair.source_test), len(pair.target_test)) == (10_000, 2_007)


def test_a_target_that_needs_more_of_the_source_than_there_is_is_refused() -> None:
    with pytest.raises(OutOfRange, match=r"'usps-to-mnist' has 7,291 images.*too few.*30,000.*a higher share"):
        scenarios.find("usps-to-mnist").build(50, {"images_target": 0})


def test_the_sets_are_torchvision_s(real_data: Path) -> None:
    theirs = datasets.MNIST(real_data, train=False)
    ours = Mnist().whole(train=False)
    assert np.array_equal(ours.inputs[:, 0], theirs.data.numpy()) and np.array_equal(ours.labels, theirs.targets)
    small, large = datasets.USPS(real_data / "USPS", train=False), Usps().whole(train=False)
    assert large.inputs.shape == (2007, 1, 28, 28) and np.array_equal(large.labels, small.targets)
    np.testing.assert_allclose(large.inputs.mean((1, 2, 3)), small.data.mean((1, 2)), rtol=0.06)  # the ink is kept


def test_a_glance_shows_the_first_images_of_the_whole() -> None:
    for data in (Mnist(), Usps()):
        glance, whole = data.first(20), data.whole(train=True)
        assert np.array_equal(glance.inputs, whole.inputs[:20]) and np.array_equal(glance.labels, whole.labels[:20])


def test_mnist_m_is_a_digit_of_mnist_and_a_patch_of_bsds500() -> None:
    scenario = scenarios.find("mnist-to-mnist-m")
    clean, full = (scenario.build(shift, FEW, seed=1).target_train for shift in (0, 100))
    assert np.array_equal(clean.labels, full.labels) and len(photographs()) == 200
    photo = np.where(clean.inputs > 127, 255 - full.inputs, full.inputs)  # where a digit is nearly white, or black
    assert 90 < photo[clean.inputs == 0].mean() < 130
    assert np.abs(photo[clean.inputs == 255].mean() - photo[clean.inputs == 0].mean()) < 10


@EACH
def test_a_preview_needs_no_torch(scenario: scenarios.Scenario) -> None:
    program = (
        f"import sys; from tlcore import scenarios; s, t = scenarios.find({scenario.card.key!r}).preview(count=8);"
        "print(s.inputs.shape, t.inputs.shape, 'torch' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    shape = (8, *scenario.card.shape)
    assert answer.stdout.strip() == f"{shape} {shape} False"
