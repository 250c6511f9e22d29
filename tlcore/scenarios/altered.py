"""Composed shifts of images on disk: both halves are decoded once, and the changed one lies in the cache as well."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np
from PIL import Image

from tlcore.cards import SHIFTED, Dial, ScenarioCard
from tlcore.errors import UnknownKey
from tlcore.library import cache, domains, sets
from tlcore.library.cache import Packed
from tlcore.library.domains import DomainEntry
from tlcore.library.listing import Listing
from tlcore.library.matching import matched
from tlcore.library.splits import split
from tlcore.scenarios.base import Pair, Scenario, Split
from tlcore.scenarios.composing import BUILT_IN, Shifted, composed_card
from tlcore.scenarios.pairs import MANY, card_of, check_present, first_images
from tlcore.scenarios.recipe import VERSION, Recipe, changed

IMAGES = "images"
GREY = 28  # pixels: grey sets of images no larger than this are ink on dark paper


class OfDomain(Shifted):
    """A composed shift of any domain of the library."""

    def __init__(self, entry: DomainEntry) -> None:
        self._entry = entry
        self.card = card_for(entry)
        self.paper = on_paper(entry.key)

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        pair = super()._pair(dials, seed)
        near, far = (self._mixed(self._part(f"{half} validation", dials, seed), half, dials) for half in HALVES)
        return replace(pair, source_validation=near, target_validation=far)

    def _part(self, name: str, dials: Mapping[str, float], seed: int, first: int | None = None) -> Split:
        check_present(self._entry)
        half, _, part = name.partition(" ")
        side, recipe = int(dials.get("side", self.card.shape[-1])), Recipe.of(dials)
        purpose = f"{self.card.key}, {name}"

        which = self._entry.key, self._entry.changed, seed, int(dials[IMAGES]), part, half
        if first is not None:
            seen = seen_first(*which, side, first)
            images = seen.inputs if half == "source" else changed(seen.inputs, recipe, seed, purpose, self.paper)
            return Split(images, seen.labels)
        listing = listed(*which)
        held = cache.packed(listing, side)
        if half == "target" and not recipe.nothing:
            held = cache.packed(Altered(listing, held, recipe, seed, purpose, self.paper), side)
        return Split(held.images, held.labels)


class Altered(Listing):
    """Images that are decoded already, each after a recipe."""

    def __init__(self, base: Listing, held: Packed, recipe: Recipe, seed: int, purpose: str, paper: bool) -> None:
        self.name, self.classes, self.labels = f"{base.name}, changed", base.classes, held.labels
        self._base, self._held, self._recipe = base, held, recipe
        self._seed, self._purpose, self._paper = seed, purpose, paper

    @cached_property
    def fingerprint(self) -> str:
        """Another one for other images, another size, another recipe and another seed."""
        said = (VERSION, self._base.fingerprint, self._held.images.shape, len(self._held.kept), str(self._recipe))
        chance = (self._seed, self._purpose, self._paper)
        return hashlib.blake2b(repr((said, chance)).encode(), digest_size=16).hexdigest()

    def opened(self, row: int) -> Image.Image:
        image = np.asarray(self._held.images[row])[None]
        done = changed(image, self._recipe, self._seed, self._purpose, self._paper, first=row)[0]
        return Image.fromarray(np.ascontiguousarray(done.transpose(1, 2, 0)))


HALVES = ("source", "target")


def composed(key: str) -> Scenario:
    """The scenario `DOMAIN~shifted`. Raises `UnknownKey` for a domain that there is not."""
    base = key.removesuffix(SHIFTED)
    if base in BUILT_IN:
        return BUILT_IN[base]
    known = domains.entries()
    if base not in known:
        raise UnknownKey("domain", base, [*BUILT_IN, *known])
    return OfDomain(known[base])


def card_for(entry: DomainEntry) -> ScenarioCard:
    alike = card_of(entry, entry, matched(entry, entry))
    sides = [dial for dial in alike.dials if dial.name == "side"]
    half = entry.parts.get("train", entry.images) // 2
    images = Dial(
        IMAGES, "images", "", 0, -(-half // 100) * 100, MANY // 2 if half > MANY // 2 else 0, 100,
        f"So many to learn from in each domain, and fewer held out; 0: all of {half:,}.",
    )  # fmt: skip
    return composed_card(
        entry.key,
        entry.title,
        entry.title,
        f"{entry.title}, changed",
        kind=alike.kind,
        classes=alike.classes,
        more=(*sides, images),
        shape=alike.shape,
        backbone=alike.backbone,
        steps=alike.steps,
        credit=alike.credit,
        download_mb=0 if entry.present else entry.megabytes,
    )


def on_paper(key: str) -> bool:
    """Whether a set shows bright ink on black, so that a photograph can be laid behind it."""
    card = sets.cards().get(key)
    return card is not None and not card.colour and card.side <= GREY


def listed(key: str, changed_: object, seed: int, most: int, part: str, half: str) -> Listing:
    return halves(key, changed_, seed, most)[part][half]


@lru_cache(maxsize=16)
def seen_first(key: str, changed_: object, seed: int, most: int, part: str, half: str, side: int, count: int) -> Split:
    """The first images of a half as they are, kept while a dial is turned: nobody should wait for them twice."""
    seen = first_images(domains.find(key), lambda: listed(key, changed_, seed, most, part, half), side, count)
    seen.inputs.flags.writeable = False
    return seen


@lru_cache(maxsize=8)
def halves(key: str, _changed: object, seed: int, most: int) -> dict[str, dict[str, Listing]]:
    """Of each part of a domain its two halves without an image in common: `halves(...)["train"]["target"]`."""
    parts = domains.find(key).divided(seed, 2 * most)
    shares = dict.fromkeys(HALVES, 0.5)
    return {
        name: {
            half: part.at(rows)
            for half, rows in split(part.labels, seed, shares, part.twins, f"{key}, {name}, halves").items()
        }
        for name, part in parts.items()
    }
