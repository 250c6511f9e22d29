"""Lesson 13: features from a source that never needed what the target needs are worse than none."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

FEW, MANY = 10, 50
TAUGHT, OWN = "the teacher's features", "from scratch"


def name(who: str, labels: int) -> str:
    return f"{who}, {labels} labels"


def surprise(results: Results) -> Surprise:
    few, many = ({who: results[name(who, labels)].target for who in (TAUGHT, OWN)} for labels in (FEW, MANY))
    behind = [each[OWN] - each[TAUGHT] for each in (few, many)]
    return Surprise(
        holds=min(behind) > 0.03,
        answer=2 if min(behind) > 0 else 1 if behind[0] <= 0 < behind[1] else 0,
        sentence=f"With {FEW} labels a digit: {percent(few[TAUGHT])} with the teacher's features, "
        f"{percent(few[OWN])} from scratch. With {MANY}: {percent(many[TAUGHT])} and {percent(many[OWN])}.",
        numbers={name(who, n): share[who] for n, share in ((FEW, few), (MANY, many)) for who in (TAUGHT, OWN)},
    )


def _taught(labels: int, plainness: float = 95) -> RunSpec:
    return RunSpec(
        "linear-probe", "printed-to-handwritten", shift=plainness, target_labels=labels,
        hparams={"source_steps": 150, "steps": 150, "lr": 0.03, "batch": 32},
    )  # fmt: skip


def _own(labels: int) -> RunSpec:
    return RunSpec("scratch", "printed-to-handwritten", target_labels=labels, hparams={"steps": 200, "batch": 32})


LESSON = Lesson(
    number=13,
    key="the-wrong-teacher",
    title="The wrong teacher",
    course="more",
    minutes=5,
    teaser="Are any features better than none?",
    story="""
        The teacher has learnt ten digits perfectly, from 1,500 printed images; but this print is thin and
        even, so it has seen ten shapes over and over. Its features stay as they are, and a new last layer
        learns handwritten digits on them, from a few labels. Beside it a network starts from nothing and has
        the same few labels, and no teacher. Both try it with 10 labels of each digit, and with 50.
    """,
    question="The teacher's features will beat a start from nothing …",
    answers=(
        "with many labels, if not with few",
        "with few labels, but not with many",
        "neither with few labels nor with many",
    ),
    right=2,
    takes={
        name(TAUGHT, FEW): _taught(FEW),
        name(OWN, FEW): _own(FEW),
        name(TAUGHT, MANY): _taught(MANY),
        name(OWN, MANY): _own(MANY),
    },
    surprise=surprise,
    look="""
        The solid line of the teacher's run: it knows its own print perfectly. Then the dashed one, when the
        new last layer learns.
    """,
    why="""
        To tell ten fixed shapes apart, a few pixels are enough, and that is what the teacher's features
        came to look at. Loops that are open or closed, slants, strokes of any width: nothing in its lessons
        asked for them, so they were thrown away, and a new last layer cannot bring them back. A start from
        nothing can still learn to see them, from a hundred images. What counts is not how good a teacher is at
        its own task but what that task has made it look at. In lesson 1 the borrowed eyes had read letters
        of many shapes.
    """,
    tries=(
        Try("A teacher of varied print", _taught(10, plainness=0), "The same digits, in all weights and slants."),
        Try(
            "Eyes that read letters",
            RunSpec(
                "linear-probe", "printed-to-handwritten", "small-cnn-letters", target_labels=10,
                hparams={"source_steps": 0, "steps": 150, "lr": 0.03},
            ),
            "Never saw a digit, and has seen much variety.",
        ),
        Try("Let the teacher's features move", RunSpec(
            "fine-tune", "printed-to-handwritten", target_labels=50,
            hparams={"source_steps": 150, "steps": 200, "backbone_rate": 1.0, "batch": 32}),
            "As a start instead of a law."),
    ),
    unlocked=("shift", "lab", "s", "seed"),
    teacher="""
        **Aim** Transfer can do harm: what helps is the variety of the first task, not its score.

        **In class** Before the run, let everybody say which of two teachers they would hire: one with 100 %
        on ten printed shapes, or one with 90 % on letters in all sorts of hands.

        **Ask** What would ImageNet features lack for X-ray images, and what not? How could one notice
        without labels that a teacher is wrong?

        **Careful** “Worse than none” holds for features at rest. Where they may move, a poor start is
        mostly just that; press the third button.
    """,
    terms=("task mismatch", "negative transfer", "feature extraction", "label budget"),
    strategies=("linear-probe", "scratch"),
)  # fmt: skip
