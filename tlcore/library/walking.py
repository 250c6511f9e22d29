"""Image files below a folder."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tlcore.errors import DataUnavailable
from tlcore.library.names import hidden, shown
from tlcore.library.tree import Steps, Stood

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff"}
    | {".ppm", ".pgm", ".pbm", ".pnm"}
)  # fmt: skip
MOST_FILES = 1_000_000  # of a folder: somebody named the whole disk


def walked(folder: Path, others: Counter[str], most: int = MOST_FILES) -> Iterator[Stood]:
    """Every image file below a folder; links are followed, but no folder is entered twice."""
    waiting: list[tuple[Steps, Path]] = [((), folder)]
    entered, files = set[str](), 0
    while waiting:
        steps, at = waiting.pop()
        real = os.path.realpath(at)
        if real in entered:
            continue
        entered.add(real)
        for entry in _listed(at):
            if hidden(entry.name):
                continue
            if entry.is_dir():
                waiting.append(((*steps, entry.name), Path(entry.path)))
                continue
            files += 1
            if files > most:
                raise DataUnavailable(
                    f"'{shown(str(folder))}' holds more than {most:,} files: name a folder of images."
                )
            suffix = Path(entry.name).suffix.lower()
            if suffix in SUFFIXES and entry.is_file():  # a pipe of that name would be read for ever
                yield (*steps, entry.name), Path(entry.path)
            else:
                others[suffix] += 1


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as reason:
        raise DataUnavailable(f"The folder '{shown(str(folder))}' cannot be read ({reason.strerror}).") from None
