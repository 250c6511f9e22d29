"""What every scenario promises, tried on all of them that need no download."""

import json
import subprocess
import sys
import time
from functools import cache

import numpy as np
import pytest

from tlcore import scenarios
from tlcore.cards import ScenarioCard
from tlcore.errors import OutOfRange, UnknownKey
from tlcore.scenarios import Pair, Scenario, Split
from tlcore.scenarios.handwriting import CHANGED

pytestmark = pytest.mark.xdist_group("scenarios")  # in one process, where each pair is built once

BUILT_IN = [each for each in scenarios.SCENARIOS if each.card.kind != "real"]
EVERY = pytest.mark.parametrize("scenario", BUILT_IN, ids=lambda each: each.card.key)
WITH_DIALS = pytest.mark.parametrize("scenario", scenarios.SCENARIOS, ids=lambda each: each.card.key)


def parts(pair: Pair) -> dict[str, Split]:
    return {name: getattr(pair, name) for name in ("source_train", "source_test", "target_train", "target_test")}


def nearest_neighbour(known: Split, asked: Split) -> float:
    """Accuracy of the label of the nearest known row, on as many rows as most scenarios have."""
    asked = asked.at(slice(500))
    rows = known.inputs.reshape(len(known), -1).astype(np.float64)
    others = asked.inputs.reshape(len(asked), -1).astype(np.float64)
    squared = (rows**2).sum(1)[None] - 2 * others @ rows.T
    return float((known.labels[squared.argmin(1)] == asked.labels).mean())


def built(key: str, shift: float | None = None, seed: int = 0) -> Pair:
    """A pair that several tests look at, and none writes to; without a shift as the first dial stands by itself."""
    return _built(key, None if shift == scenarios.find(key).card.dials[0].default else shift, seed)


@cache
def _built(key: str, shift: float | None, seed: int) -> Pair:
    return scenarios.find(key).build(shift, seed=seed)


def proportions(card: ScenarioCard, split: Split) -> np.ndarray:
    """The share of each class, (classes,)."""
    return np.bincount(split.labels, minlength=len(card.classes)) / len(split)


def known(scenario: Scenario, shift: float) -> float:
    """How near the target is, from 0 to 1, mean of two seeds."""
    pairs = [built(scenario.card.key, shift, seed) for seed in (0, 1)]
    if scenario.card.label_sets == "skewed":  # the images are as far as ever: what moves apart is the classes' shares
        shares = [[proportions(scenario.card, split) for split in (p.source_train, p.target_train)] for p in pairs]
        return float(np.mean([np.minimum(near, far).sum() for near, far in shares]))
    return float(np.mean([named(pair, scenario.card) for pair in pairs]))


def named(pair: Pair, card: ScenarioCard) -> float:
    """How much of the target one knows who has seen the source, or one target image of each new class."""
    seen, asked = pair.source_train, pair.target_test
    if card.exam == "episodes":
        seen = pair.target_train.at(np.unique(pair.target_train.labels, return_index=True)[1])
    if card.exam == "open":
        asked = asked.at(np.flatnonzero(np.isin(asked.labels, seen.labels)))
    return nearest_neighbour(seen, asked)


def same(one: Pair, other: Pair) -> bool:
    return all(
        np.array_equal(a.inputs, b.inputs) and np.array_equal(a.labels, b.labels)
        for a, b in zip(parts(one).values(), parts(other).values(), strict=True)
    )


@EVERY
def test_fits_its_card(scenario: Scenario) -> None:
    card, pair = scenario.card, built(scenario.card.key)
    for split in parts(pair).values():
        assert split.inputs.shape == (len(split.labels), *card.shape)
        assert split.inputs.dtype == (np.float32 if card.kind == "points" else np.uint8)
        assert split.labels.dtype == np.int64
        assert split.inputs.flags.writeable  # torch takes no other without a warning
    assert pair.classes == card.classes


@EVERY
def test_each_domain_holds_the_classes_that_its_card_says(scenario: Scenario) -> None:
    pair, every = built(scenario.card.key), set(range(len(scenario.card.classes)))
    source, target = set(pair.source_train.labels), set(pair.target_train.labels)
    assert source == set(pair.source_test.labels) and target == set(pair.target_test.labels)
    holds = {
        "closed": source == target == every,
        "skewed": source == target == every,
        "partial": target < source == every,
        "open": source < target == every,
        "disjoint": source | target == every and not source & target,
    }
    assert holds[scenario.card.label_sets]
    assert scenario.card.label_sets == "open" or scenario.card.exam not in ("open", "zero-shot")
    assert (scenario.card.label_sets == "disjoint") == (scenario.card.exam == "episodes")


@EVERY
def test_what_a_card_offers_is_there(scenario: Scenario) -> None:
    card, pair = scenario.card, built(scenario.card.key)
    assert bool(card.factors) == bool({"factors", "environments"} & set(card.offers))
    for split in parts(pair).values():
        if not card.factors:
            assert split.factors is None
            continue
        assert split.factors is not None and split.factors.dtype == np.int64
        assert split.factors.shape == (len(split), len(card.factors))
        for column, factor in zip(split.factors.T, card.factors):
            assert set(column) <= set(range(len(factor.values))) and len(set(factor.values)) == len(factor.values)
    if "environments" in card.offers:
        assert card.factors[0].name == "environment"
        near, far = (set(split.factors[:, 0]) for split in (pair.source_train, pair.target_train))  # type: ignore[index]
        assert len(near) >= 2 and not near & far
    assert ("attributes" in card.offers) == (pair.attributes is not None) == bool(pair.attribute_names)
    if pair.attributes is not None:
        assert pair.attributes.shape == (len(card.classes), len(pair.attribute_names))
        assert pair.attributes.dtype == np.float32 and len(np.unique(pair.attributes, axis=0)) == len(card.classes)
    assert ("new classes" in card.offers) == (card.label_sets == "disjoint")


@EVERY
def test_equal_seeds_give_equal_pairs_whatever_numpy_s_global_seed(scenario: Scenario) -> None:
    np.random.seed(1)
    first = scenario.build(seed=3)
    np.random.seed(2)
    before = np.random.get_state()[1].copy()  # type: ignore[index, union-attr]
    assert same(first, scenario.build(seed=3))
    assert np.array_equal(before, np.random.get_state()[1])  # type: ignore[index]
    assert not same(first, built(scenario.card.key, seed=1))


@EVERY
def test_every_part_has_the_classes_in_proportion(scenario: Scenario) -> None:
    for name, split in parts(built(scenario.card.key, seed=1)).items():
        if scenario.card.label_sets == "skewed" and name.startswith("target"):
            continue
        counts = np.unique(split.labels, return_counts=True)[1]
        assert counts.min() > 0.9 * counts.mean() and counts.max() < 1.1 * counts.mean()


@EVERY
def test_row_k_of_the_source_tells_nothing_of_row_k_of_the_target(scenario: Scenario) -> None:
    for seed in (0, 1, 5):
        pair = built(scenario.card.key, seed=seed)
        rows = min(len(pair.source_train), len(pair.target_train))
        source, target = pair.source_train.labels[:rows], pair.target_train.labels[:rows]
        near, far = proportions(scenario.card, pair.source_train), proportions(scenario.card, pair.target_train)
        for one, other, chance in (
            (source, target, near @ far),
            # Nor one row of the next: classes that take turns would be as easy to exploit.
            (source[1:], source[:-1], near @ near),
            (target[1:], target[:-1], far @ far),
        ):
            assert abs((one == other).mean() - chance) <= 4.5 * (chance * (1 - chance) / rows) ** 0.5


@EVERY
def test_no_test_row_is_a_training_row(scenario: Scenario) -> None:
    pair = built(scenario.card.key, scenario.card.dials[0].low)
    train = {row.tobytes() for split in (pair.source_train, pair.target_train) for row in split.inputs}
    if "printed" in scenario.card.source:
        train = {row.tobytes() for row in pair.target_train.inputs}  # plain print repeats itself
        assert not train & {row.tobytes() for row in pair.target_test.inputs}
    else:
        assert not train & {row.tobytes() for split in (pair.source_test, pair.target_test) for row in split.inputs}


@pytest.mark.parametrize("scenario", CHANGED, ids=lambda each: each.card.key)
def test_source_and_target_show_different_originals(scenario: Scenario) -> None:
    pair = scenario.build(0)
    rows = [row.tobytes() for split in parts(pair).values() for row in split.inputs]
    assert len(rows) == len(set(rows)) == 1797


@EVERY
def test_the_dial_makes_it_harder(scenario: Scenario) -> None:
    dial = scenario.card.dials[0]
    values = (dial.low, (dial.low + dial.high) / 2, dial.high, dial.default)
    low, middle, high, default = (known(scenario, value) for value in values)
    assert low + 0.02 > middle and middle + 0.02 > high  # level stretches are allowed, rises are not
    assert low > default + 0.08 and low > high + 0.12


@EVERY
def test_the_dial_at_its_lowest_is_no_shift(scenario: Scenario) -> None:
    if "printed" in scenario.card.source:
        pytest.skip("print is never handwriting, however varied")
    if scenario.card.label_sets == "disjoint":
        pytest.skip("the target's classes are never the source's")
    pairs = [built(scenario.card.key, scenario.card.dials[0].low, seed) for seed in (0, 1)]
    home = np.mean([nearest_neighbour(pair.source_train, pair.source_test) for pair in pairs])
    assert abs(home - np.mean([nearest_neighbour(pair.source_train, pair.target_test) for pair in pairs])) < 0.05


@EVERY
def test_a_preview_shows_the_first_rows_of_the_pair_in_milliseconds(scenario: Scenario) -> None:
    pair = built(scenario.card.key, seed=5)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        source, target = scenario.preview(seed=5, count=9)
        took.append(time.perf_counter() - start)
    assert np.array_equal(source.inputs, pair.source_train.inputs[:9])
    assert np.array_equal(target.inputs, pair.target_train.inputs[:9])
    assert np.array_equal(target.labels, pair.target_train.labels[:9])
    assert min(took) < 0.02


@WITH_DIALS
def test_a_dial_takes_its_bounds_and_nothing_beyond(scenario: Scenario) -> None:
    for dial in scenario.card.dials:
        assert dial.low <= dial.default <= dial.high
        for value in (dial.low, dial.high):
            assert scenario.dialled(None, {dial.name: value})[dial.name] == value
        for value in (dial.low - 1, dial.high + 1, float("nan"), float("inf")):
            with pytest.raises(OutOfRange, match=f"should be from {dial.low:g} to {dial.high:g}.*but is"):
                scenario.dialled(None, {dial.name: value})


def test_a_value_out_of_range_is_told_with_its_unit() -> None:
    with pytest.raises(OutOfRange) as told:
        scenarios.find("moons").build(shift=200)
    assert str(told.value) == "The rotation of 'moons' should be from 0 to 180°, but is 200."
    with pytest.raises(OutOfRange, match="should be a number, but is 'far'"):
        scenarios.find("moons").build(shift="far")  # type: ignore[arg-type]
    with pytest.raises(OutOfRange, match="seed should be a whole number of at least 0, but is -1"):
        scenarios.find("moons").build(seed=-1)


def test_unknown_names_are_answered_with_the_nearest_known() -> None:
    with pytest.raises(UnknownKey, match=r"'moon'.*did you mean 'moons'"):
        scenarios.find("moon")
    with pytest.raises(UnknownKey, match=r"setting of 'blobs' named 'proportions'.*'proportion'"):
        scenarios.find("blobs").build(settings={"proportions": 50})
    with pytest.raises(UnknownKey, match="setting of 'moons' named 'proportion'"):
        scenarios.find("moons").build(settings={"proportion": 50})


def test_keys_are_unique_and_cards_are_complete() -> None:
    cards = scenarios.cards()
    assert len(cards) == len(scenarios.SCENARIOS)
    for key, card in cards.items():
        assert scenarios.find(key).card is card
        assert card.idea.endswith(".") and card.credit and card.backbone and card.steps > 0
        names = [dial.name for dial in card.dials]
        assert len(set(names)) == len(names) and "shift" not in names[1:]
        json.dumps(card.as_json())


def test_neither_torch_nor_scikit_learn_is_imported_for_a_tiny_scenario() -> None:
    program = (
        "import sys; from tlcore import scenarios;"
        "[each.build() for each in scenarios.SCENARIOS if each.card.kind != 'real'];"
        "print([name for name in ('torch', 'torchvision', 'sklearn') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
