"""Which classes two domains share, and which only one of them has, by the names that the pair gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.data.texts import plain

SHOWN = 12  # classes that are named in a line; more are counted


@dataclass(frozen=True)
class Matching:
    """The classes of a pair in its order, and what each domain calls them."""

    classes: tuple[str, ...]
    names: tuple[Mapping[str, str], Mapping[str, str]]  # of source and target: its own name → the pair's

    def name(self, place: int, own: str) -> str:
        """How the pair calls a class of its source (0) or target (1)."""
        return self.names[place].get(own, own)

    @property
    def shared(self) -> list[str]:
        return [each for each in self.classes if all(each in names.values() for names in self.names)]

    def only(self, place: int) -> list[str]:
        """Classes that only the source (0) or only the target (1) has."""
        own, other = set(self.names[place].values()), set(self.names[1 - place].values())
        return [each for each in self.classes if each in own and each not in other]

    def lines(self) -> list[str]:
        """Said to a person: matched, missing and extra classes."""
        said = [f"**{_many(len(self.shared))} in both** · {_listed(self.shared)}"]
        for place, where in enumerate(("only in the source", "only in the target")):
            if only := self.only(place):
                said.append(f"**{_many(len(only))} {where}** · {_listed(only)}")
        return said


def _many(count: int) -> str:
    return "1 class" if count == 1 else f"{count} classes"


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return plain(", ".join(names[:SHOWN])) + more
