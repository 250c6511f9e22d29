"""The shelf: every collection that was brought in, by key.

A collection appears whole or not at all: it is written elsewhere (see `arriving`) and renamed; it is renamed before
it is deleted.
"""

import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from tlcore.errors import DataUnavailable, UnknownKey
from tlcore.library.collection import FILE, Collection
from tlcore.library.places import libraries

LEAVING = ".leaving-"


def entries() -> dict[str, Collection]:
    """Every collection that can be read, by key."""
    held = dict[str, Collection]()
    for place in _places():
        try:
            held.setdefault(place.name, _read(place, *_state(place)))
        except DataUnavailable:
            continue
    return dict(sorted(held.items()))


def damaged() -> dict[str, str]:
    """The collections that cannot be read, by key, each with a sentence that says why and what to do."""
    sentences = {}
    for place in _places():
        try:
            Collection.read(place)
        except DataUnavailable as reason:
            sentences[place.name] = str(reason)
    return sentences


def stamp() -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a collection comes, goes or changes; quick to ask."""
    return tuple((str(place), *_state(place)) for place in _places())


def find(key: str) -> Collection:
    """A collection by key. Raises `UnknownKey`, or `DataUnavailable` when it is damaged."""
    for place in _places():
        if place.name == key:
            return Collection.read(place)
    raise UnknownKey("collection", key, entries())


def remove(key: str) -> None:
    """Take a collection off the shelf: its copies are deleted, a folder that stayed where it was stays as it is.

    Raises `UnknownKey`, or `DataUnavailable` when the library cannot be written.
    """
    place = next((place for place in _places() if place.name == key), None)
    if place is None:
        raise UnknownKey("collection", key, entries())
    leaving = place.with_name(f"{LEAVING}{uuid4().hex[:12]}")
    try:
        place.rename(leaving)  # from now on nobody sees half of it
    except OSError as reason:
        raise DataUnavailable(f"'{key}' cannot be removed from '{place.parent}' ({reason.strerror}).") from None
    shutil.rmtree(leaving, ignore_errors=True)


def _places() -> Iterator[Path]:
    """Folders of the library that are, or were, collections."""
    for top in libraries():
        try:
            inside = sorted(top.iterdir())
        except OSError:
            continue
        for place in inside:
            if not place.name.startswith(".") and (place / FILE).exists():
                yield place


def _state(place: Path) -> tuple[int, int]:
    try:
        state = (place / FILE).stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=256)
def _read(place: Path, changed: int, size: int) -> Collection:
    """As `Collection.read`, once for each state of its file."""
    return Collection.read(place)
