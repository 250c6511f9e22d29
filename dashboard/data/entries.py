"""The domains that can be named here, as the page says them; known without reading an image."""

from collections.abc import Mapping

from tlcore.cards import BETWEEN
from tlcore.library import domains
from tlcore.library.domains import DomainEntry

GOTO = "data-goto"  # in the session's state: the pair that somebody wants to see next
ARRIVED = "data-arrived"  # … and whether they are on their way to it


def domains_here() -> Mapping[str, DomainEntry]:
    """Every domain by key: what was brought in, what is on this machine, and what would have to be fetched."""
    known = domains.entries()
    return dict(sorted(known.items(), key=lambda item: ("/" not in item[0], not item[1].present)))


def pairs_of(collection: str) -> list[str]:
    """The scenarios that the domains of one collection make."""
    held = domains.collections().get(collection, ())
    return [f"{a}{BETWEEN}{b}" for a in held for b in held if a != b]


def said(entry: DomainEntry) -> str:
    """A domain in a list: "Photo · 1,670 images", "SVHN · 246 MB to fetch"."""
    return f"{entry.title} · {f'{entry.images:,} images' if entry.present else f'{entry.megabytes:,.0f} MB to fetch'}"
