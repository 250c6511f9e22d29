"""Lesson 3: what was learnt is lost within some steps of something new, and a few old images keep it."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Result, Results, percent
from tlcore.runs.spec import RunSpec

ALONE, ONE, FOUR = "new images alone", "ten old images", "forty old images"
FIRST = 150  # steps on the old task, before the new one begins
SOON = 50  # steps of the new task: until the next evaluation


def at(result: Result, step: int) -> float:
    """The accuracy on the old task at the last evaluation up to a step; the first one where there is none."""
    curve = result.curves["source_accuracy"]
    return next((value for when, value in reversed(curve) if when <= step), curve[0][1])


def surprise(results: Results) -> Surprise:
    alone, one, four = (results[name] for name in (ALONE, ONE, FOUR))
    before, soon = at(alone, FIRST), at(alone, FIRST + SOON)
    kept = (one.source - alone.source) / (before - alone.source) if before > alone.source else 0.0
    return Surprise(
        holds=soon < before - 0.3 and kept > 0.5 and one.target > alone.target - 0.1,
        answer=0 if kept > 0.5 else 1 if kept > 0.1 else 2,
        sentence=f"The old task falls from {percent(before)} to {percent(soon)} within {SOON} steps, and ends at "
        f"{percent(alone.source)}. With ten old images it ends at {percent(one.source)}, with forty at "
        f"{percent(four.source)}. The new task: {percent(alone.target)}, {percent(one.target)} and "
        f"{percent(four.target)}.",
        numbers={
            "old task, before": before,
            f"old task, {SOON} steps later": soon,
            "old task at the end, new images alone": alone.source,
            "old task at the end, ten old images": one.source,
            "old task at the end, forty old images": four.source,
            "new task, new images alone": alone.target,
            "new task, ten old images": one.target,
        },
    )


def _alone(scenario: str = "handwritten-to-inverted") -> RunSpec:
    hparams = {"source_steps": FIRST, "steps": 150, "batch": 32, "backbone_rate": 1.0}
    return RunSpec("fine-tune", scenario, target_labels=50, hparams=hparams)


def _replay(memory: int, scenario: str = "handwritten-to-inverted") -> RunSpec:
    hparams = {"source_steps": FIRST, "steps": 150, "batch": 32, "memory": memory}
    return RunSpec("replay", scenario, target_labels=50, hparams=hparams)


LESSON = Lesson(
    number=3,
    key="price-of-learning",
    title="The price of learning",
    course="why",
    minutes=5,
    teaser="How long does it take to forget, and how much does it take to remember?",
    story="""
        A network learns to read clean digits: the *source*, its old task. Then it learns negatives: the
        *target*, its new task, from 50 labels of each digit. First it sees new images alone. Then it
        does the same again, but each batch also shows some old images: at first always the same ten, one of
        each digit, and at last forty. It has learnt from 620 of them.
    """,
    question="Of what is lost of the old task, ten old images will save …",
    answers=("more than half", "something, but not half", "next to nothing: ten are too few"),
    right=0,
    takes={ALONE: _alone(), ONE: _replay(1), FOUR: _replay(4)},
    surprise=surprise,
    look="""
        The solid line, the old task, after step 150: count the steps until it has fallen. The dashed line,
        the new one, climbs at the same moment.
    """,
    why="""
        No gradient of the new task says what the old one still needs. So every weight goes where the new
        images pull it, and the old task breaks at once: it need not fade, it is written over. An old image
        in the batch pulls the other way as soon as something that it needs begins to move. Ten images are
        enough to hold most of it, because the network already knows what they stand for: it does not have
        to learn the old task again, only not to leave it.
    """,
    tries=(
        Try("A hundred old images", _replay(10), "How much do they add to the forty?"),
        Try("A leash instead: L²-SP", RunSpec("l2-sp", "handwritten-to-inverted", target_labels=50,
            hparams={"source_steps": FIRST, "steps": 150, "batch": 32, "leash": 0.1}),
            "Weights are held, not images. Which task pays for it?"),
        Try("Another new task: turned digits", _alone("handwritten-to-rotated"), "Is as much forgotten?"),
    ),
    unlocked=("memory", "shift", "lab", "s", "seed"),
    teacher="""
        **Aim** Catastrophic forgetting as something that takes seconds, and the simplest remedy for it.

        **In class** Use the slow button from step 140 on and let the class count aloud. Then ask how many
        old images would be enough, before the second run.

        **Ask** What if the old images must not be kept, as in a hospital? (Hold the weights, or let the old
        network's answers be the teacher; see the leash.) Why is forgetting no question of the test at home?

        **Careful** Here old and new task have the same classes and differ in how the images look. With new
        classes forgetting is more thorough still. The memory is a choice by seed: another ten images save
        another share.
    """,
    terms=("forgetting", "replay", "fine-tuning"),
    strategies=("replay", "l2-sp"),
)  # fmt: skip
