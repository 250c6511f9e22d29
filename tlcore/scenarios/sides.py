"""The two domains of any scenario as images to look at: read from disk where they lie there, else drawn."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tlcore import scenarios
from tlcore.cards import BETWEEN
from tlcore.errors import DataUnavailable, RequestError, UnknownKey
from tlcore.library import domains, sets
from tlcore.library.drawn import DrawnListing
from tlcore.library.listing import Listing
from tlcore.scenarios.base import Pair, Split
from tlcore.scenarios.known import Known


@dataclass(frozen=True)
class Side:
    """One domain of a scenario, known before any image of it is read or drawn."""

    name: str
    entry: domains.DomainEntry | None = field(repr=False)  # None for a domain that is drawn
    opened: Callable[[], Listing] = field(repr=False)
    said: str = ""  # what a drawn domain is drawn from
    present: bool = True  # whether nothing has to be fetched for it

    @property
    def ready(self) -> bool:
        """Whether `opened` answers at once: a published set has to be read once, which takes its time."""
        published = self.entry is not None and self.entry.key in sets.cards()
        return self.present and (not published or sets.ready(self.entry.key if self.entry else ""))

    def fingerprint(self) -> str:
        """That of `opened`, for a drawn domain without drawing it. Raises `DataUnavailable`."""
        return self.said or self.opened().fingerprint


def sides(key: str) -> tuple[Side, Side]:
    """Source and target of a scenario as its dials stand by themselves.

    Raises `UnknownKey`; and `RequestError` for points in the plane, which are no images.
    """
    scenario = scenarios.find(key)
    card = scenario.card
    if card.kind == "points":
        raise RequestError(f"'{key}' is made of points in the plane: choose data made of images.")
    named: Sequence[domains.DomainEntry | None] = (
        scenario.entries() if isinstance(scenario, Known) else [_domain(each) for each in key.partition(BETWEEN)[::2]]
    )
    source, target = (
        _read(entry) if entry is not None else _drawn(key, place, name)
        for place, (entry, name) in enumerate(zip(named, (card.source, card.target)))
    )
    return source, target


def to_fetch(key: str) -> tuple[domains.DomainEntry, ...]:
    """The published sets of a scenario that are not here: nothing but a person's word fetches them."""
    try:
        return tuple(side.entry for side in sides(key) if side.entry is not None and not side.present)
    except RequestError:  # points have no images
        return ()


def _domain(key: str) -> domains.DomainEntry | None:
    try:
        return domains.find(key) if key else None
    except UnknownKey:
        return None


def _read(entry: domains.DomainEntry) -> Side:
    return Side(entry.title, entry, lambda: entry.listed("all"), present=entry.present)


def _drawn(key: str, place: int, name: str) -> Side:
    said = f"{key}:{('source', 'target')[place]}:{_code()}"

    def opened() -> Listing:
        pair = scenarios.find(key).build()
        split = (pair.source_train, pair.target_train)[place]
        return _listing(name, pair, split, said)

    return Side(name, None, opened, said, present=_here(key))


def _here(key: str) -> bool:
    """Whether a scenario that is drawn has what it is drawn from: digits, photographs, alphabets."""
    try:
        scenarios.find(key).preview(count=1)
    except DataUnavailable:
        return False
    return True


def _listing(name: str, pair: Pair, split: Split, said: str) -> Listing:
    return DrawnListing(name, pair.classes, split.inputs, split.labels, said)


@cache
def _code() -> str:
    """Changes with this package: another version may draw other images."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    said = "".join(f"{file.name}{file.stat().st_mtime_ns}" for file in files)
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()
