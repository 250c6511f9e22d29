"""One look at every image of a domain: what is counted, averaged and compared, collected in one pass."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from os import cpu_count
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tlcore.errors import DataUnavailable
from tlcore.library.listing import Listing

SIDE = 64  # pixels to which an image is brought before its values are averaged
TINY = 16  # pixels of the grey version by which images are compared
BINS = 32  # of a histogram of pixel values, 0 to 255
GLYPH = 48  # an image whose sides are no longer is drawn in blocks, and never blurred
THREADS, AHEAD = 4, 16

Rows = NDArray[np.int64]
Progress = Callable[[int, int], None]  # so many of so many


@dataclass(frozen=True)
class Look:
    """What is kept of one image."""

    size: tuple[int, int]  # (width, height)
    grey: bool
    small: NDArray[np.uint8]  # (SIDE, SIDE, 3)
    tiny: NDArray[np.float32]  # (TINY²,), of mean 0 and length 1; all 0 for an even image
    digest: str  # of its pixels: equal for equal images, whatever their files are called

    def without_pixels(self) -> Self:
        """The same without what has been added up already: a summary keeps a look at every image."""
        return replace(self, small=self.small[:0])


def looks(listing: Listing, rows: Rows, progress: Progress) -> Iterator[tuple[int, Look | None]]:
    """Each row with its look, in order; None for a file that cannot be read.

    A few threads decode, and no more than a handful of images is in memory at any time.
    """
    with ThreadPoolExecutor(min(THREADS, cpu_count() or 1)) as pool:
        waiting = iter(rows.tolist())
        ahead = deque((row, pool.submit(_look, listing, row)) for row in islice(waiting, AHEAD))
        for done in range(1, len(rows) + 1):
            row, look = ahead.popleft()
            ahead.extend((further, pool.submit(_look, listing, further)) for further in islice(waiting, 1))
            yield row, look.result()
            progress(done, len(rows))


def squared(image: Image.Image, side: int) -> Image.Image:
    """The middle square of an image, `side` pixels wide; a tiny one keeps its pixels as blocks."""
    how = Image.Resampling.NEAREST if max(image.size) <= GLYPH else Image.Resampling.BICUBIC
    return ImageOps.fit(image.convert("RGB"), (side, side), how)


def compared(image: Image.Image) -> NDArray[np.float32]:
    """The grey version by which images are compared: (TINY²,), mean 0, length 1."""
    values = np.asarray(image.convert("L").resize((TINY, TINY), Image.Resampling.BOX), dtype=np.float32).ravel()
    values = values - values.mean()
    length = float(np.linalg.norm(values))
    return values / length if length > TINY else np.zeros_like(values)  # less than one grey level: an even image


def _look(listing: Listing, row: int) -> Look | None:
    try:
        image = listing.read(row)
    except DataUnavailable:
        return None
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
    digest = hashlib.blake2b(image.tobytes(), digest_size=12)
    digest.update(repr((image.size, image.mode)).encode())
    grey = image.mode == "L" or bool((small[..., :1] == small[..., 1:]).all())
    return Look(image.size, grey, small, compared(image), digest.hexdigest())


class Means:
    """Sums over the images of a domain, from which its averages come."""

    def __init__(self, classes: int) -> None:
        self.images = np.zeros(classes, dtype=np.int64)
        self._pixels = np.zeros((classes, SIDE, SIDE, 3), dtype=np.float32)
        self._squares = np.zeros(3)
        self._histogram = np.zeros((3, BINS), dtype=np.int64)

    def add(self, small: NDArray[np.uint8], label: int) -> None:
        self.images[label] += 1
        self._pixels[label] += small
        self._squares += np.square(small, dtype=np.float64).mean(axis=(0, 1))
        for channel in range(3):
            self._histogram[channel] += np.bincount(small[..., channel].ravel() // (256 // BINS), minlength=BINS)

    def told(self) -> dict[str, Any]:
        """Mean and standard deviation of each channel as shares of 255, and its histogram as shares of all pixels."""
        count = max(1, int(self.images.sum()))
        mean = self._pixels.sum(axis=(0, 1, 2), dtype=np.float64) / (count * SIDE * SIDE)
        spread = np.sqrt(np.maximum(self._squares / count - mean**2, 0))
        shares = self._histogram / max(1, self._histogram[0].sum())
        return {
            "mean": [round(float(value) / 255, 4) for value in mean],
            "std": [round(float(value) / 255, 4) for value in spread],
            "histogram": [[round(float(value), 5) for value in channel] for channel in shares],
        }

    def pictures(self) -> list[Image.Image]:
        """The average image of all, then of each class; an even grey where there is none."""
        every = [self._pixels.sum(axis=0, dtype=np.float64) / max(1, self.images.sum())]
        for pixels, many in zip(self._pixels, self.images.tolist(), strict=True):
            every.append(pixels / many if many else np.full(pixels.shape, 128.0))
        return [Image.fromarray(np.rint(pixels).astype(np.uint8)) for pixels in every]
