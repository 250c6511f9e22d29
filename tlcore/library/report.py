"""What the check of a folder or an archive found, as words for people and as JSON for programs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import median_low
from typing import Any

from tlcore.library.cautions import cautions
from tlcore.library.layout import Layout
from tlcore.library.names import in_order

LONG = 200  # entries of a list in JSON


@dataclass(frozen=True)
class Seen:
    """An image that could be read."""

    file: Path
    domain: str
    label: str  # the class
    part: str
    size: tuple[int, int]
    stored: int  # bytes
    suffix: str
    colour: str


@dataclass(frozen=True)
class Twins:
    """Places of images that are the same, in groups, and nearly the same, in pairs with their likeness."""

    equal: tuple[tuple[int, ...], ...]
    nearly: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True)
class Report:
    """What was found. `layout` holds what can be used; the rest of it says what that is like."""

    layout: Layout
    seen: tuple[Seen, ...]
    unreadable: tuple[tuple[Path, str], ...]
    twins: Twins
    thumbnails: Mapping[str, tuple[Path, ...]]
    content: str
    seconds: float
    skipped: tuple[tuple[str, str], ...] = ()  # by name: what was left out before anything was looked at

    @cached_property
    def domains(self) -> dict[str, dict[str, Any]]:
        """Of every domain: images, classes with their counts, sizes, bytes."""
        held = defaultdict(list)
        for each in self.seen:
            held[each.domain].append(each)
        return {
            domain: {
                "images": len(held[domain]),
                "classes": {name: len(files) for name, files in self.layout.domains[domain].items()},
                "sizes": _sizes([each.size for each in held[domain]]),
                "bytes": sum(each.stored for each in held[domain]),
                "parts": dict(sorted(Counter(each.part for each in held[domain] if each.part).items())),
            }
            for domain in self.layout.domains
        }

    @property
    def bytes(self) -> int:
        return sum(each.stored for each in self.seen)

    @property
    def lost(self) -> list[tuple[str, str]]:
        """Name and reason of everything called an image that cannot be used."""
        return [*self.skipped, *((self.layout.called(file), why) for file, why in self.unreadable)]

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What one should know before one trains, in sentences."""
        return tuple(cautions(self))

    def but_not(self, skipped: Sequence[tuple[str, str]]) -> "Report":
        """The same, with what was left out before anything was looked at."""
        return replace(self, skipped=(*self.skipped, *skipped))

    def groups(self) -> list[list[Path]]:
        """Files that show the very same image."""
        return [[self.seen[place].file for place in group] for group in self.twins.equal]

    def as_json(self) -> dict[str, Any]:
        """For programs. Lists of files end after `LONG`; the numbers beside them count all."""
        return {
            "name": self.layout.name,
            "domains": self.domains,
            "classes": list(self.layout.classes),
            "images": len(self.seen),
            "bytes": self.bytes,
            "unreadable": [{"file": name, "reason": why} for name, why in self.lost[:LONG]],
            "unreadable_images": len(self.lost),
            "duplicates": list(self._told_twins())[:LONG],
            "duplicate_images": sum(len(group) - 1 for group in self.twins.equal),
            "nearly_duplicate_pairs": len(self.twins.nearly),
            "warnings": list(self.warnings),
            "thumbnails": {
                domain: [{"file": self.layout.called(file), "path": self._below_root(file)} for file in files]
                for domain, files in self.thumbnails.items()
            },
            "content": self.content,
            "seconds": round(self.seconds, 2),
        }

    def across(self, what: str) -> tuple[int, int]:
        """How many images, equal and nearly so, stand in two of the domains, or in two parts of one."""
        equal = sum(_separated([self.seen[place] for place in group], what) for group in self.twins.equal)
        nearly = sum(_separated([self.seen[a], self.seen[b]], what) for a, b, _ in self.twins.nearly)
        return equal, nearly

    def _below_root(self, file: Path) -> str:
        root = self.layout.root
        return str(file.relative_to(root) if root and file.is_relative_to(root) else file)

    def _told_twins(self) -> Iterator[dict[str, Any]]:
        for kind, groups in (("exact", self.twins.equal), ("near", [pair[:2] for pair in self.twins.nearly])):
            for group in groups:
                some = [self.seen[place] for place in group]
                yield {
                    "kind": kind,
                    "files": [self.layout.called(each.file) for each in some[:LONG]],
                    "domains": in_order({each.domain for each in some}),
                    "classes": in_order({each.label for each in some}),
                }


def _separated(some: Sequence[Seen], what: str) -> bool:
    if what == "domains":
        return len({each.domain for each in some}) > 1
    return any(
        len({each.part for each in some if each.domain == domain}) > 1 for domain in {each.domain for each in some}
    )


def _sizes(sizes: Sequence[tuple[int, int]]) -> dict[str, Any]:
    by_area = sorted(sizes, key=lambda size: size[0] * size[1])
    return {
        "smallest": by_area[0],
        "median": by_area[len(by_area) // 2],
        "largest": by_area[-1],
        "kinds": len(set(sizes)),
        "side": median_low(min(size) for size in sizes),
    }
