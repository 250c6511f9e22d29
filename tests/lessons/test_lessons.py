"""The form of every lesson: it can be run, asked, linked and read; and its surprise can fail."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

from dashboard import links
from tlcore import catalogue
from tlcore.errors import UnknownKey
from tlcore.lessons import COURSES, LESSONS, Lesson, course, find
from tlcore.lessons.results import Result

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.key)


def test_numbers_and_keys_are_one_each() -> None:
    assert len({each.number for each in LESSONS}) == len({each.key for each in LESSONS}) == len(LESSONS)
    assert {each.key for key in COURSES for each in course(key)} == {each.key for each in LESSONS}


def test_a_lesson_is_found_by_number_and_by_key() -> None:
    assert find("7") is find(" A-Duel ") is next(each for each in LESSONS if each.number == 7)
    with pytest.raises(UnknownKey, match="lesson"):
        find("99")


@every_lesson
def test_it_can_be_run_and_asked(lesson: Lesson) -> None:
    assert len(set(lesson.answers)) == 3
    assert lesson.right in (0, 1, 2)
    first, second = lesson.runs(0), lesson.runs(1)
    assert not [spec for spec in first.values() if spec in list(second.values())]  # another taking shares no run
    for each in lesson.tries:
        assert links.read(links.write(each.spec)) == (links.normal(each.spec), [])


@every_lesson
def test_what_it_names_is_there(lesson: Lesson) -> None:
    assert set(lesson.strategies) <= catalogue.strategies().keys()
    specs = [*lesson.takes.values(), *(each.spec for each in lesson.tries)]
    names = {name for spec in specs for name in links.known(spec)}
    assert set(lesson.unlocked) <= names


@every_lesson
def test_numbers_alone_decide(lesson: Lesson) -> None:
    """Runs that all came to the same hold no surprise; and the same numbers say the same."""
    flat = {name: alike() for name in lesson.takes}
    found = lesson.surprise(flat)
    assert not found.holds
    assert found.answer in (0, 1, 2)
    assert found == lesson.surprise(flat)


def alike() -> Result:
    return Result(
        _Same(0.5), _Same(0.5), {"target_accuracy": ((0, 0.5), (10, 0.5)), "source_accuracy": ((0, 0.5), (10, 0.5))}
    )


class _Same(dict[str, float]):
    """Every number there is, and all the same."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __missing__(self, name: str) -> float:
        return self.value


def test_texts_are_plain() -> None:
    for lesson in LESSONS:
        said: Mapping[str, str] = {
            name: value for name, value in vars(lesson).items() if isinstance(value, str) and name != "key"
        }
        for name, text in said.items():
            assert text.strip() == text, (lesson.key, name)
            assert text, (lesson.key, name)
            assert "!" not in text, (lesson.key, name)


def test_they_are_read_without_torch() -> None:
    code = "import sys, tlcore.lessons; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
