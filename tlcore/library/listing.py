"""One part of a domain as it lies on disk: which images there are, of what class, and how to read one."""

import errno
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tlcore.errors import DataUnavailable
from tlcore.library.opening import LARGE, MOST_PIXELS, opened, reduced

_OF_THE_MACHINE = (errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # and not of the image
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")


class Listing(ABC):
    """Images with their labels, none of them in memory.

    `labels` is (N,) int64, numbers into `classes`. Reading one row is safe from several threads at once.
    """

    name: str
    classes: tuple[str, ...]
    labels: NDArray[np.int64]
    twins: NDArray[np.int64] | None = None  # (N,): a number for rows that show the very same image, -1 for all others

    def __len__(self) -> int:
        return len(self.labels)

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Hexadecimal digits that change whenever an image, a class or the order does."""

    @abstractmethod
    def opened(self, row: int) -> Image.Image:
        """The image of a row as Pillow opens it; whoever asks closes it. Raises `OSError` and the like."""

    def told(self, row: int) -> str:
        """What a row is called when it has to be spoken of."""
        return f"image {row + 1} of {self.name}"

    def read(self, row: int, near: int = 0) -> Image.Image:
        """The image of a row, upright, in memory: mode "L" or "RGB".

        A JPEG is decoded no larger than twice `near` at its shorter side, if that is given: several times
        quicker for photographs, and no different to the eye. Raises `DataUnavailable` for what is no image,
        and `OSError` or `MemoryError` where the machine fails.
        """
        try:
            with self.opened(row) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(f"{image.width:,} × {image.height:,} pixels are more than {MOST_PIXELS:,}")
                if near:
                    image.draft(None, (2 * near, 2 * near))
                if near and image.width * image.height >= LARGE:
                    return plain(reduced(image, 4 * near))
                return plain(image)
        except MemoryError:
            raise
        except Exception as reason:
            if isinstance(reason, OSError) and reason.errno in _OF_THE_MACHINE:
                raise
            said = str(reason).strip().splitlines() or [type(reason).__name__]
            raise DataUnavailable(f"{self.told(row)} cannot be read as an image ({said[-1][:160]}).") from None

    def at(self, rows: NDArray[np.int64] | slice) -> "Listing":
        """Some of its rows, in that order."""
        return Part(self, np.arange(len(self))[rows])


class FileListing(Listing):
    """Image files, in the order of the classes and, within each, of their names."""

    def __init__(
        self, name: str, files: Mapping[str, Iterable[Path]], groups: Mapping[Path, int] | None = None
    ) -> None:
        """`groups` numbers files that show the very same image."""
        self.name = name
        self.classes = tuple(files)
        held = [sorted(map(str, some)) for some in files.values()]
        self.labels = np.repeat(np.arange(len(held), dtype=np.int64), list(map(len, held)))
        self._files: Sequence[str] = [file for some in held for file in some]
        if groups:
            known = {str(file): number for file, number in groups.items()}
            self.twins = np.array([known.get(file, -1) for file in self._files], dtype=np.int64)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of names, sizes, times of change and labels, not of the contents: a folder may move.

        Raises `DataUnavailable` when a file has gone.
        """
        digest = hashlib.blake2b(repr(self.classes).encode(), digest_size=16)
        for file, label in zip(self._files, self.labels.tolist(), strict=True):
            try:
                now = Path(file).stat()
            except OSError as reason:
                raise DataUnavailable(
                    f"'{file}' of {self.name} is gone ({reason.strerror}): put it back, or import the folder again."
                ) from None
            said = f"{Path(file).name}\0{label}\0{now.st_size}\0{now.st_mtime_ns}\n"
            digest.update(said.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def opened(self, row: int) -> Image.Image:
        return opened(self._files[row])

    def told(self, row: int) -> str:
        return f"'{self._files[row]}'"


class Part(Listing):
    """Some rows of another listing. What is `apart` is worth a place of its own in the cache, if it is few of many."""

    def __init__(self, whole: Listing, rows: NDArray[np.int64], *, apart: bool = False) -> None:
        self.whole, self.rows, self.apart = whole, rows, apart
        self.name, self.classes, self.labels = whole.name, whole.classes, whole.labels[rows]
        self.twins = None if whole.twins is None else whole.twins[rows]

    @cached_property
    def fingerprint(self) -> str:
        rows = np.ascontiguousarray(self.rows, dtype="<i8").tobytes()
        return hashlib.blake2b(self.whole.fingerprint.encode() + rows, digest_size=16).hexdigest()

    def opened(self, row: int) -> Image.Image:
        return self.whole.opened(int(self.rows[row]))

    def told(self, row: int) -> str:
        return self.whole.told(int(self.rows[row]))


class Joined(Listing):
    """Several listings of the same classes, one after the other."""

    def __init__(self, name: str, parts: Sequence[Listing]) -> None:
        self.name, self.classes, self._parts = name, parts[0].classes, parts
        self.labels = np.concatenate([each.labels for each in parts])
        self._ends = np.cumsum([len(each) for each in parts])

    @cached_property
    def fingerprint(self) -> str:
        said = " ".join(each.fingerprint for each in self._parts)
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()

    def opened(self, row: int) -> Image.Image:
        part, inside = self._place(row)
        return part.opened(inside)

    def told(self, row: int) -> str:
        part, inside = self._place(row)
        return part.told(inside)

    def _place(self, row: int) -> tuple[Listing, int]:
        number = int(np.searchsorted(self._ends, row, side="right"))
        return self._parts[number], row - int(self._ends[number]) + len(self._parts[number])


def plain(image: Image.Image) -> Image.Image:
    """Any image as eight bits of grey ("L") or colour ("RGB"): turned upright, opaque, its first frame.

    What is transparent lies on white paper; 16 bits keep their upper eight. Turned by its EXIF orientation.
    """
    with suppress(Exception):  # a damaged EXIF block is no reason to lose an image: it stays as it lies
        image = ImageOps.exif_transpose(image)
    if image.mode in _SIXTEEN_BITS:
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        return Image.fromarray(_eight_bits(np.asarray(image)))
    if image.mode in ("1", "L"):
        return image.convert("L")
    if "A" in image.mode or "a" in image.mode or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return image.convert("RGB")


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Wider numbers as bytes: shares of 1, bytes already, or 16 bits, whichever they look like."""
    numbers = np.nan_to_num(values.astype(np.float32))
    top = float(numbers.max(initial=0.0))
    scale = 255.0 if values.dtype.kind == "f" and top <= 1 else 1.0 if top <= 255 else 1 / 257
    eight: NDArray[np.uint8] = np.clip(np.rint(numbers * scale), 0, 255).astype(np.uint8)
    return eight
