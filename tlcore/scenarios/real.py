"""Real pairs of data sets, as the literature measures on them."""

from collections.abc import Mapping

import numpy as np

from tlcore.cards import Dial, ScenarioCard
from tlcore.errors import OutOfRange
from tlcore.scenarios.base import Pair, Rows, Scenario, Split, dealt, generator
from tlcore.scenarios.digits import DIGITS
from tlcore.scenarios.photo import over, patches
from tlcore.scenarios.sets import SIDE, DataSet, Mnist, Usps, photographs

MNIST_CREDIT = "MNIST: LeCun et al. 1998 (CC BY-SA 3.0)."
USPS_CREDIT = "USPS: Hull 1994, as distributed with The Elements of Statistical Learning (for research)."
BSDS_CREDIT = "Photographs: BSDS500, Arbeláez et al. 2011 (for research and education)."
ADDA = "With 2,000 images of MNIST and 1,800 of USPS this is the protocol of Tzeng et al., CVPR 2017 (ADDA)."


class Sets(Scenario):
    """One data set as the source, another as the target."""

    def __init__(self, card: ScenarioCard, source: DataSet, target: DataSet) -> None:
        self.card = card
        self._source = source
        self._target = target

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        near, far = self._source.whole(train=True), self._target.whole(train=True)
        near_test, far_test = self._source.whole(train=False), self._target.whole(train=False)
        share, test = dials["shift"] / 100, int(dials["images_test"])
        source, target = self._mixed(
            near, far, int(dials["images_source"]), int(dials["images_target"]), share, seed, "train"
        )
        source_test, target_test = self._mixed(near_test, far_test, test, test, share, seed, "test")
        return Pair(source, source_test, target, target_test, self.card.classes)

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        strange = round(count * dials["shift"] / 100)
        near, far = self._source.first(2 * count), self._target.first(count)
        target = _joined(near.at(slice(count, 2 * count - strange)), far.at(slice(strange)))
        return near.at(slice(count)), target.at(generator(seed, "glance").permutation(count))

    def _mixed(
        self, near: Split, far: Split, source: int, target: int, share: float, seed: int, part: str
    ) -> tuple[Split, Split]:
        """A source of `near` and a target of both, without an image in common; 0 asks for all there are."""
        target = min(target or len(far), len(far))
        strange = round(target * share)
        like_source = target - strange
        source = min(source or len(near), len(near) - like_source)
        if source < len(self.card.classes):
            raise OutOfRange(
                f"'{self.card.key}' has {len(near):,} images of its source for {part}ing, too few for a target with "
                f"{like_source:,} of them: set a higher share or fewer images."
            )
        here = dealt(near.labels, {"source": source, "target": like_source}, seed, f"{self.card.key}, {part}, near")
        there = dealt(far.labels, {"target": strange}, seed, f"{self.card.key}, {part}, far")
        mixed = _joined(near.at(here["target"]), far.at(there["target"]))
        order = generator(seed, f"{self.card.key}, {part}, mixed").permutation(target)
        return near.at(here["source"]), mixed.at(order)


class MnistToMnistM(Scenario):
    """MNIST in colour, and other digits of MNIST blended with photographs."""

    card = ScenarioCard(
        key="mnist-to-mnist-m",
        title="MNIST → MNIST-M",
        kind="real",
        idea="Digits on black, then digits on photographs: each pixel is the difference of digit and photo.",
        source="MNIST",
        target="MNIST-M",
        classes=DIGITS,
        dials=(
            Dial(
                "shift", "strength of the photo", "%", 0, 100, 100, 5,
                "At 0 % the paper is black, as in MNIST; at 100 % this is MNIST-M (Ganin et al., JMLR 2016).",
            ),
            Dial("images_source", "source images", "", 0, 30000, 10000, 500, "Digits to learn from; 0: 30,000."),
            Dial("images_target", "target images", "", 0, 30000, 10000, 500, "Other digits; 0: 30,000."),
            Dial("images_test", "test images", "", 0, 5000, 2000, 100, "Held out, of each domain; 0: 5,000."),
        ),
        shape=(3, SIDE, SIDE),
        backbone="lenet",
        steps=2000,
        credit=f"{MNIST_CREDIT} {BSDS_CREDIT}",
        download_mb=83,
    )  # fmt: skip

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        photos, strength = photographs(), dials["shift"] / 100

        def halves(train: bool, source: float, target: float) -> tuple[Split, Split]:
            digits, part = Mnist().whole(train), "train" if train else "test"
            half = len(digits) // 2
            sizes = {"source": min(int(source) or half, half), "target": min(int(target) or half, half)}
            rows = dealt(digits.labels, sizes, seed, f"mnist-m, {part}")
            random = generator(seed, f"mnist-m, {part}, patches")
            clean = _coloured(digits, rows["source"]), _coloured(digits, rows["target"])
            blended = over(clean[1].inputs, patches(photos, len(clean[1]), SIDE, random), strength)
            return clean[0], Split(blended, clean[1].labels)

        source, target = halves(True, dials["images_source"], dials["images_target"])
        source_test, target_test = halves(False, dials["images_test"], dials["images_test"])
        return Pair(source, source_test, target, target_test, self.card.classes)

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        digits, photos = Mnist().first(2 * count), photographs(count=4, download=False)
        clean = _coloured(digits, np.arange(2 * count))
        patch = patches(photos, count, SIDE, generator(seed, "glance"))
        target = over(clean.inputs[count:], patch, dials["shift"] / 100)
        return clean.at(slice(count)), Split(target, clean.labels[count:])


def _coloured(digits: Split, rows: Rows) -> Split:
    """Grey rows (N, 1, H, W) as colour: (N, 3, H, W)."""
    return Split(np.repeat(digits.inputs[rows], 3, axis=1), digits.labels[rows])


def _joined(one: Split, other: Split) -> Split:
    return Split(np.concatenate([one.inputs, other.inputs]), np.concatenate([one.labels, other.labels]))


def _card(source: str, target: str, credit: str, images: tuple[int, int], most: tuple[int, int]) -> ScenarioCard:
    return ScenarioCard(
        key=f"{source}-to-{target}".lower(),
        title=f"{source} → {target}",
        kind="real",
        idea="Two famous collections of handwritten digits, scanned and cut out in different ways.",
        source=source,
        target=target,
        classes=DIGITS,
        dials=(
            Dial(
                "shift", f"share of {target}", "%", 0, 100, 100, 5,
                f"How many of the target's images come from {target}; the others are new images of {source}.",
            ),
            Dial("images_source", "source images", "", 0, most[0], images[0], 100, "Sampled by the seed; 0: all."),
            Dial("images_target", "target images", "", 0, most[1], images[1], 100, "Sampled by the seed; 0: all."),
            Dial("images_test", "test images", "", 0, 10000, 2000, 100, "Held out, of each domain; 0: all."),
        ),
        shape=(1, SIDE, SIDE),
        backbone="lenet",
        steps=2000,
        credit=credit,
        download_mb=20,
    )  # fmt: skip


REAL = (
    Sets(
        _card("MNIST", "USPS", f"{MNIST_CREDIT} {USPS_CREDIT} {ADDA}", (2000, 1800), (60000, 7291)),
        Mnist(), Usps(),
    ),
    Sets(
        _card("USPS", "MNIST", f"{USPS_CREDIT} {MNIST_CREDIT} {ADDA}", (1800, 2000), (7291, 60000)),
        Usps(), Mnist(),
    ),
    MnistToMnistM(),
)  # fmt: skip
