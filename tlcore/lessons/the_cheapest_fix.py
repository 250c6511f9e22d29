"""Lesson 12: varied light in training does most of what adaptation does, if somebody thought of that shift."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

NEGATIVE = "negatives, light varied"
FOG, FOG_VARIED, FOG_ADAPTED = "fog", "fog, light varied", "fog, adapted by AdaBN"


def surprise(results: Results) -> Surprise:
    plain, varied, adapted = (results[name].target for name in (FOG, FOG_VARIED, FOG_ADAPTED))
    negative = results[NEGATIVE].target
    share = (varied - plain) / (adapted - plain) if adapted > plain else 0.0
    return Surprise(
        holds=adapted - plain > 0.5 and share > 2 / 3 and negative < 0.3,
        answer=0 if share > 2 / 3 else 1 if share > 1 / 3 else 2,
        sentence=f"In fog, target accuracy is {percent(plain)} as it is, {percent(varied)} with varied light, and "
        f"{percent(adapted)} with AdaBN, which has seen the fog: {percent(share)} of the repair. For negatives, "
        f"varied light comes to {percent(negative)}.",
        numbers={
            "fog": plain,
            "fog, light varied": varied,
            "fog, AdaBN": adapted,
            "share of the repair": share,
            "negatives, light varied": negative,
        },
    )


_LENGTH = {"steps": 400, "batch": 32}

LESSON = Lesson(
    number=12,
    key="the-cheapest-fix",
    title="The cheapest fix",
    course="judgement",
    minutes=5,
    teaser="Can one line do the work of a paper?",
    story="""
        Somebody guesses that the light may change, and varies brightness and contrast of every training
        image at random. That is one setting: *Augmentation*. It has never seen the target. Beside it AdaBN,
        which has: it counts its statistics on target images. Both meet fog, and the first one meets
        negatives as well, which nobody had thought of.
    """,
    question="Of what AdaBN repairs in fog, varied light alone will repair …",
    answers=("more than two thirds", "between one third and two thirds", "less than a third: it never saw the fog"),
    right=0,
    takes={
        NEGATIVE: RunSpec("source-only", "handwritten-to-inverted", hparams=_LENGTH, augment="relit"),
        FOG: RunSpec("source-only", "handwritten-to-low-contrast", hparams=_LENGTH),
        FOG_ADAPTED: RunSpec("adabn", "handwritten-to-low-contrast", hparams=_LENGTH),
        FOG_VARIED: RunSpec("source-only", "handwritten-to-low-contrast", hparams=_LENGTH, augment="relit"),
    },
    surprise=surprise,
    look="""
        The dashed line of target accuracy while the source is learnt: without varied light it stays at the
        bottom, with it both lines climb together.
    """,
    why="""
        The varied source contains pale digits, dark ones and stark ones. Fog is one of them, so for this
        network the target is no other domain: it lies within the source. That is the whole trick, and its
        limit as well. Negatives are no variation of brightness and contrast, so they lie outside still.
        Augmentation is knowledge about the shift, put in by hand.
    """,
    tries=(
        Try("In the dark", RunSpec("source-only", "handwritten-to-dark", hparams=_LENGTH, augment="relit"),
            "Was that thought of as well?"),
        Try("The wrong guess: shapes moved", RunSpec("source-only", "handwritten-to-low-contrast", hparams=_LENGTH,
            augment="light"), "Varied places instead of varied light."),
        Try("Both together", RunSpec("adabn", "handwritten-to-low-contrast", hparams=_LENGTH, augment="relit")),
    ),
    unlocked=("shift", "aug", "s", "seed"),
    teacher="""
        **Aim** Before an algorithm, ask what is known about the shift. A cheap baseline belongs into every
        comparison.

        **In class** Collect shifts that the class can think of for a camera at a crossing, and for each
        whether it could be drawn at random in training. Then run.

        **Ask** When is adaptation worth its trouble? (When the shift cannot be imagined or drawn, and
        unlabelled target images are at hand.) Can augmentation do harm? (Where it changes the class: a
        mirrored 2 is no 2.)

        **Careful** Whoever tunes the augmentation until the target test looks good has used target labels.
    """,
    terms=("augmentation", "baseline", "domain shift", "batch norm"),
    strategies=("source-only", "adabn"),
)  # fmt: skip
