"""`tlcore lesson`, with runs that have been taken before."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from tlcore.cli import cli
from tlcore.lessons import LESSONS, Lesson
from tlcore.lessons.results import Result


@pytest.fixture
def came_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    """Lesson 7 without training: what its two runs come to."""

    def say(alone: float, duel: float) -> None:
        def taken(lesson: Lesson, seed: int = 0) -> dict[str, Result]:
            return {name: Result({"target_accuracy": value}) for name, value in zip(lesson.takes, (alone, duel))}

        monkeypatch.setattr("tlcore.lessons.taking.take", taken)

    return say


def test_all_lessons_are_listed() -> None:
    said = CliRunner().invoke(cli, ["lesson", "list"]).output
    assert all(lesson.title in said for lesson in LESSONS)
    told = json.loads(CliRunner().invoke(cli, ["lesson", "list", "--json"]).output)
    assert {each["number"] for each in told} == {lesson.number for lesson in LESSONS}


def test_the_exit_code_says_whether_the_surprise_held(came_to: Callable[[float, float], None]) -> None:
    came_to(0.7, 0.93)
    done = CliRunner().invoke(cli, ["lesson", "run", "7", "--seeds", "2"])
    assert (done.exit_code, done.output.count("b) Without the duel")) == (0, 2)
    came_to(0.7, 0.72)
    done = CliRunner().invoke(cli, ["lesson", "run", "a-duel"])
    assert done.exit_code == 1
    assert "The surprise did not come with this seed" in done.output


def test_takes_as_json(came_to: Callable[[float, float], None]) -> None:
    came_to(0.7, 0.93)
    told = json.loads(CliRunner().invoke(cli, ["lesson", "run", "7", "--json"]).output)
    (take,) = told["takes"]
    assert (told["key"], take["seed"], take["holds"], take["numbers"]["duel"]) == ("a-duel", 0, True, 0.93)


@pytest.mark.parametrize("arguments", [["99"], ["7", "--seeds", "0"]])
def test_a_mistake_is_one_sentence(arguments: list[str]) -> None:
    done = CliRunner().invoke(cli, ["lesson", "run", *arguments])
    assert done.exit_code == 2
    assert "Traceback" not in done.output
