"""Images decoded and resized once, into `library/cache/FINGERPRINT-SIDE.images`; every later run maps that.

A file is written under another name and renamed when it is whole, so that what has the right name is whole.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlcore.errors import DataUnavailable
from tlcore.library import waiting
from tlcore.library.images import Images, Rows
from tlcore.library.listing import Listing, Part
from tlcore.library.packfile import Header, PackFile, opened, pixels_end, sealed, writer
from tlcore.library.packing import decoded
from tlcore.library.places import library
from tlcore.library.turns import turn

ENDING, DRAFT, LOCK = ".images", ".draft", ".lock"
_FULL = (errno.ENOSPC, errno.EDQUOT)

Progress = Callable[[int, int], None]
"""Images done, and images altogether."""


@dataclass(frozen=True)
class Packed:
    """A listing's images at one size, without those that could not be read."""

    images: Images  # (N, 3, side, side)
    labels: NDArray[np.int64]  # (N,)
    kept: Rows  # (N,): the row of the listing that each one was
    left_out: int  # images that could not be read
    reasons: tuple[str, ...]  # a sentence for each of the first of them

    def __len__(self) -> int:
        return len(self.kept)

    def at(self, rows: Rows) -> "Packed":
        return Packed(self.images[rows], self.labels[rows], self.kept[rows], self.left_out, self.reasons)


@dataclass(frozen=True)
class Kept:
    """One file of the cache."""

    file: Path
    title: str
    side: int
    images: int
    bytes: int
    used: float  # seconds since 1970


def packed(listing: Listing, side: int, *, progress: Progress | None = None) -> Packed:
    """The images of a listing, `side` pixels wide and high, from the cache; decoded first if they are not there.

    An image that cannot be read is left out. Whoever waits is told by `progress`, or else hears it through
    `tlcore.library.waiting`; both may raise to have it stopped, and then nothing is left behind. A part of a larger
    listing comes out of the larger one's file; but if it is `apart`, and less than half of one that is not there yet,
    it has a file of its own.
    Raises `DataUnavailable` when not one image can be read, or the disk is full.
    """
    whole, rows = _whole(listing, side)
    held = _held(whole, side, progress or _announced(listing))
    kept = np.flatnonzero(held.good()[rows])
    wanted = set(rows.tolist())
    reasons = tuple(said for row, said in held.said if row in wanted)
    if not len(kept):
        first = f" ({reasons[0].rstrip('.')})" if reasons else ""
        raise DataUnavailable(f"Not one image of {listing.name} can be read{first}: choose other data.")
    return Packed(held.images[rows[kept]], listing.labels[kept], kept, len(rows) - len(kept), reasons)


def is_packed(listing: Listing, side: int) -> bool:
    """Whether `packed` would answer without decoding anything."""
    return _file(_whole(listing, side)[0], side).is_file()


def sizes() -> list[Kept]:
    """Every file of the cache, the one that was used last first."""
    found = [kept for file in folder().glob(f"*{ENDING}") if (kept := _kept(file))]
    return sorted(found, key=lambda each: -each.used)


def clean(files: Sequence[Path] | None = None) -> int:
    """Delete these files of the cache, or all there is; returns the bytes that this freed.

    A run that reads one of them goes on: the system keeps a file for as long as somebody has it open.
    """
    freed = 0
    for file in list(folder().glob(f"*{ENDING}")) if files is None else files:
        with suppress(OSError):
            size = file.stat().st_size
            file.unlink()
            freed += size
    return freed


def folder() -> Path:
    """Where the cache is."""
    return library() / "cache"


def _whole(listing: Listing, side: int) -> tuple[Listing, Rows]:
    """The listing whose file holds this one's images, and where in it they are."""
    whole, rows = listing, np.arange(len(listing))
    while isinstance(whole, Part):
        if whole.apart and 2 * len(whole) < len(whole.whole) and not _file(whole.whole, side).is_file():
            break
        rows = whole.rows[rows]
        whole = whole.whole
    return whole, rows


def _file(listing: Listing, side: int) -> Path:
    return folder() / f"{listing.fingerprint}-{side}{ENDING}"


def _announced(listing: Listing) -> Progress:
    return lambda done, total: waiting.tell(f"Reading images of {listing.name}", done, total)


def _held(listing: Listing, side: int, progress: Progress) -> PackFile:
    """The file of a whole listing; made first if it is not there, or damaged."""
    file = _file(listing, side)
    found = opened(file, listing.fingerprint, side)
    if found is None:
        with _room(listing, side), turn(file.with_suffix(LOCK), lambda: progress(0, len(listing))):
            found = opened(file, listing.fingerprint, side)  # by somebody else, while we waited
            if found is None:
                _pack(listing, side, file, progress)
                found = opened(file, listing.fingerprint, side)
    if found is None:
        raise DataUnavailable(f"'{file}' was written and cannot be read again: check the disk, and run again.")
    with suppress(OSError):
        now = time.time_ns()  # finer than the tick that the system would write by itself
        os.utime(file, ns=(now, now))  # it was used
    return found


def _pack(listing: Listing, side: int, file: Path, progress: Progress) -> None:
    """Decode a listing into a file. It is our turn: a draft that lies there was left by a process that died."""
    for stale in file.parent.glob(f"{file.stem}*{DRAFT}"):
        stale.unlink(missing_ok=True)
    draft = file.with_suffix(f".{os.getpid()}{DRAFT}")
    try:
        with draft.open("w+b") as out:
            out.truncate(pixels_end(len(listing), side))
            left_out = decoded(listing, side, writer(out, side), lambda done: progress(done, len(listing)))
            sealed(out, listing.name, listing.fingerprint, side, len(listing), left_out)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _room(listing: Listing, side: int) -> Iterator[None]:
    """Raises `DataUnavailable` where the disk has no room for a listing, before it is full or once it is."""
    place, size = folder(), pixels_end(len(listing), side)
    wanted = (
        f"{len(listing):,} images of {side}×{side} pixels take {size / 1e9:,.1f} GB in '{place}': "
        "free some space, clean the cache on the Data page, or choose a smaller side or fewer images."
    )
    try:
        place.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(place).free
        if free < size:
            raise DataUnavailable(f"The disk has {free / 1e9:,.1f} GB left, and {wanted}")
        yield
    except OSError as reason:
        if reason.errno in _FULL:
            raise DataUnavailable(f"The disk is full, and {wanted}") from None
        raise DataUnavailable(
            f"The images of {listing.name} could not be prepared in '{place}' ({reason.strerror or reason}): "
            "see that the folder can be written and its disk is well, and run again."
        ) from None


def _kept(file: Path) -> Kept | None:
    try:
        with file.open("rb") as opened_:
            header = Header.of(opened_)
        seen = file.stat()
    except OSError:
        return None
    if header is None:
        return Kept(file, "a damaged file", 0, 0, seen.st_size, seen.st_mtime)
    return Kept(file, header.title, header.side, header.count, seen.st_size, seen.st_mtime)
