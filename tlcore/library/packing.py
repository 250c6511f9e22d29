"""Decoding many images at once: to squares of one size, by a few threads.

Pillow lets other threads run while it decodes and resizes, so threads use all cores; processes were measured no
quicker (benchmarks/results/decoding.md) and cost memory, start-up and a way to hand pixels over.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

import numpy as np
from PIL import Image

from tlcore.errors import DataUnavailable
from tlcore.library.images import Pixels
from tlcore.library.listing import Listing

THREADS = min(16, 2 * (os.cpu_count() or 1))  # more than cores: one waits for the disk while another decodes
TOGETHER = 16  # images a thread takes at a time
AHEAD = 4  # such portions that lie ready for each thread

LeftOut = tuple[int, str]
"""A row that could not be read, and the sentence about it."""


def square(image: Image.Image, side: int) -> Pixels:
    """The middle square of an image, (3, side, side): its shorter side becomes `side`, smoothed where it shrinks."""
    edge = min(image.size)
    left, top = (image.width - edge) / 2, (image.height - edge) / 2
    box = (left, top, left + edge, top + edge)
    small = image.convert("RGB").resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=3.0)
    return np.ascontiguousarray(np.asarray(small).transpose(2, 0, 1))


def decoded(
    listing: Listing, side: int, write: Callable[[int, Pixels], None], told: Callable[[int], None]
) -> list[LeftOut]:
    """Every image of a listing as a square, given to `write` with its row by one of several threads.

    `told` is called in this thread with the number of images done; what it raises stops the work. So does what
    `write` raises. Returns what was left out because it is no image.
    """
    bad: list[LeftOut] = []

    def portion(rows: range) -> int:
        for row in rows:
            try:
                pixels = square(listing.read(row, side), side)
            except DataUnavailable as reason:
                bad.append((row, str(reason)))
            else:
                write(row, pixels)
        return len(rows)

    with ThreadPoolExecutor(THREADS, thread_name_prefix="decoding") as pool:
        portions = (range(start, min(start + TOGETHER, len(listing))) for start in range(0, len(listing), TOGETHER))
        try:
            for done in _finished(pool, portion, portions):
                told(done)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return sorted(bad)


def _finished(pool: ThreadPoolExecutor, portion: Callable[[range], int], portions: Iterator[range]) -> Iterator[int]:
    """How many images are done, each time some more are; what a portion raises is raised here."""
    open_: set[Future[int]] = set()
    done = 0
    while True:
        for rows in islice(portions, THREADS * AHEAD - len(open_)):
            open_.add(pool.submit(portion, rows))
        if not open_:
            return
        ready, open_ = wait(open_, return_when=FIRST_COMPLETED)
        done += sum(each.result() for each in ready)
        yield done
