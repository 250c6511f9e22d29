"""The matching of a scenario's classes."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.data.matching import Matching
from tlcore.scenarios.sides import Side


def matching(card: Mapping[str, Any], both: Sequence[Side]) -> Matching:
    """By what its domains are known to hold; a drawn scenario has one label space, of which a domain may use a part."""
    classes = tuple(card["classes"])
    names = [_names(classes, side) for side in both]
    return Matching(classes, (names[0], names[1]))


def _names(classes: Sequence[str], side: Side) -> dict[str, str]:
    if side.entry is None:
        return {each: each for each in classes}
    folded = {_folded(each): each for each in classes}
    other = {_folded(a): b for a, b in side.entry.synonyms.items()}
    other |= {_folded(b): a for a, b in side.entry.synonyms.items()}
    found = {}
    for own in side.entry.classes:
        name = folded.get(_folded(own)) or folded.get(_folded(other.get(_folded(own), "")))
        if name is not None:
            found[own] = name
    return found


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in "_- ")
