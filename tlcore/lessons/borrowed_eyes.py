"""Lesson 1: borrowed features win with few labels, and are overtaken by a network of one's own with many."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

FEW, MANY = 1, 50
BORROWED, OWN = "borrowed eyes", "from scratch"


def name(who: str, labels: int) -> str:
    return f"{who}, {labels} label{'' if labels == 1 else 's'}"


def surprise(results: Results) -> Surprise:
    few, many = ({who: results[name(who, labels)].target for who in (BORROWED, OWN)} for labels in (FEW, MANY))
    ahead, overtakes = few[BORROWED] > few[OWN], many[OWN] > many[BORROWED]
    return Surprise(
        holds=few[BORROWED] - few[OWN] > 0.02 and many[OWN] - many[BORROWED] > 0.005,
        answer=2 if not ahead else 1 if overtakes else 0,
        sentence=f"With {FEW} label a digit: {percent(few[BORROWED])} with borrowed eyes, {percent(few[OWN])} from "
        f"scratch. With {MANY}: {percent(many[BORROWED])} with borrowed eyes, {percent(many[OWN])} from scratch.",
        numbers={name(who, n): share[who] for n, share in ((FEW, few), (MANY, many)) for who in (BORROWED, OWN)},
    )


def _spec(strategy: str, labels: int, **hparams: float) -> RunSpec:
    return RunSpec(
        strategy,
        "handwritten~shifted",
        "small-cnn-letters",
        settings={"contrast": -40.0, "noise": 20.0},
        target_labels=labels,
        hparams=hparams,
    )


def _borrowed(labels: int) -> RunSpec:
    return _spec("linear-probe", labels, source_steps=0, steps=150, lr=0.03)


def _own(labels: int) -> RunSpec:
    return _spec("scratch", labels, steps=200 if labels < 20 else 400, batch=32)


LESSON = Lesson(
    number=1,
    key="borrowed-eyes",
    title="Borrowed eyes",
    course="why",
    minutes=5,
    teaser="When does knowing letters help to read digits?",
    story="""
        A small network has learnt to read printed letters; it ships with the app. It lends its eyes to pale
        and grainy handwritten digits, the *target*: its features stay as they are, and only a new last layer
        learns from a few labelled digits. Beside it the same network starts from nothing and learns
        everything from the same few. Both try it with 1 label of each digit, and with 50. (The clean digits,
        the *source*, are only looked at.)
    """,
    question="As labels grow from 1 to 50 a digit, the network that starts from nothing will …",
    answers=(
        "stay behind the borrowed eyes",
        "start behind, and overtake them",
        "be ahead, or as good, from the start",
    ),
    right=1,
    takes={
        name(BORROWED, FEW): _borrowed(FEW),
        name(OWN, FEW): _own(FEW),
        name(BORROWED, MANY): _borrowed(MANY),
        name(OWN, MANY): _own(MANY),
    },
    surprise=surprise,
    look="""
        The dashed line of target accuracy: how early it rises, and where it stops. The thin line is the run
        before.
    """,
    why="""
        Strokes, corners and loops are in letters as in digits, so the borrowed features tell much of what
        is needed, and one example of each digit goes a long way. But they were made for another
        question, and they cannot change. A network of its own can find the very features that handwriting
        asks for, once there are examples enough to find them in. There is no best way, there is a crossing;
        where it lies depends on how near the borrowed task is and how hard the new one.
    """,
    tries=(
        Try("Borrow, then move: fine-tune on 50",
            _spec("fine-tune", 50, source_steps=0, backbone_rate=1.0, steps=200, batch=32),
            "The best of both? Lesson 14 asks how fair that comparison is."),
        Try("From scratch on 10", _own(10), "Which side of the crossing is this?"),
        Try("Borrowed eyes on 10", _borrowed(10), "Compare with the one before."),
    ),
    unlocked=("lab", "noise", "contrast", "s", "seed"),
    teacher="""
        **Aim** Transfer is a matter of how many labels there are. The curves cross.

        **In class** Draw two axes on the board, labels and accuracy, and let everybody sketch both curves
        before the run. After the reveal let groups run 5, 10 and 20 labels with both, and draw the crossing.

        **Ask** What would move the crossing to the right? (A borrowed task that lies nearer, a harder new
        one, a larger network.) Where would ImageNet features and X-ray images cross?

        **Careful** One seed a press: at 50 labels the two are only some points apart. From scratch trains
        400 steps on 500 images, and 200 on ten, which it has by heart long before. Lesson 14 shows what the
        settings of a baseline are worth, lesson 11 what a seed is.
    """,
    terms=("pre-training", "feature extraction", "label budget", "baseline"),
    strategies=("linear-probe", "scratch", "fine-tune"),
)  # fmt: skip
