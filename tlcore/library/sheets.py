"""Contact sheets: many small pictures in one file, so that a gallery costs a page one request and no work."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlcore.library.listing import Listing
from tlcore.library.looking import squared

SAMPLES, FEWEST, EACH = 2400, 4, 48  # thumbnails in all, and of one class at least and at most
THUMB, COLUMNS = 96, 12  # pixels of a thumbnail, thumbnails in a row of a sheet

Rows = Sequence[int]


def sampled(labels: NDArray[np.int64], classes: int, seed: int) -> list[int]:
    """The rows that a gallery shows, class by class: of each the same number, in an order of chance."""
    each = min(EACH, max(FEWEST, SAMPLES // max(1, classes)))
    random = np.random.default_rng([seed, 2])
    some = [random.permutation(np.flatnonzero(labels == label))[:each].tolist() for label in range(classes)]
    return [row for rows in some for row in rows]


def thumbs(listing: Listing, rows: Rows, side: int) -> list[Image.Image]:
    near = side if side == THUMB else 0  # of tiny images every pixel counts
    return [squared(listing.read(int(row), near=near), side) for row in rows]


def strip(images: Sequence[Image.Image], columns: int) -> Image.Image:
    """Equal images side by side, `columns` in a row."""
    side, lines = images[0].width, -(-len(images) // columns)
    sheet = Image.new("RGB", (side * min(columns, len(images)), side * lines))
    for place, image in enumerate(images):
        sheet.paste(image, (place % columns * side, place // columns * side))
    return sheet


def stored(sheet: Image.Image, folder: Path, name: str, exact: bool) -> str:
    """Write a sheet, exactly where blocks should stay blocks, and small otherwise; returns the file's name."""
    if exact:
        sheet.save(folder / f"{name}.png", optimize=True)
        return f"{name}.png"
    sheet.save(folder / f"{name}.jpg", quality=85)
    return f"{name}.jpg"


def sheets(listing: Listing, rows: Rows, side: int, folder: Path, progress: Callable[[int], None]) -> list[str]:
    """All rows on sheets of `EACH`; returns the files' names."""
    files: list[str] = []
    for start in range(0, len(rows), EACH):
        some = rows[start : start + EACH]
        sheet = strip(thumbs(listing, some, side), COLUMNS)
        files.append(stored(sheet, folder, f"sheet-{len(files)}", exact=side < THUMB))
        progress(start + len(some))
    return files
