"""Lesson 8: fog lives in the statistics of batch norm, and eight unlabelled images mend it; a negative does not."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

NEGATIVE, NEGATIVE_SEEN = "negatives", "negatives, statistics counted anew"
FOG, FOG_SEEN = "fog", "fog, statistics counted anew"
MENDED = 0.3  # so much more accuracy counts as a repair


def surprise(results: Results) -> Surprise:
    fog, fog_seen = results[FOG].target, results[FOG_SEEN].target
    negative, negative_seen = results[NEGATIVE].target, results[NEGATIVE_SEEN].target
    mends_fog, mends_negatives = fog_seen - fog > MENDED, negative_seen - negative > MENDED
    return Surprise(
        holds=mends_fog and fog_seen > 0.7 and negative_seen - negative < 0.15,
        answer=2 if not mends_fog else 0 if mends_negatives else 1,
        sentence=f"In fog, target accuracy goes from {percent(fog)} to {percent(fog_seen)}, after one look at eight "
        f"pictures without labels. For negatives it goes from {percent(negative)} to {percent(negative_seen)}.",
        numbers={
            "fog": fog,
            "fog, statistics counted anew": fog_seen,
            "negatives": negative,
            "negatives, statistics counted anew": negative_seen,
        },
    )


def _plain(scenario: str) -> RunSpec:
    return RunSpec("source-only", scenario, hparams={"steps": 400, "batch": 8})


def _counted(scenario: str, passes: int = 1) -> RunSpec:
    return RunSpec("adabn", scenario, hparams={"steps": 400, "batch": 8, "passes": passes})


LESSON = Lesson(
    number=8,
    key="hidden-in-batch-norm",
    title="The domain hides in batch norm",
    course="shift",
    minutes=5,
    teaser="Can a few averages hold a whole domain?",
    story="""
        A small network learns to read clean digits. Then the same digits come through fog, or as negatives,
        and it is lost both times. Nothing is trained again: no weight moves, and no target label is used.
        Only its batch norms look once at eight unlabelled target images, and count their means and variances
        anew.
    """,
    question="After that one look, the network can read …",
    answers=("digits in fog and negatives", "digits in fog, but not negatives", "not even digits in fog"),
    right=1,
    takes={
        NEGATIVE: _plain("handwritten-to-inverted"),
        NEGATIVE_SEEN: _counted("handwritten-to-inverted"),
        FOG: _plain("handwritten-to-low-contrast"),
        FOG_SEEN: _counted("handwritten-to-low-contrast"),
    },
    surprise=surprise,
    look="""
        The very last step. All the others are the same training as before; the look at the target is one
        step, and it either changes everything or nothing.
    """,
    why="""
        Batch norm subtracts a mean and divides by a spread, channel by channel. It took both from clean
        digits. Fog moves every pixel towards grey: edges stay edges, only weaker and on a lighter ground.
        With the fog's own mean and spread each channel says again what it said before. In a negative each
        edge has turned its sign: what was bright on the left is now bright on the right. No mean and no
        spread turns it back. Some shifts live in statistics, and some do not.
    """,
    tries=(
        Try("Look at 640 images", _counted("handwritten-to-low-contrast", passes=80), "How much more do they tell?"),
        Try("In the dark", _counted("handwritten-to-dark"), "Is missing light a matter of statistics?"),
        Try("Turned by 45°", _counted("handwritten-to-rotated"), "And a turn?"),
    ),
    unlocked=("shift", "passes", "seed"),
    teacher="""
        **Aim** Where a domain is kept in a network, and that a part of it can be exchanged without training.

        **In class** Let the class sort six shifts beforehand into “statistics” and “not statistics”: fog,
        dark, noise, negative, turned, on photographs. Then let groups run one each.

        **Ask** Why does one look at eight images do? (Eight images have many pixels: each channel's mean
        is taken over all of them.) What goes wrong if all eight are of one class?

        **Careful** Where class proportions differ between the domains, the recounted statistics hold that
        difference too. AdaBN then hurts.
    """,
    terms=("batch norm", "mean and spread", "unlabelled target", "domain shift"),
    strategies=("adabn", "dsbn", "tent"),
)
