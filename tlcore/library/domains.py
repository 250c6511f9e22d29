"""Domains by name: the folders on the shelf and the published data sets, all asked in the same way.

A name is `collection/domain` for a folder with several domains, `collection` for one with a single domain,
and the key of a data set.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from zlib import crc32

import numpy as np

from tlcore.errors import NotImported, UnknownKey
from tlcore.library import sets, shelf
from tlcore.library.collection import Collection, Kind
from tlcore.library.listing import FileListing, Joined, Listing, Part
from tlcore.library.sets.card import SetCard
from tlcore.library.splits import HELD_OUT, SHARES, some, split

ALL = "all"


@dataclass(frozen=True)
class DomainEntry:
    """A domain, known without reading one image of it."""

    key: str
    title: str
    classes: tuple[str, ...]
    parts: Mapping[str, int]  # images of each part that was published: "train" and "test"; or of "all"
    side: int  # of a usual image, in pixels: to look closer than this shows nothing more
    present: bool
    listed: Callable[[str], Listing] = field(repr=False)  # of "all", or of one of the parts
    licence: str = ""
    citation: str = ""
    megabytes: float = 0.0  # to fetch
    synonyms: Mapping[str, str] = field(default_factory=dict)  # a class by another name: {"automobile": "car"}
    collection: str = ""  # what it belongs to, if that has several domains
    changed: object = None  # another one whenever what lies on disk is another one

    @property
    def images(self) -> int:
        return sum(self.parts.values())

    def divided(self, seed: int, most: int = 0) -> dict[str, Listing]:
        """Its images "train", "validation" and "test".

        As they were published; what was not, is split by class and by the seed, 70 to 10 to 20. With `most`, so
        many training images at the most, and as many fewer of the others; which ones is the same for every seed.
        """
        random = np.random.default_rng([seed, crc32(self.key.encode())])
        if "train" not in self.parts or "test" not in self.parts:
            return _split(self.listed(ALL), seed, SHARES, most)
        given = {name: self.listed(name) for name in ("train", "validation", "test") if name in self.parts}
        if "validation" not in given:
            shares = {"train": 1 - HELD_OUT, "validation": HELD_OUT}
            given |= _split(given["train"], seed, shares, most)
        elif most:
            given["train"] = _some(given["train"], most)
        for name in ("validation", "test"):
            if name not in self.parts:
                continue
            given[name] = _some(given[name], _wanted(most, SHARES["train"] / SHARES[name]))
            given[name] = given[name].at(random.permutation(len(given[name])))
        return given


def find(key: str) -> DomainEntry:
    """The domain of that name; raises `UnknownKey`, naming the nearest ones."""
    for collection, kind in _kinds():
        if _key(collection, kind) == key:
            return _imported(key, collection, kind)
    if key in sets.cards():  # only this one is looked for on the disk
        return _published(sets.cards()[key])
    above, inside, _ = key.partition("/")
    raise NotImported(key) if inside and above not in shelf.entries() else UnknownKey("domain", key, entries())


def entries() -> dict[str, DomainEntry]:
    """Every domain that can be named, by name: what was imported, then the published sets."""
    held = {_key(collection, kind): (collection, kind) for collection, kind in _kinds()}
    imported = {key: _imported(key, *each) for key, each in held.items()}
    return {**imported, **{key: _published(card) for key, card in sets.cards().items() if key not in imported}}


def collections() -> dict[str, tuple[str, ...]]:
    """The domains of each imported collection, by its name: every ordered two of them are a scenario."""
    held = dict[str, tuple[str, ...]]()
    for collection, kind in _kinds():
        held[collection.key] = (*held.get(collection.key, ()), _key(collection, kind))
    return held


def _kinds() -> Iterator[tuple[Collection, Kind]]:
    for collection in shelf.entries().values():
        for kind in collection.domains.values():
            yield collection, kind


def _key(collection: Collection, kind: Kind) -> str:
    alone = len(collection.domains) == 1 and collection.key not in sets.cards()
    return collection.key if alone else f"{collection.key}/{kind.key}"


def _imported(key: str, collection: Collection, kind: Kind) -> DomainEntry:
    several = len(collection.domains) > 1
    return DomainEntry(
        key=key,
        title=f"{collection.name} {kind.title}" if several else collection.name,
        classes=tuple(kind.classes),
        parts=kind.parts if {"train", "test"} <= set(kind.parts) else {ALL: kind.images},
        side=kind.side,
        present=True,
        listed=partial(_files, key, collection, kind),
        collection=collection.name if several else "",
        changed=(collection.content, collection.added),
    )


def _files(key: str, collection: Collection, kind: Kind, part: str) -> Listing:
    """All images of an imported domain, or those that its folders call a part."""
    layout = collection.layout()
    files = layout.domains[kind.title]
    if part != ALL:
        files = {name: tuple(file for file in some if layout.parts.get(file) == part) for name, some in files.items()}
    return FileListing(key, {name: files.get(name, ()) for name in kind.classes}, collection.groups)


def _published(card: SetCard) -> DomainEntry:
    return DomainEntry(
        key=card.key,
        title=card.title,
        classes=card.classes,
        parts=card.images,
        side=card.side,
        present=sets.present(card.key),
        listed=partial(_listed, card),
        licence=card.licence,
        citation=card.citation,
        megabytes=card.megabytes,
        synonyms=card.synonyms,
    )


def _listed(card: SetCard, part: str) -> Listing:
    if part == ALL:
        return Joined(card.title, [sets.listing(card.key, each) for each in card.images])
    return sets.listing(card.key, part)


def _split(whole: Listing, seed: int, shares: Mapping[str, float], most: int) -> dict[str, Listing]:
    """A listing by the shares, with so many rows in the first part at the most; 0: all there are."""
    pool = _some(whole, _wanted(most, shares["train"]))
    return {name: pool.at(rows) for name, rows in split(pool.labels, seed, shares, pool.twins, whole.name).items()}


def _some(whole: Listing, count: int) -> Listing:
    """So many rows, the same ones always; 0: all."""
    return Part(whole, some(whole.labels, count), apart=True) if 0 < count < len(whole) else whole


def _wanted(most: int, share: float) -> int:
    return ceil(most / share)
