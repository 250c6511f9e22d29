"""Every lesson's surprise comes true with the real engine: one lesson here, all with five seeds in the slow suite.

To change a lesson is to run `pytest tests/lessons -m "slow or not slow" -k <key>`.
"""

from time import process_time

import pytest

from tlcore.lessons import LESSONS, Lesson
from tlcore.lessons.taking import take

QUICK = ("confidently-wrong",)
SECONDS = 20  # of one core; the page has two


def held(lesson: Lesson, seed: int) -> None:
    began = process_time()
    found = lesson.surprise(take(lesson, seed))
    took = process_time() - began
    assert found.holds, f"{found.sentence} {dict(found.numbers)}"
    assert found.answer == lesson.right, "another of the three answers is right with this seed"
    assert took <= SECONDS


@pytest.mark.parametrize("lesson", [each for each in LESSONS if each.key in QUICK], ids=lambda each: each.key)
def test_the_surprise_comes(lesson: Lesson) -> None:
    held(lesson, 0)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.key)
def test_the_surprise_comes_with_every_seed(lesson: Lesson, seed: int) -> None:
    held(lesson, seed)
