"""Lesson 14: most of a gain over a baseline at somebody else's learning rate is the learning rate."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent, points
from tlcore.runs.spec import RunSpec

SAME, OWN, TUNED = "from scratch, the same rate", "from scratch, a rate of its own", "fine-tuning"
RATE, RATE_OF_ITS_OWN = 0.0003, 0.01


def surprise(results: Results) -> Surprise:
    same, own, tuned = (results[name].target for name in (SAME, OWN, TUNED))
    claimed, fair = tuned - same, tuned - own
    left = fair / claimed if claimed > 0 else 1.0
    return Surprise(
        holds=claimed > 0.03 and left < 2 / 3,
        answer=0 if left > 1 else 1 if left > 2 / 3 else 2,
        sentence=f"Fine-tuning reaches {percent(tuned)}. Over a start from nothing at the same rate "
        f"({percent(same)}) that is {points(claimed)}; over one at a rate of its own ({percent(own)}) it is "
        f"{points(fair)}.",
        numbers={name: results[name].target for name in (TUNED, SAME, OWN)},
    )


def _spec(strategy: str, lr: float, **hparams: float) -> RunSpec:
    return RunSpec(
        strategy,
        "handwritten-to-noisy",
        "small-cnn-letters",
        shift=20,
        target_labels=10,
        hparams={"steps": 100, "batch": 32, "lr": lr, **hparams},
    )


def _tuned(lr: float = 0.003) -> RunSpec:
    return _spec("fine-tune", lr, source_steps=0, backbone_rate=0.1)


LESSON = Lesson(
    number=14,
    key="the-unfair-baseline",
    title="The unfair baseline",
    course="more",
    minutes=5,
    teaser="How much of a gain is the method?",
    story="""
        Noisy digits, ten labels of each. A network that has read letters is fine-tuned: its backbone moves
        at the rate 0.0003, a gentle one, as is usual, and its new head ten times as fast. Beside it the same
        network starts from nothing, at the rate 0.0003, for the same 100 steps. The same settings for both:
        is that fair? The other start from nothing has a rate of its own, 0.01, and all else is as before.
    """,
    question="Once the baseline has a rate of its own, the gain of fine-tuning will …",
    answers=(
        "be larger than before",
        "stay, or lose up to a third",
        "lose more than a third",
    ),
    right=2,
    takes={
        SAME: _spec("scratch", RATE),
        OWN: _spec("scratch", RATE_OF_ITS_OWN),
        TUNED: _tuned(),
    },
    surprise=surprise,
    look="""
        How steeply the dashed line climbs in the first twenty steps, at each rate. At which of them has it
        stopped climbing when the run ends?
    """,
    why="""
        Features that are good already need small steps, or they break. Features that do not exist yet need
        large ones, or they are not found in time. One rate for both suits one of them, and the comparison
        then measures the rate. “Same settings” sounds fair; fair is the same care. A gain means something
        once the baseline has been tuned as well as the method.
    """,
    tries=(
        Try("Now tune fine-tuning as well: rate 0.01", _tuned(0.01), "The same care for the other side. Who is ahead?"),
        Try("From scratch, a rate in between: 0.001", _spec("scratch", 0.001), "How wide is the range that works?"),
        Try("From scratch, a rate too high: 0.1", _spec("scratch", 0.1), "There is an end to it on the other side."),
    ),
    unlocked=("lr", "lab", "shift", "seed"),
    teacher="""
        **Aim** Doubt about tables in which one row was tuned and the others were not.

        **In class** Let half of the class defend the method and the other half the baseline. Each may change
        one setting of its side, in turns, and says what it did. Write all tries on the board; the number of
        tries is part of the result.

        **Ask** How many settings did the method's authors try, and how many for the baseline? On which
        images may one choose a rate? (On labelled ones that are set aside, never on the test images.)

        **Careful** Here the baseline's rate was chosen once, of four, by its accuracy on one seed's test
        images: that is cheating too, and so is tuning one side only. The first button gives fine-tuning the
        same favour.
    """,
    terms=("baseline", "held-out data", "fine-tuning", "seed"),
    strategies=("fine-tune", "scratch"),
)
