"""One collection: what is known of a folder or an archive that somebody brought in, and how it lies on disk.

library/pacs/collection.json                     what it is called, where its images lie, how many there are
library/pacs/details.json                        which files are left out, and which are one and the same image
library/pacs/report.json                         what the check said
library/pacs/images/photo/all/dog/000001.jpg     the images, unless they stay in the folder where they were
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from tlcore.errors import DataUnavailable, UnknownKey
from tlcore.library.layout import Layout, found
from tlcore.library.names import shown

VERSION = 1
FILE, DETAILS, REPORT = "collection.json", "details.json", "report.json"


@dataclass(frozen=True)
class Kind:
    """One domain of a collection, known without looking at its images."""

    key: str  # "real-world"; with the collection's key it is an address: "office-home/real-world"
    title: str  # "Real World"
    classes: Mapping[str, int]  # how many images there are of each
    side: int  # pixels: the median of the images' shorter sides
    parts: Mapping[str, int] = field(default_factory=dict)  # images of "train", "validation", "test", if folders say so
    folders: Mapping[str, str] = field(default_factory=dict)  # of each class, where the images were copied

    @property
    def images(self) -> int:
        return sum(self.classes.values())


@dataclass(frozen=True)
class Collection:
    """What somebody brought in."""

    key: str
    name: str
    place: Path  # its folder in the library
    root: Path  # where its images lie
    copied: bool  # whether they lie in the library
    domains: Mapping[str, Kind]  # by key
    bytes: int
    source: str  # the archive's name, or the folder
    added: str  # UTC
    content: str  # a digest of all images with their classes, however they lie on disk
    state: str = ""  # a digest of its folder's names, sizes and times, if the images stayed there
    warnings: tuple[str, ...] = ()

    @classmethod
    def read(cls, place: Path) -> Self:
        """The collection that lies in a folder of the library; raises `DataUnavailable` when it is damaged."""
        told = _told(place, FILE)
        try:
            return cls._of(place, told)
        except (KeyError, TypeError, ValueError, AttributeError) as reason:
            raise _damaged(place, f"{type(reason).__name__}: {reason}") from None

    @classmethod
    def _of(cls, place: Path, told: Mapping[str, Any]) -> Self:
        if told["version"] != VERSION:
            raise ValueError(f"it is of version {told['version']}, and this program reads version {VERSION}")
        copied = bool(told["copied"])
        domains = {}
        for each in told["domains"]:
            classes = {str(one["name"]): int(one["images"]) for one in each["classes"]}
            folders = {str(one["name"]): str(one["folder"]) for one in each["classes"]} if copied else {}
            parts = {str(name): int(many) for name, many in each["parts"].items()}
            key = str(each["key"])
            if any(_strays(step) for step in (key, *folders.values(), *parts)):
                raise ValueError("it names folders outside of itself")
            domains[key] = Kind(key, str(each["title"]), classes, int(each["side"]), parts, folders)
        root = place / "images" if copied else Path(told["folder"])
        said = {name: str(told[name]) for name in ("name", "source", "added", "content", "state")}
        warnings = tuple(map(str, told["warnings"]))
        return cls(place.name, place=place, root=root, copied=copied, domains=domains, bytes=int(told["bytes"]),
                   warnings=warnings, **said)  # fmt: skip

    @property
    def images(self) -> int:
        return sum(each.images for each in self.domains.values())

    def report(self) -> Mapping[str, Any]:
        """What the check said when it was brought in."""
        return _told(self.place, REPORT)

    def layout(self) -> Layout:
        """Where its images lie now, its domains by title. Raises `DataUnavailable` when that has changed."""
        if self.copied:
            return self._copies()
        layout = found(self.root, self.name)
        left = layout.without(self.root / each for each in self._details["left_out"])
        titles = {kind.title: set(kind.classes) for kind in self.domains.values()}
        if titles != {name: set(classes) for name, classes in left.domains.items()}:
            raise DataUnavailable(
                f"The folder '{shown(str(self.root))}' no longer holds the domains and classes that it had when it was "
                f"added as '{self.key}': add it again with `tlcore data add`."
            )
        return left

    @cached_property
    def groups(self) -> Mapping[Path, int]:
        """Files that show the very same image, by the number of their group: a split must not separate them."""
        twins = self._details["twins"]
        return {self.root / each: number for number, group in enumerate(twins) for each in group}

    def kind(self, domain: str) -> Kind:
        """One of its domains by key; raises `UnknownKey`."""
        if domain not in self.domains:
            raise UnknownKey(f"domain of '{self.key}'", domain, self.domains)
        return self.domains[domain]

    @cached_property
    def _details(self) -> Mapping[str, Any]:
        told = _told(self.place, DETAILS)
        if not all(isinstance(told.get(name), list) for name in ("left_out", "twins")):
            raise _damaged(self.place, "details.json is not as it was written")
        return told

    def _copies(self) -> Layout:
        domains, parts = {}, dict[Path, str]()
        for kind in self.domains.values():
            classes = dict.fromkeys(kind.classes, tuple[Path, ...]())
            for part in (*kind.parts, "all"):
                for name, folder in kind.folders.items():
                    files = _files(self.root / kind.key / part / folder)
                    classes[name] += files
                    parts.update(dict.fromkeys(files, part) if part in kind.parts else {})
            domains[kind.title] = classes
        layout = Layout(self.name, domains, parts, root=self.root)
        if len(layout) != self.images:
            raise _damaged(self.place, f"{len(layout):,} of its {self.images:,} images are there")
        return layout


def _told(place: Path, file: str) -> Mapping[str, Any]:
    try:
        told = json.loads((place / file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as reason:
        raise _damaged(place, f"{file}: {reason}") from None
    if not isinstance(told, dict):
        raise _damaged(place, f"{file} is not as it was written")
    return told


def _damaged(place: Path, why: str) -> DataUnavailable:
    return DataUnavailable(
        f"The collection '{place.name}' is damaged ({shown(why)}): remove it with `tlcore data remove {place.name}` "
        f"and add it again."
    )


def _files(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(Path(each.path) for each in sorted(os.scandir(folder), key=lambda each: each.name))
    except OSError:
        return ()


def _strays(step: str) -> bool:
    return not step or step.startswith(".") or "/" in step or "\\" in step or os.sep in step
