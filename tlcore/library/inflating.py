"""Compressed streams, read a little at a time: nothing that is packed can fill the memory."""

import bz2
import lzma
import zlib
from typing import Any, BinaryIO

from tlcore.library.limits import Guard

CHUNK = 1 << 16
_LZMA_MEMORY = 1 << 28  # bytes: xz -9 wants 65 MB, and a header may ask for 4 GB


class Inflated:
    """What a gzip, bzip2, xz or plain file holds, as a stream that only reads on; each byte counts.

    `quota` says how many bytes may be read before it is set again: what tarfile reads by itself are
    headers, and one that claims to be long would be held in memory. None is no limit.
    """

    def __init__(self, file: BinaryIO, packing: str, guard: Guard) -> None:
        self._file, self._packing, self._guard = file, packing, guard
        self._inflater: Any = _inflater(packing)
        self._waiting = b""
        self.quota: int | None = None
        self.last = b""  # the end of what was read
        self.at = 0  # bytes read

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end. Raises `EOFError` when the file ends too early."""
        got = self._file.read(size) if self._inflater is None else self._inflated(size)
        self._guard.grown(len(got))
        if self.quota is not None:
            self.quota -= len(got)
            if self.quota < 0:
                raise self._guard.refused("a header in it is larger than a header can be")
        self.last = (self.last + got)[-2 * CHUNK :]
        self.at += len(got)
        return got

    def block(self, at: int, size: int) -> bytes:
        """Bytes that were read a moment ago, from that place on; fewer where the stream has ended."""
        start = len(self.last) - (self.at - at)
        return self.last[start : start + size] if start >= 0 else b""

    def _inflated(self, size: int) -> bytes:
        while True:
            if self._inflater.eof:
                rest = (self._inflater.unused_data or self._file.read(CHUNK)).lstrip(b"\0")
                if not rest:
                    return b""
                self._inflater, self._waiting = _inflater(self._packing), rest
            elif not self._waiting and getattr(self._inflater, "needs_input", True):
                self._waiting = self._file.read(CHUNK)
                if not self._waiting:
                    raise EOFError("it ends too early")
            got: bytes = self._inflater.decompress(self._waiting, size)
            self._waiting = getattr(self._inflater, "unconsumed_tail", b"")
            if got:
                return got


def _inflater(packing: str) -> Any:
    if packing == "gzip":
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    if packing == "bzip2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY) if packing == "xz" else None
