"""Domains by name: the folders on the shelf and the published data sets, all asked in the same way.

A name is `collection/domain` for a folder with several domains, `collection` for one with a single domain,
and the key of a data set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tlcore.errors import UnknownKey
from tlcore.library.listing import Listing


@dataclass(frozen=True)
class DomainEntry:
    """A domain, known without reading one image of it."""

    key: str
    title: str
    classes: tuple[str, ...]
    images: int  # altogether
    side: int  # of a usual image, in pixels: to look closer than this shows nothing more
    present: bool
    listed: Callable[[str], Listing] = field(repr=False)  # of "all", or of "train" and of "test"
    official: bool = False  # whether whoever published it says which images are for testing
    licence: str = ""
    citation: str = ""
    megabytes: float = 0.0  # to fetch
    synonyms: Mapping[str, str] = field(default_factory=dict)  # a class by another name: {"car": "automobile"}


def find(key: str) -> DomainEntry:
    """The domain of that name; raises `UnknownKey`, naming the nearest ones."""
    known = entries()
    if key not in known:
        raise UnknownKey("domain", key, known)
    return known[key]


def entries() -> dict[str, DomainEntry]:
    """Every domain that can be named, by name."""
    return {}


def collections() -> dict[str, tuple[str, ...]]:
    """The domains of each imported collection, by its name: every ordered two of them are a scenario."""
    return {}
