"""Lesson 4: under a shift accuracy falls, and confidence does not."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

NEAR, FAR = "at home", "turned round"
SURE, LOST = 0.95, 0.1


def surprise(results: Results) -> Surprise:
    far = results[FAR]
    accuracy, confidence = far.target, far.seen["target_confidence"]
    home = results[NEAR].target
    answer = 0 if confidence >= SURE else 1 if confidence >= 0.7 else 2
    return Surprise(
        holds=home > 0.95 and accuracy < LOST and confidence > SURE,
        answer=answer,
        sentence=f"On the turned target {percent(accuracy)} of its answers are right, and on average it is "
        f"{percent(confidence)} sure of them. At home it was right {percent(home)} of the time.",
        numbers={
            "accuracy at home": home,
            "accuracy turned round": accuracy,
            "confidence turned round": confidence,
        },
    )


_SPEC = RunSpec("source-only", "moons", shift=180)

LESSON = Lesson(
    number=4,
    key="confidently-wrong",
    title="Confidently wrong",
    course="shift",
    minutes=4,
    teaser="Does a model notice that the world has turned?",
    story="""
        A small network learns to tell two half moons apart. It only ever sees the source, drawn as dots.
        First the target, drawn as crosses, lies where the source lies. Then it is turned by 180°: every
        moon now lies where the other one was. The network is the same.
    """,
    question="On the turned target, the network will be sure of its answers, on average …",
    answers=(
        "more than 95 %: as sure as ever",
        "between 70 and 95 %: somewhat less sure",
        "below 70 %: it will see that this is new",
    ),
    right=0,
    takes={NEAR: RunSpec("source-only", "moons", shift=0), FAR: _SPEC},
    surprise=surprise,
    look="""
        The tinted boundary: it does not care where the crosses are. Watch the dashed line of target
        accuracy.
    """,
    why="""
        Confidence says how far a point lies from the boundary, in the network's own opinion. It says
        nothing about whether the boundary is in the right place. The turned moons lie as far from it as the
        upright ones did, only on the wrong side. Nothing inside the network can feel that it has moved
        house: for that somebody has to compare the two domains, or look at labels from the target.
    """,
    tries=(
        Try("Turn it to 40°", RunSpec("source-only", "moons", shift=40), "Half way, and already a coin would do."),
        Try("Turn it to 90°", RunSpec("source-only", "moons", shift=90), "Watch both numbers, not one."),
        Try(
            "Let DANN look at the target",
            RunSpec("dann", "moons", shift=40),
            "Unlabelled target points are enough to notice the turn. Lesson 7 tells how.",
        ),
    ),
    unlocked=("shift", "seed"),
    teacher="""
        **Aim** Accuracy and confidence are two things, and only one of them is visible without labels.

        **In class** Ask for a show of hands before the run; most expect the network to doubt. After the
        reveal let somebody drag the rotation slowly from 0 to 180° and read both numbers aloud at 0, 40, 90
        and 180.

        **Ask** What would a network have to know in order to doubt? (Something about where its training
        points lay: a density, or a judge between the domains.)

        **Careful** 180° swaps the two classes exactly; the judge then cannot tell the domains apart either,
        although every answer is wrong. That is lesson 6 in a nutshell.
    """,
    terms=("domain shift", "confidence", "covariate shift", "accuracy"),
    strategies=("dann", "adabn"),
)
