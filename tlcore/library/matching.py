"""Which classes of two domains are the same: by name, however it is spelt, and by the synonyms that a set states."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tlcore.library.names import same

_SILENT = str.maketrans("", "", "_- ")


class Named(Protocol):
    """A domain as far as its classes go."""

    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def synonyms(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Matching:
    """One label space for two domains: what they share, then what the source alone has, then the target alone."""

    classes: tuple[str, ...]
    shared: int  # so many, from the first on
    source: NDArray[np.int64]  # for each class of the source its number in `classes`
    target: NDArray[np.int64]

    @property
    def missing(self) -> tuple[str, ...]:
        """Classes that the target lacks."""
        return tuple(name for k, name in enumerate(self.classes) if k not in self.target)

    @property
    def extra(self) -> tuple[str, ...]:
        """Classes that the source lacks."""
        return tuple(name for k, name in enumerate(self.classes) if k not in self.source)

    @property
    def label_sets(self) -> str:
        """As `ScenarioCard.label_sets` says it."""
        if not self.shared:
            return "disjoint"
        lacks = bool(self.extra), bool(self.missing)
        return {
            (False, False): "closed",
            (False, True): "partial",
            (True, False): "open",
            (True, True): "open-partial",
        }[lacks]


def matched(source: Named, target: Named) -> Matching:
    """Classes are one where their names are, but for capitals, spaces, hyphens and underscores, or are synonyms.

    Each class matches one other at the most; the names are the source's.
    """
    alike = _alike(source) | _alike(target)
    left = dict[str, int]()
    for k, name in enumerate(target.classes):
        left.setdefault(_found(name, alike), k)
    partner = {k: left.pop(_found(name, alike)) for k, name in enumerate(source.classes) if _found(name, alike) in left}
    alone = [k for k in range(len(source.classes)) if k not in partner]
    extra = [k for k in range(len(target.classes)) if k not in partner.values()]
    here, there = np.empty(len(source.classes), np.int64), np.empty(len(target.classes), np.int64)
    for number, k in enumerate([*partner, *alone]):
        here[k] = number
    for number, k in enumerate(partner.values()):
        there[k] = number
    for number, k in enumerate(extra, start=len(source.classes)):
        there[k] = number
    names = [source.classes[k] for k in (*partner, *alone)] + [target.classes[k] for k in extra]
    return Matching(tuple(names), len(partner), here, there)


def folded(name: str) -> str:
    """A name without what spelling may change."""
    return same(name).translate(_SILENT)


def _alike(domain: Named) -> dict[str, str]:
    """Every name that has a synonym, and what both are called instead."""
    return {folded(each): folded(other) for name, other in domain.synonyms.items() for each in (name, other)}


def _found(name: str, alike: Mapping[str, str]) -> str:
    return alike.get(folded(name), folded(name))
