"""What stands on the map of transfer learning: families by what the target gives, and what can go wrong."""

from dataclasses import dataclass

from tlcore import catalogue
from tlcore.cards import Family
from tlcore.lessons import LESSONS, Lesson


@dataclass(frozen=True)
class Region:
    """Families that answer one situation."""

    title: str
    says: str
    families: tuple[Family, ...]


@dataclass(frozen=True)
class Challenge:
    """What can go wrong; lessons that use its term show it."""

    title: str
    says: str
    term: str  # of the glossary
    strategies: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()  # data that shows it


REGIONS = (
    Region(
        "A few target labels", "Start from what the source taught, and learn the rest.",
        (Family.INDUCTIVE, Family.FEW_SHOT, Family.META),
    ),
    Region(
        "Target images, no labels", "Bring the two domains together …",
        (Family.ALIGNMENT, Family.ADVERSARIAL, Family.NORMALISATION),
    ),
    Region(
        "", "… or reweight, or teach yourself.",
        (Family.REWEIGHTING, Family.SELF_TRAINING, Family.PARTIAL),
    ),
    Region(
        "Nothing of the target", "Learn what holds everywhere.",
        (Family.BIAS, Family.MULTI_TASK, Family.ZERO_SHOT, Family.BASELINE),
    ),
    Region(
        "Hardly any labels at all, or a large teacher", "Learn features first.",
        (Family.SELF_SUPERVISED, Family.UNSUPERVISED, Family.DISTILLATION),
    ),
)  # fmt: skip

WHEN: dict[Family, str] = {
    Family.INDUCTIVE: "A pre-trained network, and a handful of labels a class. The fewer the labels, the more is kept.",
    Family.FEW_SHOT: "New classes all the time, one to five examples each: compare, instead of training.",
    Family.META: "Many small tasks to practise on, and a new one that has to be learnt in a few steps.",
    Family.ALIGNMENT: "The classes agree, the look does not; class proportions are alike.",
    Family.ADVERSARIAL: "As alignment, where no simple statistic tells the domains apart. Watch it: it wobbles.",
    Family.NORMALISATION: "The shift is in light, contrast or colour, and the network has batch norm. Try it first.",
    Family.REWEIGHTING: "Same rule, other inputs: some of the source is like the target already.",
    Family.SELF_TRAINING: "The model is right more often than not; or the source data may not be kept.",
    Family.PARTIAL: "The target lacks classes, or has new ones.",
    Family.BIAS: "Several environments, and a shortcut that holds in only some of them.",
    Family.MULTI_TASK: "Several questions about the same images, which share what they need.",
    Family.ZERO_SHOT: "Classes without a single image, but with a description.",
    Family.BASELINE: "What everything else has to beat. Tune it as well.",
    Family.SELF_SUPERVISED: "Many images, few labels: let the images ask the questions.",
    Family.UNSUPERVISED: "Groups are wanted, or features for another task, and nobody has labels.",
    Family.DISTILLATION: "A large network is good, and a small one has to do the work.",
}

CHALLENGES = (
    Challenge("Domain shift", "The target looks otherwise.", "domain shift", ("adabn", "dann")),
    Challenge("Negative transfer", "Adapting makes it worse than doing nothing.", "negative transfer", ("mmd",)),
    Challenge("Task mismatch", "The old task needed other features.", "task mismatch", ("scratch",)),
    Challenge(
        "Label inconsistency",
        "The same thing has two names, or wrong ones.",
        "label inconsistency",
        scenarios=("label-noise",),
    ),
    Challenge(
        "Dataset bias",
        "Something else gives the class away.",
        "dataset bias",
        ("irm", "group-dro"),
        ("colored-digits",),
    ),
    Challenge("Choosing a model", "Without target labels, by what?", "validation"),
)


def of_family(family: Family) -> list[tuple[str, str]]:
    """The strategies of a family: (key, title), as the catalogue has them."""
    entries = catalogue.strategies().items()
    return [(key, entry["card"]["title"]) for key, entry in entries if entry["card"]["family"] == family.value]


def lessons_of(term: str) -> list[Lesson]:
    return [each for each in LESSONS if term in each.terms]


def lessons_with(family: Family) -> list[Lesson]:
    """The lessons in which a strategy of the family runs."""
    keys = {key for key, _ in of_family(family)}
    return [
        each for each in LESSONS if family is not Family.BASELINE and keys & {s.strategy for s in each.takes.values()}
    ]
