"""Accuracy by group: who relies on a shortcut is right where it holds, and wrong where it does not.

A group is a class with one value of a further factor: "circle, red". Sagawa, Koh, Hashimoto & Liang, "Distributionally
robust neural networks for group shifts", ICLR 2020, arXiv:1911.08731.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from tlcore.cards import Factor
from tlcore.data import Domain
from tlcore.intervals import Interval, wilson

FEWEST = 10  # images of a group, below which its accuracy says nothing


@dataclass(frozen=True)
class Groups:
    """Every class with every value of one factor."""

    classes: Sequence[str]
    factor: Factor
    place: int  # of the factor among those of a domain

    @property
    def names(self) -> list[str]:
        return [f"{name}, {value}" for name in self.classes for value in self.factor.values]

    def of(self, domain: Domain) -> Tensor:
        """The group's number of each row (N,), in the order of `names`."""
        assert domain.factors is not None
        return domain.answers() * len(self.factor.values) + domain.factors[:, self.place]

    def accuracies(self, domain: Domain, right: Tensor) -> dict[str, Interval]:
        """Of every group with enough images the share that is right, with its Wilson interval.

        right (N,) says of each of the domain's rows whether its class was named
        """
        groups = self.of(domain)
        found: dict[str, Interval] = {}
        for number, name in enumerate(self.names):
            own = right[groups == number]
            if len(own) >= FEWEST:
                found[name] = wilson(float(own.float().mean()), len(own))
        return found

    def worst(self, name: str, domain: Domain, right: Tensor) -> dict[str, float]:
        """`…_worst_group_accuracy` in [0, 1], of how many `_items`; nothing where no group is large enough."""
        found = self.accuracies(domain, right).values()
        if not found:
            return {}
        worst = min(found, key=lambda each: each.value)
        return {f"{name}_worst_group_accuracy": worst.value, f"{name}_worst_group_items": float(worst.n)}


def grouped(classes: Sequence[str], factors: Sequence[Factor], exam: str) -> Groups | None:
    """The groups of a scenario: by the factor that may be a shortcut, the first that is not where an image comes from.

    None where there is no such factor, or where classes are what factors make of them (zero-shot).
    """
    if exam not in ("classes", "open"):
        return None
    for place, factor in enumerate(factors):
        if factor.name != "environment":
            return Groups(tuple(classes), factor, place)
    return None
