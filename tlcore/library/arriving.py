"""How a folder or an archive comes into the library: looked at first, kept only then, whole or not at all."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from tlcore.errors import DataUnavailable, OutOfRange
from tlcore.library import shelf
from tlcore.library.archives import PACKED, unpacked
from tlcore.library.collection import DETAILS, FILE, REPORT, Collection
from tlcore.library.examining import examine
from tlcore.library.keeping import state, written
from tlcore.library.layout import arranged, found
from tlcore.library.limits import Limits
from tlcore.library.moving import moved
from tlcore.library.names import shown, slug
from tlcore.library.places import library
from tlcore.library.report import Report

RESERVED = frozenset({"cache", "chores", "compositions", "downloads", "estimates", "sets", "summaries"})
DRAFT, UNPACKED = ".arriving-", "unpacked"
STALE = 24 * 3600  # seconds after which a draft belongs to nobody any more

Stages = Callable[[str, int, int], None]  # "unpacking", "looking" or "copying": so much of so much


@dataclass(frozen=True)
class Arrival:
    """Something that was looked at and lies ready, in a folder of its own: whoever has it keeps or discards it."""

    place: Path

    @property
    def collection(self) -> Collection:
        """What it will be. Its key is not the final one."""
        return Collection.read(self.place)

    def keep(self, key: str = "") -> Collection:
        """Put it on the shelf, under a key of its name if none is given.

        The very same images are kept once: a second time they are what is there already, and a folder
        that stays where it is takes its earlier place. Raises `OutOfRange` for a key that is taken or is none.
        """
        new = self.collection
        earlier = _earlier(new)
        if earlier and not key:
            for file in () if new.copied else (DETAILS, REPORT, FILE):
                (self.place / file).replace(earlier.place / file)
            self.discard()
            return Collection.read(earlier.place)
        if key and (key != slug(key) or key in RESERVED):
            raise OutOfRange(f"A collection's key is of a-z, 0-9 and hyphens, as '{slug(key)}' is, but is '{key}'.")
        return Collection.read(self._put(key or slug(new.name, RESERVED, "images"), exactly=bool(key)))

    def _put(self, wanted: str, *, exactly: bool) -> Path:
        number, key = 1, wanted
        while True:
            place = library() / key
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                if not place.exists() and key not in shelf.entries():
                    self.place.rename(place)
                    return place
            except OSError as reason:
                if not place.exists():
                    raise DataUnavailable(f"'{place}' cannot be written ({reason.strerror}).") from None
            if exactly:  # or somebody else was quicker
                raise OutOfRange(f"There is a collection '{key}' already: remove it first, or choose another name.")
            number += 1
            key = f"{wanted}-{number}"

    def discard(self) -> None:
        """Remove it; the folder or archive that it came from stays."""
        shutil.rmtree(self.place, ignore_errors=True)


def check(path: Path, *, name: str = "", limits: Limits | None = None, progress: Stages | None = None) -> Report:
    """Look at a folder or an archive and keep nothing. Raises `DataUnavailable` when it cannot be used."""
    if not path.is_file():
        return _looked(path, name, progress)
    place = _new()
    with _whole(place, keep=False):
        return _unpacked(path, place, name, limits, progress)


def prepare(
    path: Path, *, name: str = "", copy: bool = False, draft: Path | None = None, limits: Limits | None = None,
    progress: Stages | None = None,
) -> Arrival:  # fmt: skip
    """Look at a folder or an archive, and lay it ready to be kept; in `draft`, a folder that is not there yet.

    An archive is unpacked; a folder stays where it is unless it is to be copied. Raises `DataUnavailable`.
    """
    place, packed = draft or _new(), path.is_file()
    with _whole(place):
        report = _unpacked(path, place, name, limits, progress) if packed else _looked(path, name, progress)
        if packed or copy:
            report = moved(report, place / "images", leave=not packed, progress=_stage("copying", progress))
            shutil.rmtree(place / UNPACKED, ignore_errors=True)
        written(place, report, path, copied=packed or copy)
    return Arrival(place)


def add(
    path: Path, *, name: str = "", key: str = "", copy: bool = False, limits: Limits | None = None,
    progress: Stages | None = None,
) -> Collection:  # fmt: skip
    """Check a folder or an archive and keep it; a folder that is here already and has not changed is not looked at."""
    if path.is_dir() and not copy and not key:
        known = at(path)
        if known and name in ("", known.name) and known.state == state(found(path, known.name)):
            return known
    return prepare(path, name=name, copy=copy, limits=limits, progress=progress).keep(key)


def at(folder: Path) -> Collection | None:
    """The collection of a folder that stayed where it is, if there is one."""
    real = folder.expanduser().resolve()
    return next((each for each in shelf.entries().values() if not each.copied and each.root == real), None)


def _earlier(new: Collection) -> Collection | None:
    if not new.copied:
        known = at(new.root)
        return known if known and known.place.parent == library() else None
    return next((each for each in shelf.entries().values() if each.copied and each.content == new.content), None)


def _looked(path: Path, name: str, progress: Stages | None) -> Report:
    return examine(found(path, shown(name) if name else ""), _stage("looking", progress))


def _unpacked(path: Path, place: Path, name: str, limits: Limits | None, progress: Stages | None) -> Report:
    got = unpacked(path, place / UNPACKED, name=name, limits=limits, progress=_stage("unpacking", progress))
    layout = arranged(shown(name) if name else _stem(path), got.files, got.others)
    report = examine(replace(layout, told=got.told, root=place / UNPACKED), _stage("looking", progress))
    return report.but_not(got.skipped)


def _stage(name: str, progress: Stages | None) -> Callable[[int, int], None] | None:
    return partial(progress, name) if progress else None


def _stem(path: Path) -> str:
    ending = max((each for each in PACKED if path.name.lower().endswith(each)), key=len, default=path.suffix)
    return shown(path.name[: len(path.name) - len(ending)]) if ending else shown(path.name)


def _new() -> Path:
    return library() / f"{DRAFT}{uuid4().hex[:12]}"


@contextmanager
def _whole(place: Path, *, keep: bool = True) -> Iterator[None]:
    """A new folder that is gone if anything goes wrong, and at the end if it is not to be kept."""
    made = [folder for folder in (place, *place.parents) if not folder.exists()]
    try:
        place.mkdir(parents=True)
        sweep()
        yield
    except BaseException as reason:
        _forget(made)
        if isinstance(reason, OSError):
            said = reason.strerror or reason
            raise DataUnavailable(f"Nothing can be written to '{place.parent}' ({said}): make room there.") from None
        raise
    if not keep:
        _forget(made)


def _forget(made: Sequence[Path]) -> None:
    shutil.rmtree(made[0], ignore_errors=True)
    for folder in made[1:]:
        with suppress(OSError):  # somebody else has put something there
            folder.rmdir()


def sweep() -> None:
    """Remove what was left behind by processes that were killed."""
    with suppress(FileNotFoundError), os.scandir(library()) as entries:
        for entry in entries:
            if entry.name.startswith((DRAFT, shelf.LEAVING)) and _age(entry) > STALE:
                shutil.rmtree(entry.path, ignore_errors=True)


def _age(entry: os.DirEntry[str]) -> float:
    try:
        return time.time() - entry.stat().st_mtime
    except OSError:  # gone already
        return 0
