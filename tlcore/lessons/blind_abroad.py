"""Lesson 2: two ways to learn a home look alike in every test there; abroad, one of them has lost its sight."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent, points
from tlcore.runs.spec import RunSpec

CAREFUL, AT_ONCE = "head first", "everything at once"
APART = 0.04  # two accuracies further apart than this are told apart


def surprise(results: Results) -> Surprise:
    careful, at_once = results[CAREFUL], results[AT_ONCE]
    home, abroad = at_once.target - careful.target, at_once.source - careful.source
    return Surprise(
        holds=abs(home) < APART and abroad < -APART,
        answer=1 if abroad < -APART else 2 if abroad > APART else 0,
        sentence=f"At home, on handwriting: {percent(careful.target)} head first, {percent(at_once.target)} everything "
        f"at once. Abroad, on print: {percent(careful.source)} and {percent(at_once.source)}, {points(abroad)}.",
        numbers={
            "at home, head first": careful.target,
            "at home, everything at once": at_once.target,
            "abroad, head first": careful.source,
            "abroad, everything at once": at_once.source,
        },
    )


def _spec(strategy: str, **hparams: float) -> RunSpec:
    return RunSpec(
        strategy,
        "printed-to-handwritten",
        "small-cnn-letters",
        shift=50,
        target_labels=20,
        hparams={"source_steps": 0, "steps": 150, "batch": 32, "lr": 0.003, **hparams},
    )


LESSON = Lesson(
    number=2,
    key="blind-abroad",
    title="Alike at home, blind abroad",
    course="why",
    minutes=6,
    teaser="Does a good test score say that a model is good?",
    story="""
        A network that has read printed letters learns handwritten digits, from 20 labels of each. That is its
        home: the dashed line, *target*. Nobody shows it a printed digit; print is abroad, and the solid line,
        *source*, only looks how it does there. It learns twice, with the same steps at the same rate. Once a
        new last layer learns first, on features at rest, and then everything moves. Once everything moves at
        once, from a random last layer.
    """,
    question="At home both end within some points of each other. Abroad, everything at once will be …",
    answers=(
        "about as good, within 4 points",
        "worse by more than 4 points",
        "better by more than 4 points",
    ),
    right=1,
    takes={
        CAREFUL: _spec("lp-ft", probe_steps=150, probe_lr=0.03),
        AT_ONCE: _spec("fine-tune", backbone_rate=1.0),
    },
    surprise=surprise,
    look="""
        Both lines of each run. The dashed one climbs to the same height both times. What does the solid one
        do meanwhile?
    """,
    why="""
        The letters' features already knew print. While the last layer is random, its gradients through the
        features are as good as noise, and they bend these features to the few handwritten digits at hand.
        Those get better by it, and a test at home shows just that. What was bent for everything else, no
        handwritten digit can show. With a last layer that fits already there is less to bend: that is probe
        first, then fine-tune (Kumar et al., ICLR 2022, arXiv:2202.10054).
    """,
    tries=(
        Try(
            "Bend nothing: features at rest",
            RunSpec(
                "linear-probe", "printed-to-handwritten", "small-cnn-letters", shift=50, target_labels=20,
                hparams={"source_steps": 0, "steps": 150, "lr": 0.03},
            ),
            "What does rest cost at home, and what does it keep abroad?",
        ),
        Try(
            "Everything at once, the backbone ten times as slowly",
            _spec("fine-tune", backbone_rate=0.1),
            "Does gentleness keep the features?",
        ),
        Try("On a leash: L²-SP", _spec("l2-sp"), "Every weight is pulled back to where it began."),
    ),
    unlocked=("shift", "lab", "s", "backbone_rate", "seed"),
    teacher="""
        **Aim** A test set measures one place. Two models that are equal there may differ everywhere else.

        **In class** After the reveal, ask which of the two somebody would have published from the numbers at
        home. Then ask which one should read parcels from a country that is not in the data.

        **Ask** Where would you notice this before your users do? (Only with data from elsewhere: a second
        test set.) Which of your own models has been fine-tuned and tested in one place?

        **Careful** Here *target* is where the labels are and *source* the place to look at afterwards; it is
        not trained on. How much is lost depends on how far abroad lies (drag *plainness*), and on the seed:
        between 5 and 18 points with the first five.
    """,
    terms=("feature distortion", "fine-tuning", "feature extraction", "held-out data"),
    strategies=("lp-ft", "linear-probe", "fine-tune"),
)  # fmt: skip
