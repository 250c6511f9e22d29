"""Torchvision's data sets by key: what they are (at once, without torch), whether they are here, and their images.

`fetch` is the only one that downloads, and only when it is called. Parts are "train" and "test", and "validation"
where one is published.
"""

from functools import cache

from tlcore.errors import OutOfRange, UnknownKey
from tlcore.library.listing import Listing
from tlcore.library.sets.card import SetCard
from tlcore.library.waiting import Heard, unheard

__all__ = ["SetCard", "arrived", "card", "cards", "fetch", "listing", "present", "ready"]


@cache
def cards() -> dict[str, SetCard]:
    """Every set's card by key."""
    from tlcore.library.sets.known import SETS

    return {each.key: each for each in SETS}


def card(key: str) -> SetCard:
    """The card of that key; raises `UnknownKey`, naming the nearest ones."""
    if key not in cards():
        raise UnknownKey("data set", key, cards())
    return cards()[key]


def present(key: str) -> bool:
    """Whether all of its files are in the data folder."""
    from tlcore.library.sets import finding

    return finding.present(card(key))


def ready(key: str) -> bool:
    """Whether all of its parts answer at once: they are here, and were read before."""
    from tlcore.library.sets import finding, indexing

    return all(
        (place := finding.root(card(key), part)) is not None and indexing.ready(card(key), part, place)
        for part in card(key).images
    )


def arrived(key: str) -> int:
    """Bytes of a download that is under way, or broke off and can be gone on with."""
    from tlcore.library.sets import fetching

    return fetching.arrived(card(key))


def listing(key: str, part: str) -> Listing:
    """The images of one part. The first time, torchvision reads them: here, or in a process beside this one.

    Raises `UnknownKey`, `OutOfRange` for a part that it has not, and `DataUnavailable` when it is not here or damaged.
    """
    from tlcore.library.sets import finding, indexing

    found = card(key)
    if part not in found.images:
        raise OutOfRange(f"{found.title} has no part '{part}': it has {', '.join(found.images)}.")
    place = finding.root(found, part)
    if place is None:
        raise finding.absent(found)
    return indexing.listing(found, part, place)


def fetch(key: str, progress: Heard | None = None) -> None:
    """Download a set into the data folder and unpack it; goes on with what is there. Raises `DataUnavailable`.

    Loads torch: for a process beside the page. `progress` hears what is being done, bytes done and bytes altogether
    (0: not known), and may raise to stop; what has arrived is kept.
    """
    from tlcore.library.sets import fetching

    fetching.fetch(card(key), progress or unheard)
