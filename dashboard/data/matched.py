"""The matching of a scenario's classes."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.data.matching import Matching
from tlcore.library.matching import folded, matched
from tlcore.scenarios.sides import Side


def matching(card: Mapping[str, Any], both: Sequence[Side]) -> Matching:
    """By what its domains are known to hold; what is drawn has one label space for both."""
    source, target = (side.entry for side in both)
    if source is None or target is None:
        classes = tuple(card["classes"])
        return Matching(classes, (_names(classes, both[0]), _names(classes, both[1])))
    found = matched(source, target)
    of_source = {own: found.classes[k] for own, k in zip(source.classes, found.source)}
    of_target = {own: found.classes[k] for own, k in zip(target.classes, found.target)}
    return Matching(found.classes, (of_source, of_target))


def _names(classes: Sequence[str], side: Side) -> dict[str, str]:
    """What a domain's classes are called in a pair of which the other one is drawn."""
    if side.entry is None:
        return {each: each for each in classes}
    by_spelling = {folded(each): each for each in classes}
    return {own: by_spelling[folded(own)] for own in side.entry.classes if folded(own) in by_spelling}
