"""Lesson 7: a judge tells the domains apart, the features learn to fool it, and the boundary moves without a label."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent, points
from tlcore.runs.spec import RunSpec

ALONE, DUEL = "no duel", "duel"


def surprise(results: Results) -> Surprise:
    alone, duel = results[ALONE].target, results[DUEL].target
    return Surprise(
        holds=duel > 0.8 and duel - alone > 0.08,
        answer=1 if duel > 0.8 else 0 if duel > 0.5 else 2,
        sentence=f"Without the duel target accuracy ends at {percent(alone)}, with it at {percent(duel)}: "
        f"{points(duel - alone)}, and not one target label.",
        numbers={"no duel": alone, "duel": duel},
    )


LESSON = Lesson(
    number=7,
    key="a-duel",
    title="A duel you can watch",
    course="judgement",
    minutes=6,
    teaser="Can two opponents teach each other?",
    story="""
        The target is the source, turned by 35°. A judge looks at the features and tries to tell source from
        target. The features try to fool it, while they also learn the classes of the source. Neither sees a
        target label. The first run has no judge, the second is the duel.
    """,
    question="With the duel, target accuracy will …",
    answers=("stay between 50 and 80 %", "rise above 80 %", "fall below 50 %"),
    right=1,
    takes={ALONE: RunSpec("source-only", "moons"), DUEL: RunSpec("dann", "moons")},
    surprise=surprise,
    look="""
        The boundary bends towards the crosses. The dashed line climbs, then wobbles: the opponents never
        quite agree.
    """,
    why="""
        Where the judge can tell the domains apart, there is something in the features that only one domain
        has. Removing it leaves what both share, and what was learnt on the source then holds for the target
        as well. The gradient of the judge is turned round on its way into the features; the strength λ says
        how loud it is. Too quiet, and nothing happens. Too loud, and the classes drown.
    """,
    tries=(
        Try("Turn it to 60°", RunSpec("dann", "moons", shift=60), "The boundary may bend the wrong way. Try seeds."),
        Try("A louder judge: λ = 3", RunSpec("dann", "moons", hparams={"strength": 3.0}), "Does louder help?"),
        Try("Another judge: MCD", RunSpec("mcd", "moons"), "Two classifiers that argue with each other."),
    ),
    unlocked=("shift", "strength", "seed"),
    teacher="""
        **Aim** Adversarial adaptation as something that can be watched: a moving boundary, and a wobble
        that does not end.

        **In class** Use the slow button and single steps in the first hundred steps. Let the class say at
        which step the boundary begins to bend.

        **Ask** Why does the curve wobble instead of settling? What tells you to stop, if there are no
        target labels? (Nothing you see here; that is lesson 15.)

        **Careful** At 60° and more, some seeds end below the run without a duel. Lesson 11 is about that
        spread.
    """,
    terms=("adversarial", "judge", "gradient reversal", "domain gap"),
    strategies=("dann", "cdan", "adda", "mcd"),
)
