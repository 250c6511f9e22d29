"""The file format of the cache: a header on a page of its own, plain pixels, and which rows are good.

0       "transfer-lab images 1", the header as JSON, spaces up to 4,096 bytes
4096    N × 3 × side × side bytes; rows that are no image are zeros
then    JSON: the rows left out, with a sentence for the first hundred of them
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Self
from zlib import crc32

import numpy as np

from tlcore.library.images import Images, MappedFile, Pixels, Rows
from tlcore.library.packing import LeftOut

CHANNELS = 3
TOLD = 100  # images left out of which the reason is kept
_MAGIC = b"transfer-lab images 1\n"
_FIRST = 4096  # where the pixels begin: on a page of their own


@dataclass(frozen=True)
class Header:
    """What a file of the cache says about itself."""

    title: str
    fingerprint: str
    side: int
    count: int
    end: int  # bytes of the JSON after the pixels
    crc: int  # of that JSON

    @property
    def after(self) -> int:
        """Where the pixels end."""
        return pixels_end(self.count, self.side)

    @classmethod
    def of(cls, file: BinaryIO) -> Self | None:
        """The header of an open file; None if it is none, or says another length than the file has."""
        first = file.read(_FIRST)
        if len(first) < _FIRST or not first.startswith(_MAGIC):
            return None
        try:
            header = cls(**json.loads(first[len(_MAGIC) :]))
            right = os.fstat(file.fileno()).st_size == header.after + header.end
        except (ValueError, TypeError):
            return None
        return header if right else None


@dataclass(frozen=True)
class PackFile:
    """An open file of the cache."""

    header: Header
    images: Images  # (N, 3, side, side), with zeros for those left out
    bad: Rows  # the rows that could not be read
    said: tuple[LeftOut, ...]  # the first of them, each with a sentence

    def good(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows are images: (N,)."""
        good = np.ones(self.header.count, dtype=bool)
        good[self.bad] = False
        return good


def opened(path: Path, fingerprint: str, side: int) -> PackFile | None:
    """The file of the cache, if it is there, whole and of this listing; None if not."""
    try:
        with path.open("rb") as file:
            header = Header.of(file)
            if header is None or (header.fingerprint, header.side) != (fingerprint, side):
                return None
            file.seek(header.after)
            end = file.read(header.end)
    except OSError:
        return None
    if crc32(end) != header.crc:
        return None
    bad, said = json.loads(end)
    images = Images(MappedFile(path, _FIRST, (header.count, CHANNELS, side, side)))
    return PackFile(header, images, np.array(bad, dtype=np.int64), tuple((row, text) for row, text in said))


def pixels_end(count: int, side: int) -> int:
    return _FIRST + count * CHANNELS * side * side


def writer(file: BinaryIO, side: int) -> Callable[[int, Pixels], None]:
    """Writes the image of a row to its place, from any thread."""
    size, turn = CHANNELS * side * side, Lock()

    def at_once(row: int, pixels: Pixels) -> None:
        os.pwrite(file.fileno(), pixels.data, _FIRST + row * size)

    def in_turn(row: int, pixels: Pixels) -> None:  # Windows has no pwrite
        with turn:
            file.seek(_FIRST + row * size)
            file.write(pixels.data)

    return at_once if hasattr(os, "pwrite") else in_turn


def sealed(file: BinaryIO, title: str, fingerprint: str, side: int, count: int, left_out: Sequence[LeftOut]) -> None:
    """Write end and header, and have everything on the disk."""
    end = json.dumps([[row for row, _ in left_out], left_out[:TOLD]]).encode()
    header = Header(title[:200], fingerprint, side, count, len(end), crc32(end))
    file.seek(header.after)
    file.write(end)
    file.seek(0)
    file.write((_MAGIC + json.dumps(asdict(header)).encode()).ljust(_FIRST))
    file.flush()
    os.fsync(file.fileno())
