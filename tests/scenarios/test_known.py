"""Known pairs of torchvision's data sets, each set in small in its published files."""

from pathlib import Path

import numpy as np
import pytest

from tests.library.published import bring, shade
from tlcore import scenarios
from tlcore.errors import DataUnavailable, OutOfRange
from tlcore.library import sets
from tlcore.scenarios import Split
from tlcore.scenarios.known import KNOWN
from tlcore.scenarios.sides import sides, to_fetch

EACH = pytest.mark.parametrize("scenario", KNOWN, ids=lambda each: each.card.key)
NINE = ("airplane", "automobile", "bird", "cat", "deer", "dog", "horse", "ship", "truck")


def greys(split: Split) -> list[int]:
    """The brightness of every image, whatever its size."""
    middle = slice(split.inputs.shape[-1] // 3, 2 * split.inputs.shape[-1] // 3)
    return [int(np.asarray(split.inputs[row])[:, middle, middle].mean().round()) for row in range(len(split))]


@EACH
def test_its_card_fits_the_two_sets(scenario: scenarios.Scenario) -> None:
    card = scenario.card
    source, target = (sets.card(key) for key in card.key.split("-to-"))
    assert (card.source, card.target, card.kind) == (source.title, target.title, "real")
    assert set(card.classes) <= set(source.classes) and card.label_sets == "closed" and card.exam == "classes"
    assert card.download_mb == source.megabytes + target.megabytes and scenarios.find(card.key) is scenario
    assert source.licence in card.credit and target.licence in card.credit
    assert not any(dial.name == "shift" for dial in card.dials)


@EACH
def test_without_data_one_sentence_says_what_to_fetch(scenario: scenarios.Scenario, home: Path) -> None:
    first = scenario.card.key.split("-to-")[0]
    for act in (scenario.build, scenario.preview):
        with pytest.raises(DataUnavailable, match=f"tlcore data fetch {first}") as told:
            act()
        assert "\n" not in str(told.value)
    with pytest.raises(OutOfRange, match="fixed pair without a shift"):
        scenario.build(50)


def test_both_sets_are_asked_for_before_the_first_is_decoded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring("svhn", monkeypatch)
    with pytest.raises(DataUnavailable, match="tlcore data fetch mnist"):
        scenarios.find("svhn-to-mnist").build()
    assert not list((home / "library").rglob("*.images"))


def test_svhn_to_mnist_has_every_image_with_its_label(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("svhn", "mnist"):
        bring(key, monkeypatch)
    pair = scenarios.find("svhn-to-mnist").build(seed=1)
    assert pair.source_validation is not None and pair.target_validation is not None
    for parts, count in (
        ((pair.source_train, pair.source_validation), 10), ((pair.target_train, pair.target_validation), 10),
        ((pair.source_test,), 2), ((pair.target_test,), 2),
    ):  # fmt: skip
        assert sum(map(len, parts)) == count
        for split in parts:
            assert split.inputs.shape == (len(split), 3, 32, 32)
            np.testing.assert_allclose(greys(split), [shade(label) for label in split.labels.tolist()], atol=2)
    assert pair.classes == tuple("0123456789")


@pytest.mark.parametrize("key", ["cifar10-to-stl10", "stl10-to-cifar10"])
def test_nine_classes_are_shared_and_two_left_out(key: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("cifar10", "stl10"):
        bring(each, monkeypatch)
    scenario = scenarios.find(key)
    assert len(scenario.card.classes) == 9 and not {"frog", "monkey"} & set(scenario.card.classes)
    car = scenario.card.classes.index("automobile" if key == "cifar10-to-stl10" else "car")
    horse = scenario.card.classes.index("horse")
    pair = scenario.build(settings={"side": 48})
    known = {"cifar10": {car: shade(1), horse: shade(7)}, "stl10": {car: shade(2), horse: shade(6)}}
    for splits, name in zip(
        ((pair.source_train, pair.source_validation, pair.source_test),
         (pair.target_train, pair.target_validation, pair.target_test)),
        key.split("-to-"),
    ):  # fmt: skip
        assert sum(len(split) for split in splits if split is not None) == 12  # of eighteen, six are frogs or monkeys
        for split in splits:
            assert split is not None and split.inputs.shape[1:] == (3, 48, 48)
            assert greys(split) == [known[name][label] for label in split.labels.tolist()]
    for split in scenario.preview(count=3):
        assert set(split.labels) <= {car, horse} and split.inputs.shape[1:] == (3, 32, 32)


def test_the_nine_classes_are_the_field_s() -> None:
    assert scenarios.find("cifar10-to-stl10").card.classes == NINE


def test_as_many_images_as_were_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("cifar10", "stl10"):
        bring(each, monkeypatch)
    for many in (1, 3, 5):
        assert len(scenarios.find("cifar10-to-stl10").build(settings={"images_source": many}).source_train) == many


def test_the_data_page_sees_the_nine_classes_of_both(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = sides("cifar10-to-stl10")
    assert [side.present for side in absent] == [False, False]
    assert [(side.entry.key, side.entry.megabytes) for side in absent if side.entry] == [
        ("cifar10", 170),
        ("stl10", 2640),
    ]
    for each in ("cifar10", "stl10"):
        bring(each, monkeypatch)
    assert to_fetch("cifar10-to-stl10") == ()
    source, target = sides("cifar10-to-stl10")
    assert source.entry and target.entry and source.entry.parts == {"train": 45000, "test": 9000}
    assert source.opened().classes == source.entry.classes == NINE and len(source.opened()) == 12
    assert target.opened().classes == target.entry.classes and "car" in target.entry.classes
    for side, bright in ((source, {1: shade(1), 6: shade(7)}), (target, {2: shade(2), 6: shade(6)})):
        listing = side.opened()
        told = [(label, int(np.asarray(listing.read(row)).mean())) for row, label in enumerate(listing.labels.tolist())]
        assert set(told) == set(bright.items())
