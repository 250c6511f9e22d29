"""The entries of a tar archive, packed or not."""

import tarfile
from contextlib import AbstractContextManager
from typing import BinaryIO

from tlcore.library.inflating import Inflated
from tlcore.library.limits import Guard
from tlcore.library.members import Member, Members, Opening, Stream

_HEADERS = 1 << 20  # bytes that tarfile may read by itself between two members, and would hold in memory


def tarred(file: BinaryIO, packing: str, guard: Guard) -> Members:
    """The entries of a tar archive; whoever gets one reads it to its end before the next.

    It is read as a stream, which can neither go backwards nor skip: no header leads it astray.
    """
    stream = Inflated(file, packing, guard)
    stream.quota = _HEADERS
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
        while True:
            stream.quota = _HEADERS
            entry = archive.next()
            stream.quota = None
            if entry is None:
                break
            archive.members.clear()  # it would remember every one
            yield Member(entry.name, _kind(entry), entry.size, file.tell(), _opening(archive, entry))
        # tarfile takes a broken header in the middle for the end.
        if stream.block(archive.offset, tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise EOFError("it ends too early, or a header in it is broken")


def _kind(entry: tarfile.TarInfo) -> str:
    if entry.issparse():
        return "a file with holes"
    if entry.issym() or entry.islnk():
        return "a link"
    return "file" if entry.isreg() else "folder" if entry.isdir() else "a device or a pipe"


def _opening(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Opening:
    def opened() -> AbstractContextManager[Stream]:
        stream = archive.extractfile(entry)
        if stream is None:
            raise tarfile.ReadError(f"'{entry.name}' is not a file")
        return stream

    return opened
