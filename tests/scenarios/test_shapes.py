"""Figures against geometry worked out another way, and the three scenarios against their own words."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tlcore import scenarios
from tlcore.scenarios.figures import COLOURS, PAINT, SHAPES, SIDE, Figures, drawn
from tlcore.scenarios.shapes import COMBINATIONS, attributes

FINE = 32  # sub-pixels along a pixel of the other drawing


def standing(shape: int, size: int = 2, **moved: float) -> Figures:
    """One plain red figure of no jitter."""
    still = {name: np.full(1, moved.get(name, 0), np.float32) for name in ("right", "down", "turn", "phase")}
    of = {name: np.full(1, value) for name, value in (("shape", shape), ("colour", 0), ("size", size), ("texture", 0))}
    return Figures(**of, **still, grow=np.ones(1, np.float32), tint=np.zeros((1, 3), np.float32))


def corners(shape: str, radius: float) -> list[tuple[float, float]]:
    """The figure as a polygon around (0, 0), y downwards."""
    if shape == "square":
        return [(x * 0.8 * radius, y * 0.8 * radius) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    if shape == "triangle":
        tip = [(np.sin(k * 2 * np.pi / 3), -np.cos(k * 2 * np.pi / 3)) for k in range(3)]
        return [(1.1 * radius * x, 1.1 * radius * y) for x, y in tip]
    if shape == "cross":
        a, b = 0.33 * radius, radius
        return [
            (-a, -b),
            (a, -b),
            (a, -a),
            (b, -a),
            (b, a),
            (a, a),
            (a, b),
            (-a, b),
            (-a, a),
            (-b, a),
            (-b, -a),
            (-a, -a),
        ]
    points, far = (200, [0.9] * 200) if shape == "circle" else (10, [1.1, 1.1 * 0.45] * 5)
    return [
        (far[k] * radius * np.sin(k * 2 * np.pi / points), -far[k] * radius * np.cos(k * 2 * np.pi / points))
        for k in range(points)
    ]


@pytest.mark.parametrize("shape", range(len(SHAPES)), ids=SHAPES)
@pytest.mark.parametrize(("right", "down"), [(0, 0), (1.3, -0.6)])
def test_a_figure_covers_what_pillow_fills_of_its_polygon(shape: int, right: float, down: float) -> None:
    cover = (
        drawn(standing(shape, right=right, down=down), np.zeros((1, 3, SIDE, SIDE), np.float32))[0, 0] / PAINT["red"][0]
    )
    large = Image.new("1", (SIDE * FINE, SIDE * FINE))
    outline = [((x + right + SIDE / 2) * FINE, (y + down + SIDE / 2) * FINE) for x, y in corners(SHAPES[shape], 6.4)]
    ImageDraw.Draw(large).polygon(outline, fill=1)
    exact = np.asarray(large, np.float64).reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    # Exact within a pixel of straight edges; corners are rounder or sharper by a fraction of one pixel.
    assert abs(cover.sum() - exact.sum()) < 0.05 * exact.sum()
    assert abs(cover - exact).max() < 0.5 and abs(cover - exact).mean() < 0.02


def test_a_quarter_turn_turns_the_picture() -> None:
    upright, turned = (
        drawn(standing(2, turn=turn), np.zeros((1, 3, SIDE, SIDE), np.float32)) for turn in (0, np.pi / 2)
    )
    np.testing.assert_allclose(turned, np.rot90(upright, -1, axes=(2, 3)), atol=1e-3)


def test_colour_can_be_read_from_the_brightest_pixels() -> None:
    pair = scenarios.find("shapes").build(0)
    pixels = pair.source_train.inputs.reshape(1500, 3, -1).astype(float)
    bright = np.take_along_axis(pixels, pixels.sum(1).argmax(1)[:, None, None], axis=2)[:, :, 0]  # (N, 3)
    nearest = ((bright[:, None] - np.array(list(PAINT.values()))[None]) ** 2).sum(2).argmin(1)
    assert (nearest == pair.source_train.factors[:, 0]).mean() > 0.97  # type: ignore[index]


def test_factors_say_nothing_of_each_other() -> None:
    split = scenarios.find("shapes").build(seed=2).source_train
    questions = [split.labels, *split.factors.T]  # type: ignore[union-attr]
    for k, one in enumerate(questions):
        for other in questions[:k]:
            table = np.histogram2d(one, other, bins=(one.max() + 1, other.max() + 1))[0]
            expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
            freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
            assert ((table - expected) ** 2 / expected).sum() < freedom + 4 * (2 * freedom) ** 0.5


def test_unrest_changes_the_target_s_surroundings_alone() -> None:
    calm, wild = (scenarios.find("shapes").build(shift, seed=3) for shift in (0, 100))
    assert np.array_equal(calm.source_train.inputs, wild.source_train.inputs)
    assert np.array_equal(calm.target_train.labels, wild.target_train.labels)
    assert np.array_equal(calm.target_train.factors, wild.target_train.factors)
    rim = np.s_[:, :, 0]
    assert wild.target_train.inputs[rim].std() > 3 * calm.target_train.inputs[rim].std()


@pytest.mark.parametrize("left_out", [0, 5, 10, 15])
def test_every_shape_and_every_colour_misses_equally_many_combinations(left_out: int) -> None:
    pair = scenarios.find("shapes-zero-shot").build(left_out)
    missing = sorted(set(range(25)) - set(pair.source_train.labels))
    assert missing == sorted(set(range(25)) - set(pair.source_test.labels)) and len(missing) == left_out
    shape, colour = np.divmod(np.array(missing, dtype=np.int64), 5)
    assert set(np.bincount(shape, minlength=5)) == set(np.bincount(colour, minlength=5)) == {left_out // 5}
    assert set(pair.target_train.labels) == set(pair.target_test.labels) == set(range(25))


def test_attributes_are_the_words_of_a_class() -> None:
    pair = scenarios.find("shapes-zero-shot").build()
    assert pair.attributes is not None and np.array_equal(pair.attributes, attributes())
    for name, row in zip(COMBINATIONS, pair.attributes):
        assert {pair.attribute_names[k] for k in np.flatnonzero(row)} == set(name.split()) and row.sum() == 2
    shape, colour = pair.target_test.factors[:, 0], pair.target_test.factors[:, 1]  # type: ignore[index]
    assert [f"{COLOURS[c]} {SHAPES[s]}" for s, c in zip(shape, colour)] == [
        COMBINATIONS[k] for k in pair.target_test.labels
    ]


def agreement(split: scenarios.Split, next: int = 0) -> float:
    """How often the colour is the one that belongs to the shape, or to the `next` one."""
    return float((split.factors[:, 1] == (split.labels + next) % 5).mean())  # type: ignore[index]


@pytest.mark.parametrize("strength", [0, 50, 100])
def test_the_bias_ties_colour_to_shape_in_the_source_alone(strength: float) -> None:
    pair = scenarios.find("shapes-bias").build(strength, seed=1)
    for environment, tie in ((0, strength / 100), (1, strength / 100 * 0.85)):
        of_it = pair.source_train.at(np.flatnonzero(pair.source_train.factors[:, 0] == environment))  # type: ignore[index]
        assert len(of_it) == pytest.approx(750, abs=80)
        assert agreement(of_it) == pytest.approx(tie + (1 - tie) / 5, abs=0.06)
    assert agreement(pair.target_train) == pytest.approx(0.2, abs=0.05)


def test_reversal_gives_each_target_shape_the_colour_of_the_next() -> None:
    pair = scenarios.find("shapes-bias").build(95, {"reversal": 100})
    assert agreement(pair.target_train, next=1) == agreement(pair.target_test, next=1) == 1
    half = scenarios.find("shapes-bias").build(95, {"reversal": 50})
    assert agreement(half.target_train, next=1) == pytest.approx(0.6, abs=0.05)
