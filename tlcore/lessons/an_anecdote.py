"""Lesson 11: the same settings with five seeds; one number would have told any story."""

from statistics import fmean

from tlcore.intervals import over_seeds
from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

PRESSES = 5
WIDE = 0.15  # between the best and the worst


def surprise(results: Results) -> Surprise:
    values = [result.target for result in results.values()]
    spread, mean = max(values) - min(values), fmean(values)
    half = over_seeds(values).half
    return Surprise(
        holds=spread > WIDE,
        answer=2 if spread > WIDE else 1 if spread > 0.05 else 0,
        sentence=f"The same settings gave from {percent(min(values))} to {percent(max(values))}, "
        f"{100 * spread:.0f} points apart. What can be said is {percent(mean)} ± {100 * half:.0f} points "
        "(mean of five seeds, 95 % interval), and not more.",
        numbers={
            "worst": min(values), "best": max(values), "mean": mean, "half of the interval": half,
        },
    )  # fmt: skip


_LOUD = {"strength": 1.0}

LESSON = Lesson(
    number=11,
    key="an-anecdote",
    title="One seed is an anecdote",
    course="judgement",
    minutes=5,
    teaser="What is one run worth?",
    story="""
        The duel of lesson 7 once more, at 45° and with a louder judge. You press *another seed* five times.
        Nothing else changes: not the data's shape, not one setting. Only the random numbers do, with which
        points are drawn, weights begin and batches are shuffled.
    """,
    question="Between the best and the worst of five seeds, target accuracy will differ by …",
    answers=("less than 5 points", "5 to 15 points", "more than 15 points"),
    right=2,
    takes={f"seed {seed}": RunSpec("dann", "moons", shift=45, hparams=_LOUD, seed=seed) for seed in range(PRESSES)},
    surprise=surprise,
    look="""
        Where each run ends. The faint curve is the one before: same settings, another story.
    """,
    why="""
        Training is a long chain of small chances. Where two opponents pull at each other, chance at the
        beginning decides which way the boundary bends, and it does not come back. With one run you could
        have written either headline. So a result is a mean over seeds with its interval, and two methods
        differ when the interval of their difference leaves out zero. Several seeds of the *same* method tell
        you how much of a gain could be luck.
    """,
    tries=(
        Try("A gentler judge: λ = 0.3", RunSpec("dann", "moons", shift=45, hparams={"strength": 0.3})),
        Try("No duel at all", RunSpec("source-only", "moons", shift=45), "How much do its seeds differ?"),
        Try("CORAL", RunSpec("coral", "moons", shift=45), "A closed form instead of a duel: does chance still matter?"),
    ),
    unlocked=("seed", "strength", "shift"),
    teacher="""
        **Aim** Never again a comparison of two single runs.

        **In class** Give every pupil a seed (the link takes `seed=`), collect the numbers on the board as
        dots on a line, and only then write the mean. Ask which dot the paper would have printed.

        **Ask** How many seeds would you want? (The interval shrinks with the square root of their number:
        four times as many seeds, half the width.)

        **Careful** The interval is about the mean. A single new run can lie outside of it, and often does.
        The Compare page folds seeds into a line and a band for the same reason.
    """,
    terms=("seed", "interval", "adversarial", "baseline"),
    strategies=("dann",),
    seeds_apart=PRESSES,
)  # fmt: skip
