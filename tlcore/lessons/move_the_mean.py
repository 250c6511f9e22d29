"""Lesson 5: matching the two domains' means and spreads, in closed form, repairs much without a label."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent, points
from tlcore.runs.spec import RunSpec

PLAIN, MOVED = "source only", "mean and spread matched"


def surprise(results: Results) -> Surprise:
    plain, moved = results[PLAIN].target, results[MOVED].target
    return Surprise(
        holds=moved > 0.9 and moved - plain > 0.15,
        answer=2 if moved > 0.9 else 1 if moved > plain + 0.05 else 0,
        sentence=f"Target accuracy goes from {percent(plain)} to {percent(moved)}, {points(moved - plain)}, and no "
        "target label was used.",
        numbers={"source only": plain, "mean and spread matched": moved},
    )


_SPEC = RunSpec("coral", "blobs", shift=2)

LESSON = Lesson(
    number=5,
    key="move-the-mean",
    title="Move the mean",
    course="shift",
    minutes=4,
    teaser="How far does plain arithmetic get you?",
    story="""
        Two clouds, learnt to perfection. The target is the same two clouds, moved to the right by two
        thirds of their distance, so that one of them lies across the boundary. The second run leaves the
        features as they are. It works out their mean and spread in each domain, moves the source's onto the
        target's, and learns the last layer anew.
    """,
    question="With no target label at all, target accuracy will …",
    answers=("stay about where it was", "recover, but stay below 90 %", "rise above 90 %"),
    right=2,
    takes={PLAIN: RunSpec("source-only", "blobs", shift=2), MOVED: _SPEC},
    surprise=surprise,
    look="""
        The boundary jumps when the last layer is learnt anew. The bars below the stage show the spread of
        the features before and after.
    """,
    why="""
        The clouds kept their shape; only their place changed. Such a change is all in the mean, and a mean
        can be read off unlabelled points. CORAL also matches variances and how the features go together
        (their covariance). It is one formula: no opponent, no tuning, and the features are never trained
        again.
    """,
    tries=(
        Try("Move the target further", RunSpec("coral", "blobs", shift=3), "The move is larger; the formula is not."),
        Try(
            "Turn instead of moving",
            RunSpec("coral", "moons", shift=60),
            "A turn is hardly visible in mean and spread, so there is little to match.",
        ),
        Try(
            "Make one class rare",
            RunSpec("coral", "blobs", shift=2, settings={"proportion": 90.0}),
            "Now the mean has moved for another reason. Lesson 6 is about that.",
        ),
    ),
    unlocked=("shift", "proportion", "ridge", "seed"),
    teacher="""
        **Aim** Unlabelled data carries information about a shift; the simplest use of it is arithmetic.

        **In class** Draw two clouds on the board, then the same two moved, and let the class say what they
        would compute. Then run.

        **Ask** Which shifts leave mean and spread as they are? (A turn by 180°, a swap of two classes.)
        What if the target has nine times as many of one class? (The last button, and lesson 6.)

        **Careful** Source accuracy drops a little: every image is now looked at as if it came from the
        target.
    """,
    terms=("feature alignment", "CORAL", "mean and spread", "unlabelled target"),
    strategies=("coral", "deep-coral", "subspace-alignment"),
)
