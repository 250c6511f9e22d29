"""What a scenario is: a source domain, a target domain, and a dial for how far apart they are."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tlcore.cards import Dial, ScenarioCard
from tlcore.errors import OutOfRange, only_known
from tlcore.library.splits import stratified
from tlcore.scenarios.relabelled import asked, glanced, relabelled

Labels = NDArray[np.int64]
Rows = NDArray[np.int64]
Inputs = Any  # an array, or `Images` on disk, which look like one

_AS_IT_IS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Split:
    """Inputs with their labels, row by row.

    `inputs` is (N, C, H, W) uint8 for images, `tlcore.library.images.Images` where they lie on disk, and (N, 2)
    float32 for points; `labels` is (N,) int64;
    `factors` is (N, F) int64, the answers to the card's further questions.
    """

    inputs: Inputs
    labels: Labels
    factors: Labels | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, rows: Rows | slice) -> "Split":
        return Split(self.inputs[rows], self.labels[rows], None if self.factors is None else self.factors[rows])


@dataclass(frozen=True)
class Pair:
    """A source and a target domain, each with a training part and a held-out test part."""

    source_train: Split
    source_test: Split
    target_train: Split
    target_test: Split
    classes: tuple[str, ...]
    attributes: NDArray[np.float32] | None = None  # (classes, A): what is known of a class without seeing it
    attribute_names: tuple[str, ...] = ()
    source_validation: Split | None = None  # held out as well, to choose by; the test is asked at the end
    target_validation: Split | None = None
    remarks: tuple[str, ...] = ()  # what has to be said about the data, in sentences: images that were left out


class Scenario(ABC):
    """Builds the pair that its card describes; the same dials and seed give the same pair."""

    card: ScenarioCard

    def build(self, shift: float | None = None, settings: Mapping[str, float] = _AS_IT_IS, seed: int = 0) -> Pair:
        """The whole pair.

        Raises `OutOfRange` for a dial or seed out of bounds, `UnknownKey` for a setting that is not
        a dial of this scenario, and `DataUnavailable` for files that are missing or corrupt.
        """
        dials = self.dialled(shift, settings)
        return relabelled(self._pair(dials, checked_seed(seed)), dials, generator(seed, "labels"))

    def preview(
        self, shift: float | None = None, settings: Mapping[str, float] = _AS_IT_IS, seed: int = 0, count: int = 12
    ) -> tuple[Split, Split]:
        """At most `count` rows of each domain's training part, in milliseconds; never downloads."""
        dials = self.dialled(shift, settings)
        if not asked(dials):
            return self._glance(dials, checked_seed(seed), count)
        closed, classes, wanted = self.card.label_sets in ("closed", "skewed"), len(self.card.classes), 2 * count
        while True:
            seen = self._glance(dials, checked_seed(seed), wanted)
            here = classes if closed else int(seen[0].labels.max(initial=0)) + 1
            near, far = glanced(*seen, here, dials, generator(seed, "labels"))
            if min(len(near), len(far)) >= count or max(map(len, seen)) < wanted:
                return near.at(slice(count)), far.at(slice(count))
            wanted *= 4

    def dialled(self, shift: float | None, settings: Mapping[str, float]) -> dict[str, float]:
        """Every dial's value by name: as given, else its default."""
        dials = {dial.name: dial for dial in (*self.card.dials, *self.card.label_dials)}
        if shift is not None and "shift" not in dials:
            raise OutOfRange(f"'{self.card.key}' is a fixed pair without a shift: leave the shift of {shift} out.")
        given = dict(settings) if shift is None else {**settings, "shift": shift}
        only_known(f"setting of '{self.card.key}' named", given, dials)
        return {name: _checked(dial, given.get(name, dial.default), self.card.key) for name, dial in dials.items()}

    @abstractmethod
    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair: ...

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        pair = self._pair(dials, seed)
        return pair.source_train.at(slice(count)), pair.target_train.at(slice(count))


def checked_seed(seed: int) -> int:
    if not 0 <= seed < 2**63:
        raise OutOfRange(f"The seed should be a whole number of at least 0, but is {seed}.")
    return seed


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A generator of its own for every purpose, so that no two draws go in step."""
    return np.random.default_rng([seed, crc32(purpose.encode())])


def dealt(labels: Labels, sizes: Mapping[str, int], seed: int, purpose: str) -> dict[str, Rows]:
    """Disjoint, stratified samples of the rows by name, each in an order of its own.

    The spread-out order would put the same class into row k of every part, so each is shuffled
    by its own generator.
    """
    order = stratified(labels, generator(seed, purpose))
    cuts = np.cumsum([0, *sizes.values()])
    return {
        name: generator(seed, f"{purpose}, {name}").permutation(order[start:stop])
        for name, start, stop in zip(sizes, cuts, cuts[1:], strict=False)
    }


def _checked(dial: Dial, value: float, scenario: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise OutOfRange(f"The {dial.label} of '{scenario}' should be a number, but is {value!r}.") from None
    if not isfinite(number) or not dial.low <= number <= dial.high:
        raise OutOfRange(
            f"The {dial.label} of '{scenario}' should be from {dial.low:g} to {dial.high:g}{_unit(dial)}, "
            f"but is {number:g}."
        )
    return number


def _unit(dial: Dial) -> str:
    return f" {dial.unit}" if dial.unit and dial.unit not in "°%" else dial.unit
