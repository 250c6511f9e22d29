"""Which domains and classes a heap of image files holds: found from the names of the folders they lie in.

Two layouts are known, each also inside of wrapping folders:

    class/image                     one domain
    domain/class/image              several: Office-Home, PACS, DomainNet; Office-31 with images/ below each domain

Where folders are called train, validation, test (at any level), they are parts of one domain and not domains;
but VisDA's are domains.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlcore.errors import DataUnavailable
from tlcore.library.names import in_order, many, shown
from tlcore.library.tree import PARTS, Held, Stood, domains_of, grown, unwrapped
from tlcore.library.walking import walked


@dataclass(frozen=True)
class Layout:
    """Images by domain and class; what somebody's folder or archive was read as."""

    name: str
    domains: Mapping[str, Mapping[str, tuple[Path, ...]]]
    parts: Mapping[Path, str] = field(default_factory=dict)  # "train", "validation", "test" where folders say so
    told: Mapping[Path, str] = field(default_factory=dict)  # what a file was called, if it lies under another name
    root: Path | None = None  # names in sentences begin below it
    notes: tuple[str, ...] = ()  # what was left out or merged, in sentences

    @property
    def classes(self) -> tuple[str, ...]:
        """All classes of all domains, each once."""
        return tuple(in_order({name for classes in self.domains.values() for name in classes}))

    def files(self, domain: str) -> Iterator[tuple[str, Path]]:
        """The (class, file) of every image of a domain, in order."""
        for name, files in self.domains[domain].items():
            for file in files:
                yield name, file

    def __len__(self) -> int:
        return sum(len(files) for classes in self.domains.values() for files in classes.values())

    def called(self, file: Path) -> str:
        """A file's name as its owner knows it."""
        if file in self.told:
            return self.told[file]
        inside = self.root is not None and file.is_relative_to(self.root)
        return "/".join(map(shown, file.relative_to(self.root).parts if inside and self.root else [str(file)]))

    def without(self, files: Iterable[Path]) -> "Layout":
        """The same without some files; a class or domain that has none left goes as well."""
        gone = set(files)
        domains = {
            domain: {name: left for name, some in classes.items() if (left := tuple(f for f in some if f not in gone))}
            for domain, classes in self.domains.items()
        }
        parts = {file: part for file, part in self.parts.items() if file not in gone}
        return replace(self, domains={name: each for name, each in domains.items() if each}, parts=parts)


def found(folder: Path, name: str = "") -> Layout:
    """The layout of a folder. Raises `DataUnavailable` where there is none."""
    folder = folder.expanduser()
    if not folder.is_dir():
        what = "is not there" if not folder.exists() else "is a file" if folder.is_file() else "is a device"
        raise DataUnavailable(f"'{shown(str(folder))}' {what}: name a folder with one folder of images a class.")
    others = Counter[str]()
    files = list(walked(folder, others))
    layout = arranged(name or folder.resolve().name or "images", files, others)
    return replace(layout, root=folder)


def arranged(name: str, files: Iterable[Stood], others: Mapping[str, int] | None = None) -> Layout:
    """The layout of files by the names of where they stood. Pure: looks at no disk.

    `others` counts files that are no images, by suffix. Raises `DataUnavailable` when there is no layout.
    """
    top, merged = grown(files)
    if not top.total:
        raise DataUnavailable(_nothing(name, others or {}))
    layout = _laid(name, domains_of(*unwrapped(name, top)))
    if not layout.domains:
        raise DataUnavailable(
            f"'{shown(name)}' holds {many(top.total, 'image')} and no folder for each class: put the images of each "
            f"class into a folder with its name, and the folders of several domains into one for each domain."
        )
    return replace(layout, notes=(*_notes(top.total - len(layout), others or {}), *merged))


def _laid(name: str, held: Held) -> Layout:
    domains: dict[str, dict[str, tuple[Path, ...]]] = {}
    parts: dict[Path, str] = {}
    for domain in in_order(held):
        classes: dict[str, list[Path]] = {}
        titles: dict[str, str] = {}
        for part, top in held[domain]:
            for key, folder in top.folders.items():
                files = list(folder.every())
                classes.setdefault(titles.setdefault(key, folder.name), []).extend(files)
                parts.update(dict.fromkeys(files, part) if part else {})
                for inner, each in folder.folders.items():
                    parts.update(dict.fromkeys(each.every(), PARTS[inner]) if inner in PARTS else {})
        if classes:
            domains[domain] = {each: tuple(classes[each]) for each in in_order(classes)}
    return Layout(shown(name), domains, parts)


def _notes(strays: int, others: Mapping[str, int]) -> list[str]:
    notes = []
    if strays:
        notes.append(f"In no class folder, left out: {many(strays, 'image')}.")
    if others:
        notes.append(f"No images, left out: {many(sum(others.values()), 'file')} ({_kinds(others)}).")
    return notes


def _nothing(name: str, others: Mapping[str, int]) -> str:
    instead = f" ({many(sum(others.values()), 'other file')}: {_kinds(others)})" if others else ""
    return (
        f"'{shown(name)}' holds no images{instead}: name a folder, a .zip or a .tar with one folder of images "
        f"(.jpg, .png, .webp …) a class."
    )


def _kinds(others: Mapping[str, int]) -> str:
    named = sorted(others.items(), key=lambda each: (-each[1], each[0]))[:4]
    return ", ".join(f"{shown(suffix) if suffix else 'without suffix'} × {times:,}" for suffix, times in named)
