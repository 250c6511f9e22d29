"""Digits whose labels differ between the domains: some are missing, rare, new, or wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from tlcore.cards import Dial, ScenarioCard
from tlcore.scenarios.base import Labels, Pair, Rows, Scenario, Split, dealt, generator
from tlcore.scenarios.digits import CREDIT, DIGITS, HANDWRITTEN, PRINTED, PrintedToHandwritten, handwritten, printed
from tlcore.scenarios.handwriting import PARTS

Dials = Mapping[str, float]
Kept = Callable[[Labels, Dials, np.random.Generator], Rows]
PLAINNESS = Dial(
    "shift", "plainness of the print", "%", 0, 100, 95, 5,
    "At 0 % the print varies in weight, slant and size, as handwriting does; at 100 % it is thin and even.",
)  # fmt: skip


class PrintedToSome(Scenario):
    """Some printed digits as the source, some handwritten ones as the target."""

    def __init__(self, card: ScenarioCard, known: Callable[[Dials], int], kept: Kept) -> None:
        """`known` says how many digits the source has, from 0 on; `kept` which handwritten rows the target keeps."""
        self.card = card
        self._known = known
        self._kept = kept

    def _pair(self, dials: Dials, seed: int) -> Pair:
        source, source_test = (self._source(part, dials, seed) for part in ("train", "test"))
        target, target_test = (self._target(part, dials, seed) for part in ("train", "test"))
        return Pair(source, source_test, target, target_test, self.card.classes)

    def _glance(self, dials: Dials, seed: int, count: int) -> tuple[Split, Split]:
        return self._source("train", dials, seed, count), self._target("train", dials, seed, count)

    def _source(self, part: str, dials: Dials, seed: int, first: int | None = None) -> Split:
        plainness = dials["plainness" if "plainness" in dials else "shift"]
        return printed(plainness, seed, part, PRINTED[part == "test"], first, self._known(dials))

    def _target(self, part: str, dials: Dials, seed: int, first: int | None = None) -> Split:
        digits = handwritten()
        rows = dealt(digits.labels, dict(zip(("train", "test"), HANDWRITTEN)), seed, "handwritten")[part]
        kept = self._kept(digits.labels[rows], dials, generator(seed, f"kept, {part}"))
        return digits.at(rows[kept][:first])


class LabelNoise(Scenario):
    """Handwritten digits of which some have a wrong label, and others that are all labelled rightly."""

    card = ScenarioCard(
        key="label-noise",
        title="Wrong labels → right labels",
        kind="tiny",
        idea="The same digits in both domains, but a share of the source's training labels is wrong.",
        source="digits, some labels wrong",
        target="digits, labels right",
        classes=DIGITS,
        dials=(
            Dial(
                "shift", "wrong labels", "%", 0, 80, 40, 5,
                "How many training labels of the source name some other digit; those of both exams are right.",
            ),
        ),
        shape=(1, 8, 8),
        backbone="small-cnn-bn",
        steps=800,
        credit=CREDIT,
        target_labels=5,
    )  # fmt: skip

    def _pair(self, dials: Dials, seed: int) -> Pair:
        digits = handwritten()
        rows = dealt(digits.labels, PARTS, seed, "handwriting")
        parts = {name: digits.at(rows[name]) for name in PARTS}
        source = parts["source train"]
        wrong = mislabelled(source.labels, dials["shift"] / 100, generator(seed, "wrong labels"))
        return Pair(
            Split(source.inputs, wrong), parts["source test"], parts["target train"], parts["target test"],
            self.card.classes,
        )  # fmt: skip


def mislabelled(labels: Labels, share: float, random: np.random.Generator, classes: int = len(DIGITS)) -> Labels:
    """The labels (N,) with a share of each class, rounded, changed to the other classes in turn."""
    wrong = labels.copy()
    for label in range(classes):
        rows = random.permutation(np.flatnonzero(labels == label))
        rows = rows[: round(share * len(rows))]
        wrong[rows] = (label + 1 + np.arange(len(rows)) % (classes - 1)) % classes
    return wrong


def first_digits(labels: Labels, dials: Dials, _: np.random.Generator) -> Rows:
    """The rows of the digits that the target keeps, from 0 on."""
    return np.flatnonzero(labels < len(DIGITS) - int(dials["missing"]))


def thinned(labels: Labels, dials: Dials, random: np.random.Generator) -> Rows:
    """Rows of which 9 is rarer than 0 by the skew, and each digit rarer than the one before by the same factor."""
    rarest = 1 - dials["shift"] / 100
    share = rarest ** (np.arange(len(DIGITS)) / (len(DIGITS) - 1))  # (10,): 1 for the digit 0
    kept = []
    for label, part in enumerate(share):
        rows = random.permutation(np.flatnonzero(labels == label))
        kept.append(rows[: max(1, round(part * len(rows)))])
    return np.sort(np.concatenate(kept))


def _card(key: str, title: str, idea: str, source: str, target: str, sets: str, *dials: Dial) -> ScenarioCard:
    return ScenarioCard(
        key=key,
        title=title,
        kind="tiny",
        idea=idea,
        source=source,
        target=target,
        classes=DIGITS,
        dials=dials,
        shape=(1, 8, 8),
        backbone="small-cnn-bn",
        steps=500,
        credit=PrintedToHandwritten.card.credit,
        exam="open" if sets == "open" else "classes",
        label_sets=sets,
        target_labels=5,
    )


LABELS: tuple[Scenario, ...] = (
    PrintedToSome(
        _card(
            "label-mismatch-partial", "Printed digits → only some, handwritten",
            "The target has but some of the digits that the source teaches, and nobody says which: "
            "who makes the domains look alike mixes up what they do not share.",
            "all digits, printed", "some digits, handwritten", "partial", PLAINNESS,
            Dial("missing", "digits that the target lacks", "", 0, 8, 5, 1, "Counted from 9 down; 0: it has them all."),
        ),
        known=lambda _: len(DIGITS), kept=first_digits,
    ),
    PrintedToSome(
        _card(
            "label-mismatch-open", "Some printed digits → all, handwritten",
            "The target has digits that the source never shows: name the known ones, and notice the others.",
            "some digits, printed", "all digits, handwritten", "open", PLAINNESS,
            Dial("unknown", "digits that the source lacks", "", 1, 8, 4, 1, "Counted from 9 down."),
        ),
        known=lambda dials: len(DIGITS) - int(dials["unknown"]), kept=lambda labels, *_: np.arange(len(labels)),
    ),
    PrintedToSome(
        _card(
            "label-shift", "Printed digits → handwritten, some of them rare",
            "All digits are equally frequent in the source; in the target 0 is common and 9 is rare: "
            "who makes the domains look alike turns some 0 into 9.",
            "balanced printed digits", "skewed handwritten digits", "skewed",
            Dial(
                "shift", "rarity of the digit 9", "%", 0, 98, 90, 2,
                "How much rarer 9 is than 0 in the target, by even steps from digit to digit; at 0 % none is rare.",
            ),
            replace(PLAINNESS, name="plainness"),
        ),
        known=lambda _: len(DIGITS), kept=thinned,
    ),
    LabelNoise(),
)  # fmt: skip
