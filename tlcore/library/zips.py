"""The entries of a zip archive."""

import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import BinaryIO

from tlcore.library.limits import Guard
from tlcore.library.members import Member, Members, Opening, Stream

_SLOWEST = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_ENCRYPTED, _UTF8 = 0x1 | 0x40, 0x800  # flags
_UNIX = 3
_END, _LOCATOR, _END_64, _ENTRY = b"PK\5\6", b"PK\6\7", b"PK\6\6", b"PK\1\2"
_TAIL = 22 + (1 << 16)  # bytes: the end record and the longest comment


def zipped(file: BinaryIO, guard: Guard) -> Members:
    """The entries of a zip archive; refuses the encrypted, the overlapping, and unusual packing."""
    if _entries(file) > guard.limits.files:
        raise guard.refused(f"it holds more than {guard.limits.files:,} files", "split it into several archives")
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _separate(entries, guard)
        guard.fits(sum(entry.file_size for entry in entries))
        for entry in entries:
            if entry.flag_bits & _ENCRYPTED:
                raise guard.refused("it is encrypted", "pack it without a password")
            if entry.compress_type not in _SLOWEST:
                raise guard.refused(
                    f"it is packed by method {entry.compress_type}, which is not read here", "pack it in the usual way"
                )
            name, done = _name(entry), entry.header_offset + entry.compress_size
            yield Member(name, _kind(entry, name), entry.file_size, done, _opening(archive, entry, guard))


def _opening(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, guard: Guard) -> Opening:
    @contextmanager
    def opened() -> Iterator[Stream]:
        with archive.open(entry) as stream:
            yield _Counted(stream, guard)

    return opened


class _Counted:
    """A stream whose bytes count."""

    def __init__(self, stream: Stream, guard: Guard) -> None:
        self._stream, self._guard = stream, guard

    def read(self, size: int, /) -> bytes:
        got = self._stream.read(size)
        self._guard.grown(len(got))
        return got


def _separate(entries: list[zipfile.ZipInfo], guard: Guard) -> None:
    """Refuses archives whose files share their packed bytes: a small one could be as large as it likes."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for first, second in pairwise(ordered):
        if first.header_offset + 30 + first.compress_size > second.header_offset:
            raise guard.refused("files in it overlap, as only in bombs")


def _name(entry: zipfile.ZipInfo) -> str:
    """A member's name. macOS packs UTF-8 without saying so, which reads as DOS letters."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _kind(entry: zipfile.ZipInfo, name: str) -> str:
    mode = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == _UNIX else 0
    if mode not in (0, stat.S_IFDIR, stat.S_IFREG):
        return "a link" if mode == stat.S_IFLNK else "a device or a pipe"
    return "folder" if mode == stat.S_IFDIR or name.endswith(("/", "\\")) else "file"


def _entries(file: BinaryIO) -> int:
    """How many entries a zip's directory holds, before anything is made of them: each takes a kilobyte of memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("its directory is missing: it ends too early")
    length = struct.unpack_from("<I", tail, at + 12)[0]
    end = size - len(tail) + at
    if at >= 20 and tail[at - 20 :][:4] == _LOCATOR:
        file.seek(max(0, end - 76))
        record = file.read(56)
        if record[:4] != _END_64:
            raise zipfile.BadZipFile("its directory is not where it should be")
        length, end = struct.unpack_from("<Q", record, 40)[0], end - 76
    if length > end:
        raise zipfile.BadZipFile("its directory is larger than itself")
    file.seek(end - length)
    many, rest = 0, b""
    while length > 0 and (piece := file.read(min(length, 1 << 20))):
        length -= len(piece)
        many += (rest + piece).count(_ENTRY)
        rest = piece[-3:]
    return many
