"""What a strategy learns from; the answers are elsewhere."""

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from tlcore.cards import Access, Factor
from tlcore.data.domain import Domain, withheld
from tlcore.errors import RequestError


@dataclass(frozen=True)
class Task:
    """A source, a target, and the few target labels that a budget buys.

    `target` never has labels: whoever needs all of them (an oracle) is given them as `few`. The
    domains share one label space of `classes` labels, though either may lack some of them.
    """

    source: Domain
    target: Domain
    few: Domain
    classes: int
    seed: int = 0
    factors: tuple[Factor, ...] = ()  # the further questions, in the order of `Domain.factors`' columns
    attributes: Tensor | None = None  # (classes, A): what is known of a class without seeing it

    def factor(self, name: str) -> int:
        """The column of `Domain.factors` that holds the answers to a question; raises `RequestError`."""
        names = [factor.name for factor in self.factors]
        if name not in names:
            told = f"its factors are {', '.join(names)}" if names else "it has no factors"
            raise RequestError(f"This data does not tell the {name} of an image ({told}): choose a scenario that does.")
        return names.index(name)

    def granted(self, source: Access, target: Access) -> Self:
        """The same task with everything withheld that was not asked for."""
        return replace(
            self,
            source=_source(self.source, source),
            target=withheld("the target") if target is Access.NOTHING else self.target.without_labels(),
            few=self.few if target in (Access.FEW, Access.LABELS) else withheld("the labelled target"),
        )

    def to(self, device: torch.device | str) -> Self:
        return replace(
            self,
            source=self.source.to(device),
            target=self.target.to(device),
            few=self.few.to(device),
            attributes=None if self.attributes is None else self.attributes.to(device),
        )


def _source(domain: Domain, access: Access) -> Domain:
    if access is Access.NOTHING:
        return withheld("the source")
    return domain.without_labels() if access is Access.IMAGES else domain
