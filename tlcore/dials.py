"""Dials: numbers that say how a scenario's two domains differ, and those about labels that most scenarios have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from tlcore.errors import OutOfRange

SHIFT = "shift"  # the dial of that name says how far the target is
NOISE, IMBALANCE, SOURCE_MISSING, TARGET_MISSING = "label_noise", "imbalance", "source_missing", "target_missing"
LABELS = (NOISE, IMBALANCE, SOURCE_MISSING, TARGET_MISSING)
CLASS_MIX = "class_mix"  # a composed shift's own dial for rare classes in the target
FEWEST = 2  # classes that a domain keeps
_WRONG = "wrong labels"


@dataclass(frozen=True)
class Dial:
    """A number that says how a scenario's target differs from its source."""

    name: str  # as in a link and on the command line: "shift", "proportion"
    label: str  # as on the page: "rotation"
    unit: str  # "°", "%", "" …
    low: float
    high: float
    default: float
    step: float
    help: str


def of_labels(classes: int, exam: str, label_sets: str, own: Sequence[Dial]) -> tuple[Dial, ...]:
    """The dials about labels of a scenario with so many classes, that exam and those label sets.

    At 0, their default, they change nothing. Left out is what makes no sense: anything in an exam that asks
    for more than names of classes, a second dial for wrong labels, classes to leave out where a domain lacks
    some anyway or has but two.
    """
    if exam not in ("classes", "open"):
        return ()
    noise = () if any(dial.label == _WRONG for dial in own) else (_noise(classes),)
    missing = _missing(classes) if label_sets in ("closed", "skewed") and classes > FEWEST else ()
    return (*noise, _IMBALANCE, *missing)


def effective(exam: str, label_sets: str, settings: Mapping[str, float]) -> tuple[str, str]:
    """The exam and the label sets as these settings make them: a class that the source lacks has to be noticed."""
    lacks = settings.get(SOURCE_MISSING, 0) > 0, settings.get(TARGET_MISSING, 0) > 0
    if any(lacks):
        sets = {(True, False): "open", (False, True): "partial", (True, True): "open-partial"}[lacks]
        return ("open" if lacks[0] else exam), sets
    skewed = label_sets == "closed" and (settings.get(IMBALANCE, 0) > 0 or settings.get(CLASS_MIX, 0) > 0)
    return exam, ("skewed" if skewed else label_sets)


def check_shared(classes: int, settings: Mapping[str, float]) -> None:
    """Raises `OutOfRange` when no class would be left that both domains have."""
    source, target = (int(settings.get(name, 0)) for name in (SOURCE_MISSING, TARGET_MISSING))
    if source + target >= classes:
        raise OutOfRange(
            f"The source lacks {source} classes and the target {target} others, but there are {classes}, and one at "
            f"least has to be in both: lower '{SOURCE_MISSING}' or '{TARGET_MISSING}'."
        )


_IMBALANCE = Dial(
    IMBALANCE, "class imbalance", "%", 0, 99, 0, 1,
    "A long tail in the source's training images: each class is rarer than the one before by the same factor. At 90 % "
    "the first has ten times as many as the last, at 99 % a hundred times (as in CIFAR-LT). Target and exams stay "
    "as they are. Shown: the frequent classes take over, and making the domains look alike gains little then.",
)  # fmt: skip


def _noise(classes: int) -> Dial:
    """Up to where the right label is still more frequent than any other one, and no further than 80 %."""
    most = min(80, 5 * ceil(20 * (1 - 1 / classes) - 1))
    return Dial(
        NOISE, _WRONG, "%", 0, most, 0, 5,
        "So many of the source's training labels, in every class, name another class, all others alike. The target "
        "labels that a budget buys stay right, and so do both exams. Shown: a network learns the many right ones "
        "first and the wrong ones by heart later, so long training hurts.",
    )  # fmt: skip


def _missing(classes: int) -> tuple[Dial, ...]:
    most = classes - FEWEST
    return (
        Dial(
            SOURCE_MISSING, "classes that the source lacks", "", 0, most, 0, 1,
            "Open set: the last classes are in the target alone, and the exam asks whether they are noticed as "
            "unknown. Together with classes that the target lacks, it is universal adaptation.",
        ),
        Dial(
            TARGET_MISSING, "classes that the target lacks", "", 0, most, 0, 1,
            "Partial: the last classes are in the source alone, or, if the source lacks the last ones, those before "
            "them. Shown: who makes whole domains look alike pushes target images into classes that are not there.",
        ),
    )  # fmt: skip
