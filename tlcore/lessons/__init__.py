"""The lessons, as data: one file each, in the order of their numbers.

A lesson says what the learner does and which runs show it; its surprise is a pure function of what those
runs came to, and a test takes every lesson with five seeds. To add one: a file like its neighbours, a line here.
"""

from tlcore.errors import UnknownKey
from tlcore.lessons import (
    a_duel,
    an_anecdote,
    blind_abroad,
    borrowed_eyes,
    choosing_blind,
    confidently_wrong,
    hidden_in_batch_norm,
    move_the_mean,
    price_of_learning,
    the_cheapest_fix,
    the_map,
    the_unfair_baseline,
    the_wrong_teacher,
    when_the_gap_lies,
    which_layer_moves,
)
from tlcore.lessons.lesson import COURSES, Lesson, Surprise, Try

__all__ = ["COURSES", "LESSONS", "Lesson", "Surprise", "Try", "after", "course", "find"]

LESSONS: tuple[Lesson, ...] = tuple(
    sorted(
        (
            confidently_wrong.LESSON,
            move_the_mean.LESSON,
            when_the_gap_lies.LESSON,
            a_duel.LESSON,
            an_anecdote.LESSON,
            choosing_blind.LESSON,
            the_map.LESSON,
            hidden_in_batch_norm.LESSON,
            the_cheapest_fix.LESSON,
            blind_abroad.LESSON,
            which_layer_moves.LESSON,
            borrowed_eyes.LESSON,
            the_wrong_teacher.LESSON,
            price_of_learning.LESSON,
            the_unfair_baseline.LESSON,
        ),
        key=lambda lesson: lesson.number,
    )
)


def find(text: str) -> Lesson:
    """The lesson of that number or key, as in a link. Raises `UnknownKey`."""
    for lesson in LESSONS:
        if text.strip().lower() in (str(lesson.number), lesson.key):
            return lesson
    raise UnknownKey("lesson", text, [str(lesson.number) for lesson in LESSONS])


def course(key: str) -> list[Lesson]:
    """The lessons of a course, in order."""
    return [lesson for lesson in LESSONS if lesson.course == key]


def after(lesson: Lesson) -> Lesson | None:
    """The one that follows, course by course."""
    ordered = [each for key in COURSES for each in course(key)]
    return next(iter(ordered[ordered.index(lesson) + 1 :]), None)
