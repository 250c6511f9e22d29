"""Exhibits come through the store as they went in."""

import numpy as np
import pytest

from tlcore.exhibits import Bars, Exhibit, Gallery, Histogram, Matrix, Meter, Row, thumbnails, told
from tlcore.runs.encoding import decode, encode
from tlcore.training.events import Observed

IMAGES = np.arange(2 * 1 * 3 * 3, dtype=np.uint8).reshape(2, 1, 3, 3)
ALL: list[Exhibit] = [
    Matrix("m", ["a", "b"], ["c"], np.array([[0.5], [-1.0]])),
    Bars("b", ["one", "two"], {"teacher": [0.9, 0.1], "student": [0.6, 0.4]}),
    Meter("meter", 0.02, 0.0, 0.2, 0.125),
    Histogram("h", np.array([0.0, 1.0, 2.0]), np.array([3, 4]), mark=1.0),
    Gallery("g", (Row("support", IMAGES, ["A", "B"]), Row("query", IMAGES[:1], ["A"], [-1]))),
]


@pytest.mark.parametrize("exhibit", ALL, ids=lambda each: each.title)
def test_what_the_store_gives_back_is_what_was_told(exhibit: Exhibit) -> None:
    words, arrays = told(exhibit)
    event = decode(encode(Observed(3, "exhibit", words, arrays)))
    assert isinstance(event, Observed)
    assert event.values == words and words["kind"] == type(exhibit).__name__.lower()
    assert event.arrays.keys() == arrays.keys()
    assert all(np.array_equal(event.arrays[name], array) for name, array in arrays.items())


def test_thumbnails_are_small_and_coloured_whatever_the_channels() -> None:
    grey, two, large = (np.full(shape, 7, np.uint8) for shape in ((1, 1, 4, 4), (1, 2, 4, 4), (1, 3, 84, 84)))
    assert thumbnails(grey).shape == (1, 4, 4, 3) and (thumbnails(grey) == 7).all()
    assert thumbnails(two)[0, 0, 0].tolist() == [7, 7, 0]
    assert thumbnails(large).shape == (1, 28, 28, 3)
