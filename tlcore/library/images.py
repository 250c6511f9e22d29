"""Images on disk that look like an array: rows are chosen without being read, and read when they are asked for."""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Rows = NDArray[np.int64]

WINDOW = 1 << 26  # bytes that are read through one map before it is opened anew


class Source(Protocol):
    """Where pixels come from, a few rows at a time."""

    @property
    def shape(self) -> tuple[int, int, int, int]: ...  # (N, C, H, W)

    def read(self, rows: Rows) -> Pixels:
        """The images of some rows, (B, C, H, W), in memory and no one else's."""
        ...


class Images:
    """Images (N, C, H, W) uint8 that stay where they are until somebody reads them.

    Choosing rows, `images[rows]`, costs eight bytes a row; one row, `images[3]`, is read at once.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, source: Source, rows: Rows | None = None) -> None:
        self._source = source
        self._rows = np.arange(source.shape[0]) if rows is None else rows

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return (len(self), *self._source.shape[1:])

    @property
    def nbytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @overload
    def __getitem__(self, rows: int) -> Pixels: ...
    @overload
    def __getitem__(self, rows: "Rows | slice") -> "Images": ...
    def __getitem__(self, rows: "int | Rows | slice") -> "Pixels | Images":
        if isinstance(rows, int | np.integer):
            one: Pixels = self._source.read(self._rows[[rows]])[0]
            return one
        return Images(self._source, self._rows[rows])

    def __iter__(self) -> Iterator[Pixels]:
        return (self[row] for row in range(len(self)))

    def read(self, rows: "Rows | slice | None" = None) -> Pixels:
        """Some rows, or all of them, in memory: (B, C, H, W)."""
        return self._source.read(self._rows if rows is None else self._rows[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.read().astype(dtype or self.dtype, copy=False)


class MappedFile:
    """Images that lie one after the other in a file, which is mapped and not read.

    The pages of a map count as the process's own memory once they were touched, so the map is opened anew
    after every `WINDOW` bytes: what was read before stays in the system's cache, at nobody's expense. Whoever
    deletes the file meanwhile disturbs nobody.
    """

    def __init__(self, file: Path, offset: int, shape: tuple[int, int, int, int]) -> None:
        self.shape = shape
        self._offset = offset
        self._file = file.open("rb")
        self._touched = 0
        self._map: Pixels | None = None

    def read(self, rows: Rows) -> Pixels:
        images = self._window()[rows]
        self._touched += images.nbytes
        if self._touched > WINDOW:
            self._map, self._touched = None, 0
        return images

    def _window(self) -> Pixels:
        seen = self._map
        if seen is None:
            size = self._offset + int(np.prod(self.shape, dtype=np.int64))
            seen = np.frombuffer(
                mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ),
                dtype=np.uint8,
                offset=self._offset,
            ).reshape(self.shape)
            self._map = seen
        return seen

    def __del__(self) -> None:
        self._map = None
        self._file.close()
