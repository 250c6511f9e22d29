"""Letters: no two alike, the same letter drawn in many ways, and a font that may be shipped."""

from itertools import pairwise

import numpy as np
import pytest

from tlcore import scenarios
from tlcore.scenarios.alphabets import CANVAS, FONT, KNOWN, LETTERS, NEW, STROKES, glyph
from tlcore.scenarios.glyphs import Hand, drawn


def test_every_letter_is_a_class_once() -> None:
    assert len(set(LETTERS)) == len(LETTERS) <= 250
    assert set("".join(KNOWN.values())) | set("".join(NEW.values())) == set(LETTERS)
    pair = scenarios.find("glyphs").build(seed=1)
    assert {pair.classes[k] for k in pair.source_train.labels} == set("".join(KNOWN.values()))
    assert {pair.classes[k] for k in pair.target_test.labels} == set("".join(NEW.values()))


def test_the_font_holds_every_letter_and_its_licence_lies_beside_it() -> None:
    nothing = glyph("ꙮ", 1).tobytes()  # a letter that the font lacks
    assert nothing not in {glyph(letter, 1).tobytes() for letter in LETTERS}
    licence = (FONT.parent / "LICENSE-DejaVu.txt").read_text()
    assert f"{len(LETTERS)} letters" in licence and "free of charge" in licence and "Bitstream" in licence


def test_no_two_letters_look_alike() -> None:
    plain = drawn(LETTERS, Hand.varied(len(LETTERS), 0, np.random.default_rng(0))).reshape(len(LETTERS), -1) / 255.0
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    alike = plain @ plain.T - np.eye(len(LETTERS))
    assert alike.max() < 0.95


def test_heavier_strokes_have_more_ink() -> None:
    ink = [np.mean([np.asarray(glyph(letter, weight)).mean() for letter in "abдשⵣ"]) for weight in range(len(STROKES))]
    assert all(one < 0.92 * more for one, more in pairwise(ink))


def test_a_moved_hand_moves_the_letter() -> None:
    still = Hand.varied(1, 0, np.random.default_rng(0))
    assert still.corners[0].tolist() == [[0, 0], [0, CANVAS], [CANVAS, CANVAS], [CANVAS, 0]]
    pixel = CANVAS / 20
    here, there = drawn("R", still)[0, 0], drawn("R", Hand(still.weight, still.corners - [pixel, -2 * pixel]))[0, 0]
    np.testing.assert_array_equal(there[:-2, 1:], here[2:, :-1])  # read from further left and down: right and up


def test_restlessness_is_how_much_two_drawings_of_a_letter_differ() -> None:
    spread = []
    for restlessness in (0, 0.3, 0.6, 1):
        images = drawn("w" * 60, Hand.varied(60, restlessness, np.random.default_rng(0))) / 255.0
        spread.append(images.std(axis=0).mean())
    assert spread[0] < 1e-9 and spread == sorted(spread)


@pytest.mark.parametrize("domain", ["source", "target"])
def test_each_letter_is_drawn_twenty_times_and_ten_more_for_the_exam(domain: str) -> None:
    pair = scenarios.find("glyphs").build(seed=1)
    for part, count in (("train", 20), ("test", 10)):
        assert set(np.unique(getattr(pair, f"{domain}_{part}").labels, return_counts=True)[1]) == {count}
