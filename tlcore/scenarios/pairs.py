"""Any two domains as a scenario: `pacs/photo~pacs/sketch`, `svhn~mnist`."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

import numpy as np

from tlcore.cards import BETWEEN, Dial, ScenarioCard
from tlcore.errors import DataUnavailable, RequestError, UnknownKey
from tlcore.library import cache, domains, sets
from tlcore.library.cache import Packed
from tlcore.library.domains import DomainEntry
from tlcore.library.listing import Listing
from tlcore.library.matching import Matching, matched
from tlcore.library.packing import square
from tlcore.scenarios.base import Labels, Pair, Scenario, Split

SMALLEST, LARGEST, USUAL = 32, 224, 64  # pixels: of the dial `side`, and where it stands by itself
MANY = 10_000  # training images of a domain that has more are so many unless somebody asks for more
BACKBONE = "small-resnet"


def listed() -> list[str]:
    """Every ordered pair of domains of each imported collection; any other two can be named all the same."""
    return [
        f"{source}{BETWEEN}{target}"
        for held in domains.collections().values()
        for source in held
        for target in held
        if source != target
    ]


def paired(key: str) -> Scenario:
    """The scenario `SOURCE~TARGET`. Raises `UnknownKey` for a domain that there is not, and `RequestError`."""
    source, between, target = key.partition(BETWEEN)
    if not between:
        raise UnknownKey("pair of domains", key, listed())
    if source == target:
        raise RequestError(f"Source and target are both '{source}': choose two domains.")
    return Between(domains.find(source), domains.find(target))


class Between(Scenario):
    """One domain as the source, another as the target, both decoded once into the cache."""

    def __init__(self, source: DomainEntry, target: DomainEntry, card: ScenarioCard | None = None) -> None:
        """`card` says more than what the two domains say by themselves: a known pair, with its protocol."""
        self._source, self._target = source, target
        self._classes = matched(source, target)
        self.card = card or card_of(source, target, self._classes)

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        side = self._side(dials)
        for entry in (self._source, self._target):
            check_present(entry)  # both, before hours go into decoding the first
        source, said = self._parts(self._source, dials.get("images_source", 0), side, seed, self._classes.source)
        target, more = self._parts(self._target, dials.get("images_target", 0), side, seed, self._classes.target)
        return Pair(
            source["train"],
            source["test"],
            target["train"],
            target["test"],
            self._classes.classes,
            source_validation=source.get("validation"),
            target_validation=target.get("validation"),
            remarks=(*said, *more),
        )

    def _glance(self, dials: Mapping[str, float], seed: int, count: int) -> tuple[Split, Split]:
        side = self._side(dials)
        source = _first(self._source, int(dials.get("images_source", 0)), side, seed, count)
        target = _first(self._target, int(dials.get("images_target", 0)), side, seed, count)
        return (
            Split(source.inputs, self._classes.source[source.labels]),
            Split(target.inputs, self._classes.target[target.labels]),
        )

    def _side(self, dials: Mapping[str, float]) -> int:
        return int(dials.get("side", self.card.shape[-1]))

    @staticmethod
    def _parts(
        entry: DomainEntry, most: float, side: int, seed: int, numbers: Labels
    ) -> tuple[dict[str, Split], list[str]]:
        """Each part of a domain, and what there is to say about its images."""
        parts = entry.divided(seed, int(most))
        if not len(parts["test"]):
            raise DataUnavailable(
                f"{entry.title} has {entry.images:,} images of {len(entry.classes):,} classes, too few to hold some of "
                "them back for the exam: it takes two images of some class at least."
            )
        # Where classes have one or two images each, none may be left to validate with; that is no reason to refuse.
        held = {name: each for name, each in parts.items() if len(each) or name != "validation"}
        packed = {name: cache.packed(listing, side) for name, listing in held.items()}
        splits = {name: Split(each.images, numbers[each.labels]) for name, each in packed.items()}
        return splits, _left_out(entry, packed.values())


def _left_out(entry: DomainEntry, packed: Collection[Packed]) -> list[str]:
    count = sum(each.left_out for each in packed)
    reasons = [reason for each in packed for reason in each.reasons]
    if not count:
        return []
    said = f"{count:,} of the {entry.images:,} images of {entry.title} could not be read and " + (
        "were left out" if count > 1 else "was left out"
    )
    return [f"{said}: {reasons[0]}" if reasons else f"{said}."]


def card_of(source: DomainEntry, target: DomainEntry, classes: Matching) -> ScenarioCard:
    """What two domains say of themselves, as a scenario's card."""
    side, dials = _sides(source, target)
    return ScenarioCard(
        key=f"{source.key}{BETWEEN}{target.key}",
        title=f"{source.title} → {target.title}",
        kind="real",
        idea=_idea(source, target, classes),
        source=source.title,
        target=target.title,
        classes=classes.classes,
        dials=(*dials, _images("source", source), _images("target", target)),
        shape=(3, side, side),
        backbone=BACKBONE,
        steps=500,
        credit=" ".join(_credit(each) for each in (source, target) if each.citation or each.licence),
        download_mb=sum(each.megabytes for each in (source, target) if not each.present),
        exam="open" if classes.extra and classes.shared else "classes",
        label_sets=classes.label_sets,
        target_labels=0 if classes.shared else 5,
    )


def _sides(source: DomainEntry, target: DomainEntry) -> tuple[int, tuple[Dial, ...]]:
    """How wide the images are, and the dial for it if they are wide enough for a choice."""
    widest = max(source.side, target.side)
    if widest <= SMALLEST:
        return max(widest, 8), ()
    high = min(LARGEST, widest - widest % 16)
    side = min(USUAL, high)
    return side, (
        Dial(
            "side", "width and height of the images", "px", SMALLEST, high, side, 16,
            "Each image's middle square is brought to this size, once; small ones train quickly, large ones show more.",
        ),
    )  # fmt: skip


def _images(which: str, entry: DomainEntry) -> Dial:
    total = entry.parts.get("train", entry.images)
    high = -(-total // 100) * 100
    return Dial(
        f"images_{which}", f"{which} images", "", 0, high, MANY if total > MANY else 0, 100,
        f"So many to learn from, with as many of every class as is its share, and fewer held out; 0: all of {total:,}.",
    )  # fmt: skip


def _idea(source: DomainEntry, target: DomainEntry, classes: Matching) -> str:
    counts = f"{source.images:,} images teach, {target.images:,} are to be recognised"
    if not classes.shared:
        return f"{counts}; they share no class, so the target's labels have to teach its own."
    shared = f"{classes.shared} class{'es' if classes.shared > 1 else ''} in both"
    missing = f", {len(classes.missing)} only in the source" if classes.missing else ""
    extra = f", {len(classes.extra)} only in the target" if classes.extra else ""
    return f"{counts}: {shared}{missing}{extra}."


def _credit(entry: DomainEntry) -> str:
    said = entry.citation or entry.title
    return f"{said} ({entry.licence or 'licence not stated'})."


def check_present(entry: DomainEntry) -> None:
    if not entry.present:
        entry.listed(next(iter(entry.parts)))  # says what is missing, and how to get it


def _first(entry: DomainEntry, most: int, side: int, seed: int, count: int) -> Split:
    check_present(entry)
    return first_images(entry, lambda: _divided(entry.key, entry.changed, seed, most)["train"], side, count)


def first_images(entry: DomainEntry, listed: Callable[[], Listing], side: int, count: int) -> Split:
    """A listing's first images, from the cache if it has them, else from their files; nothing is fetched or packed."""
    if entry.key in sets.cards() and not sets.ready(entry.key):
        raise DataUnavailable(f"{entry.title} is here, but was not looked through yet: the first run does that.")
    listing = listed()
    if cache.is_packed(listing, side):
        packed = cache.packed(listing, side)
        return Split(packed.images[:count].read(), packed.labels[:count])
    images, labels = list[np.ndarray](), list[int]()
    for row in range(len(listing)):
        if len(images) == count:
            break
        try:
            images.append(square(listing.read(row, side), side))
        except DataUnavailable:
            continue
        labels.append(int(listing.labels[row]))
    inputs = np.stack(images) if images else np.empty((0, 3, side, side), np.uint8)
    return Split(inputs, np.array(labels, dtype=np.int64))


@lru_cache(maxsize=8)
def _divided(key: str, _changed: object, seed: int, most: int) -> dict[str, Listing]:
    """As `DomainEntry.divided`, kept for as long as a dial is turned."""
    return domains.find(key).divided(seed, most)
