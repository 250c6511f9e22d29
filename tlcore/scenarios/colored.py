"""ColoredMNIST: a colour that says more about the label than the digit does, until it says the opposite.

Arjovsky et al., "Invariant risk minimization", 2019, arXiv:1907.02893, section 5.2, in the variant of
DomainBed (Gulrajani & Lopez-Paz, ICLR 2021, arXiv:2007.01434): images keep their size, and the
environments share no digit. There the two colours are two channels; here a third one is empty.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tlcore.cards import Dial, Factor, ScenarioCard
from tlcore.scenarios.base import Labels, Pair, Rows, Scenario, Split, dealt, generator
from tlcore.scenarios.digits import CREDIT, handwritten
from tlcore.scenarios.real import MNIST_CREDIT
from tlcore.scenarios.sets import SIDE, Mnist

Dials = Mapping[str, float]
Images = NDArray[np.uint8]

CLASSES = ("5 to 9", "0 to 4")
FACTORS = (Factor("environment", ("first", "second", "target")), Factor("colour", ("red", "green")))
ENVIRONMENTS = ("first", "second", "shift")  # the dials that say how often the colour misleads in each
TINY = {"source train": 900, "source test": 300, "target train": 297, "target test": 300}
LARGE = {"source train": 37332, "source test": 9334, "target train": 18666, "target test": 4668}  # 2/3 and 1/3; 80 %


class Colored(Scenario):
    """Digits below and above five, in red and green."""

    def __init__(
        self, card: ScenarioCard, digits: Callable[[], Split], parts: Callable[[Dials], dict[str, int]]
    ) -> None:
        """`digits` gives all that there are, grey; `parts` how many of them make each part."""
        self.card = card
        self._digits = digits
        self._parts = parts

    def _pair(self, dials: Dials, seed: int) -> Pair:
        near, near_test, far, far_test = (
            self._part(digits, name, dials, seed) for name, digits in self._dealt(dials, seed)
        )
        return Pair(near, near_test, far, far_test, self.card.classes)

    def _dealt(self, dials: Dials, seed: int) -> list[tuple[str, Split]]:
        digits, sizes = self._digits(), self._parts(dials)
        rows = dealt(digits.labels, sizes, seed, self.card.key)
        return [(name, digits.at(rows[name])) for name in sizes]

    def _part(self, digits: Split, name: str, dials: Dials, seed: int, first: int | None = None) -> Split:
        labels, factors = answers(digits.labels, name, dials, seed)
        return Split(painted(digits.inputs[:first], factors[:first, 1]), labels[:first], factors[:first])


class ColoredDigits(Colored):
    """The digits at hand, each in nine places: so few of them that their wrong labels could be learnt by heart."""

    def _part(self, digits: Split, name: str, dials: Dials, seed: int, first: int | None = None) -> Split:
        copies = generator(seed, f"places, {name}").permutation(9 * len(digits))  # copy k of digit n is 9 n + k
        labels, factors = answers(digits.labels[copies // 9], name, dials, seed)
        images = painted(moved(digits.inputs, copies[:first]), factors[:first, 1])
        return Split(images, labels[:first], factors[:first])

    def _glance(self, dials: Dials, seed: int, count: int) -> tuple[Split, Split]:
        parts = dict(self._dealt(dials, seed))
        near, far = (self._part(parts[name], name, dials, seed, count) for name in ("source train", "target train"))
        return near, far


class ColoredMnist(Colored):
    """The digits of MNIST, of which a preview reads the first images only."""

    def _glance(self, dials: Dials, seed: int, count: int) -> tuple[Split, Split]:
        digits = Mnist().first(2 * count)
        near, far = digits.at(slice(count)), digits.at(slice(count, 2 * count))
        return self._part(near, "source train", dials, seed), self._part(far, "target train", dials, seed)


def answers(digits: Labels, part: str, dials: Dials, seed: int) -> tuple[Labels, Labels]:
    """Of each digit (N,): whether it is below five, but for a share of wrong labels; and its factors (N, 2).

    The colour is the label's own, 0 red and 1 green, but for the share of each environment in which
    it is the other one.
    """
    random = generator(seed, f"colours, {part}")
    labels = flipped((digits < 5).astype(np.int64), dials["wrong"] / 100, random)
    halves = random.permutation(np.arange(len(labels)) % 2)
    environment = halves if part.startswith("source") else np.full_like(labels, 2)
    colour = labels.copy()
    for place, name in enumerate(ENVIRONMENTS):
        rows = np.flatnonzero(environment == place)
        colour[rows] = flipped(labels[rows], dials[name] / 100, random)
    return labels, np.stack([environment, colour], axis=1)


def painted(digits: Images, colour: Labels) -> Images:
    """Grey digits (N, 1, H, W) in the channel of their colour: (N, 3, H, W)."""
    images = np.zeros((len(digits), 3, *digits.shape[2:]), np.uint8)
    images[np.arange(len(digits)), colour] = digits[:, 0]
    return images


def moved(digits: Images, copies: Rows) -> Images:
    """Copies of digits (N, 1, H, W), each a pixel up, down, left or right, or in place: (copies, 1, H, W)."""
    wide = np.pad(digits, ((0, 0), (0, 0), (1, 1), (1, 1)))
    places: Images = sliding_window_view(wide, digits.shape[2:], axis=(2, 3))  # (N, 1, 3, 3, H, W)
    original, place = np.divmod(copies, 9)
    return places[original, :, place // 3, place % 3]


def flipped(bits: Labels, share: float, random: np.random.Generator) -> Labels:
    """Bits (N,) of which a share, rounded, is the opposite: as many of the zeros as of the ones, chosen by chance."""
    changed = bits.copy()
    for bit in (0, 1):
        rows = random.permutation(np.flatnonzero(bits == bit))
        changed[rows[: round(share * len(rows))]] = 1 - bit
    return changed


def _all_of_mnist() -> Split:
    train, test = Mnist().whole(train=True), Mnist().whole(train=False)
    return Split(np.concatenate([train.inputs, test.inputs]), np.concatenate([train.labels, test.labels]))


def _of_mnist(dials: Dials) -> dict[str, int]:
    """As many as the dials say of each part; 0 is all."""
    asked = (dials["images_source"], dials["images_test"], dials["images_target"], dials["images_test"])
    return {name: min(int(count) or most, most) for (name, most), count in zip(LARGE.items(), asked)}


def _card(name: str, title: str, kind: str, side: int, credit: str, steps: int, *more: Dial) -> ScenarioCard:
    return ScenarioCard(
        key=f"colored-{name}",
        title=title,
        kind=kind,
        idea="Colour tells small digits from large ones better than their form does, until it says the opposite.",
        source="colour helps",
        target="colour misleads",
        classes=CLASSES,
        dials=(
            Dial(
                "shift", "misleading colour in the target", "%", 10, 90, 90, 5,
                "How often a target digit has the colour of the other class; in the source it is one in seven.",
            ),
            Dial("wrong", "wrong labels", "%", 0, 45, 25, 5, "Everywhere: at 25 %, form alone is right in 75 %."),
            Dial("first", "misleading colour, first environment", "%", 0, 100, 10, 5, "In one half of the source."),
            Dial("second", "misleading colour, second environment", "%", 0, 100, 20, 5, "In its other half."),
            *more,
        ),
        shape=(3, side, side),
        backbone="small-cnn-colour",
        steps=steps,
        credit=f"After ColoredMNIST: Arjovsky et al. 2019, and DomainBed. {credit}",
        download_mb=12 if kind == "real" else 0,
        offers=("environments", "factors"),
        factors=FACTORS,
    )  # fmt: skip


COLORED_DIGITS = ColoredDigits(
    _card("digits", "Colour helps → colour misleads", "tiny", 8, CREDIT, 400), handwritten, lambda _: TINY
)
COLORED_MNIST = ColoredMnist(
    _card(
        "mnist", "ColoredMNIST → colours reversed", "real", SIDE, MNIST_CREDIT, 1500,
        Dial("images_source", "source images", "", 0, LARGE["source train"], 10000, 100, "By the seed; 0: all."),
        Dial("images_target", "target images", "", 0, LARGE["target train"], 5000, 100, "By the seed; 0: all."),
        Dial("images_test", "test images", "", 0, LARGE["target test"], 2000, 100, "Held out, of each domain; 0: all."),
    ),
    _all_of_mnist, _of_mnist,
)  # fmt: skip
