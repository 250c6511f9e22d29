"""Dials about labels: counted, compared with closed forms, and looked for where nothing of them may be."""

from dataclasses import replace

import numpy as np
import pytest

from tlcore import scenarios
from tlcore.cards import ScenarioCard
from tlcore.dials import LABELS
from tlcore.errors import OutOfRange, UnknownKey
from tlcore.scenarios import Pair
from tlcore.scenarios.prepare import prepare
from tlcore.scenarios.relabelled import long_tailed, mislabelled, relabelled
from tlcore.training.evaluators import Accuracy, Open

PARTS = ("source_train", "source_test", "target_train", "target_test")
SHAPES = scenarios.find("shapes")


def held(pair: Pair) -> dict[str, set[int]]:
    return {name: set(getattr(pair, name).labels.tolist()) for name in PARTS}


@pytest.mark.parametrize("key", ["moons", "shapes", "label-mismatch-open", "colored-digits"])
def test_at_zero_a_pair_is_the_very_same(key: str) -> None:
    scenario = scenarios.find(key)
    nothing = {dial.name: 0.0 for dial in scenario.card.label_dials}
    pair = scenario._pair(scenario.dialled(None, {}), 2)
    assert nothing and relabelled(pair, scenario.dialled(None, nothing), np.random.default_rng(0)) is pair


def test_dials_are_where_they_make_sense_and_nowhere_else() -> None:
    names = {key: [dial.name for dial in card.label_dials] for key, card in scenarios.cards().items()}
    assert names["printed-to-handwritten"] == list(LABELS)
    assert names["moons"] == ["label_noise", "imbalance"]  # two classes: none can be missing
    assert names["label-noise"] == ["imbalance", "source_missing", "target_missing"]  # its own dial is the noise
    assert names["label-mismatch-partial"] == names["label-mismatch-open"] == ["label_noise", "imbalance"]
    assert names["glyphs"] == names["shapes-zero-shot"] == []
    with pytest.raises(UnknownKey, match="source_missing"):
        scenarios.find("moons").build(settings={"source_missing": 1})


@pytest.mark.parametrize(("classes", "most"), [(2, 45), (3, 65), (5, 75), (10, 80)])
def test_noise_never_makes_a_wrong_name_the_most_frequent(classes: int, most: float) -> None:
    card = replace(SHAPES.card, classes=tuple("abcdefghij"[:classes]))
    assert card.label_dials[0].high == most < 100 * (1 - 1 / classes)


@pytest.mark.parametrize("share", [0.05, 0.4, 0.8])
def test_wrong_labels_are_the_share_of_every_class_and_go_to_all_others_alike(share: float) -> None:
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(6), [180, 90, 60, 30, 20, 5]))
    wrong = mislabelled(labels, 6, share, np.random.default_rng(0))
    confusion = np.histogram2d(labels, wrong, bins=(6, 6), range=((0, 6), (0, 6)))[0]
    counts = np.bincount(labels)
    assert (np.abs(counts - np.diag(confusion) - share * counts) < 1).all()
    others = confusion[~np.eye(6, dtype=bool)].reshape(6, 5)
    assert (others.max(1) - others.min(1) <= 1).all()
    assert not np.array_equal(wrong, mislabelled(labels, 6, share, np.random.default_rng(3)))


@pytest.mark.parametrize("rarity", [0.5, 0.9, 0.99])
def test_a_long_tail_falls_as_in_cifar_lt(rarity: float) -> None:
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(10), 500))
    counts = np.bincount(labels[long_tailed(labels, 10, rarity)])
    imbalance_factor = 1 / (1 - rarity)
    expected = [500 * imbalance_factor ** (-i / 9) for i in range(10)]  # ldam-drw, `get_img_num_per_cls`
    np.testing.assert_allclose(counts, expected, atol=0.5 + 1e-9)


def test_a_rare_class_keeps_one_image() -> None:
    labels = np.repeat(np.arange(4), 10)
    assert np.bincount(labels[long_tailed(labels, 4, 0.99)]).tolist() == [10, 2, 1, 1]


def test_rows_fall_evenly_all_along() -> None:
    labels = np.random.default_rng(2).permutation(np.repeat([0, 1], 1000))
    rows = long_tailed(labels, 2, 0.9)
    rare = rows[labels[rows] == 1]
    assert abs((rare < 1000).sum() - 50) < 12


def test_only_what_the_source_trains_on_changes_and_images_never_do() -> None:
    clean, turned = SHAPES.build(seed=1), SHAPES.build(seed=1, settings={"label_noise": 40, "imbalance": 90})
    for name in PARTS[1:]:
        before, after = getattr(clean, name), getattr(turned, name)
        assert np.array_equal(before.inputs, after.inputs) and np.array_equal(before.labels, after.labels)
    told = {image.tobytes(): label for image, label in zip(clean.source_train.inputs, clean.source_train.labels)}
    right = [told[image.tobytes()] for image in turned.source_train.inputs]
    assert np.mean(right == turned.source_train.labels) == pytest.approx(0.6, abs=0.01)
    counts = np.bincount(right)
    assert counts[0] / counts[-1] == pytest.approx(10, rel=0.03)  # the tail is that of the right names


@pytest.mark.parametrize(
    ("source", "target", "near", "far", "sets"),
    [
        (2, 0, range(3), range(5), "open"),
        (0, 2, range(5), range(3), "partial"),
        (1, 2, range(4), (0, 1, 4), "open-partial"),
    ],
)
def test_missing_classes_are_gone_from_every_part(source: int, target: int, near: range, far: range, sets: str) -> None:
    settings = {"source_missing": source, "target_missing": target, "label_noise": 60, "imbalance": 50}
    pair = SHAPES.build(seed=1, settings=settings)
    assert held(pair) == dict(zip(PARTS, [set(near), set(near), set(far), set(far)]))
    assert pair.classes == SHAPES.card.classes
    card: ScenarioCard = SHAPES.card.turned(settings)
    assert (card.label_sets, card.exam) == (sets, "open" if source else "classes")
    assert pair.source_train.factors is not None and len(pair.source_train.factors) == len(pair.source_train)


def test_in_an_open_scenario_no_wrong_label_names_an_unknown_class() -> None:
    pair = scenarios.find("label-mismatch-open").build(seed=1, settings={"unknown": 4, "label_noise": 80})
    assert set(pair.source_train.labels) == set(range(6))


def test_one_class_at_least_is_shared() -> None:
    with pytest.raises(OutOfRange, match="The source lacks 3 classes and the target 2 others, but there are 5"):
        SHAPES.build(settings={"source_missing": 3, "target_missing": 2})


def test_nothing_withheld_reaches_training_and_the_exam_is_the_effective_one() -> None:
    settings = {"source_missing": 1.0, "target_missing": 2.0, "label_noise": 50.0}
    prepared = prepare("shapes", settings=settings, target_labels=3, seed=1)
    task = prepared.task
    assert set(task.source.labelled()[1].tolist()) == {0, 1, 2, 3}
    assert task.target.labels is None and task.target.factors is None
    assert task.few.labelled()[1].bincount().tolist() == [3, 3, 0, 0, 3]  # of what the target has
    assert prepared.card.exam == "open" and prepared.card.label_sets == "open-partial"
    strategy = type("Strategy", (), {"card": type("Card", (), {"answers": "classes"})})()
    assert [type(each) for each in prepared.evaluators(strategy)] == [Open]
    assert [type(each) for each in prepare("shapes").evaluators(strategy)] == [Accuracy]


@pytest.mark.parametrize("key", ["printed-to-handwritten", "shapes", "moons", "label-mismatch-open"])
def test_a_preview_shows_the_first_rows_of_what_is_trained_on(key: str) -> None:
    scenario = scenarios.find(key)
    settings = {dial.name: min(2, dial.high) if not dial.unit else 60 for dial in scenario.card.label_dials}
    settings = {name: min(value, 45) for name, value in settings.items()}
    pair, (near, far) = scenario.build(settings=settings, seed=4), scenario.preview(settings=settings, seed=4, count=9)
    for shown, whole in ((near, pair.source_train), (far, pair.target_train)):
        assert np.array_equal(shown.inputs, whole.inputs[:9]) and np.array_equal(shown.labels, whole.labels[:9])


def test_a_preview_holds_no_rare_image_that_training_does_not() -> None:
    scenario = scenarios.find("printed-to-handwritten")
    settings = {"imbalance": 97.0}
    pair, (near, _) = scenario.build(settings=settings, seed=4), scenario.preview(settings=settings, seed=4, count=9)
    assert np.array_equal(near.labels, pair.source_train.labels[:9])
