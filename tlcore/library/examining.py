"""One look at every image of a layout, before anything is kept or trained on."""

import hashlib
import os
import random
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tlcore.errors import DataUnavailable
from tlcore.library import duplicates
from tlcore.library.layout import Layout
from tlcore.library.listing import plain
from tlcore.library.looking import compared
from tlcore.library.names import many, shown
from tlcore.library.opening import LARGE, opened, reduced
from tlcore.library.report import Report, Seen, Twins
from tlcore.library.signatures import BYTES, image_suffix, otherwise

THUMBNAILS = 12  # a domain
REDUCED = 1024  # pixels of the shorter side at which large images are looked at; those are decoded one at a time
THREADS = 4
AHEAD = 64  # files that wait for a thread

Progress = Callable[[int, int], None]  # so many images of so many; whatever it raises ends the work


@dataclass(frozen=True)
class Look:
    """What is kept of one image."""

    size: tuple[int, int]  # (width, height)
    stored: int  # bytes
    suffix: str  # of what it is by its first bytes
    colour: str  # how its pixels are kept when that is unusual: "CMYK", "16 bits", "transparency", "several frames"
    digest: bytes  # of its pixels: equal for equal images, whatever their files are
    tiny: NDArray[np.float16]  # see `looking.compared`


def examine(layout: Layout, progress: Progress | None = None, seed: int = 0) -> Report:
    """Look at every image. Raises `DataUnavailable` when none can be read.

    A few threads decode; besides half a kilobyte an image nothing stays in memory.
    """
    began = time.monotonic()
    seen: list[Seen] = []
    looks: list[Look] = []
    unreadable: list[tuple[Path, str]] = []
    rows = [(domain, name, file) for domain in layout.domains for name, file in layout.files(domain)]
    for done, ((domain, name, file), look) in enumerate(_looks(rows), 1):
        if isinstance(look, str):
            unreadable.append((file, look))
        else:
            part = layout.parts.get(file, "")
            seen.append(Seen(file, domain, name, part, look.size, look.stored, look.suffix, look.colour))
            looks.append(look)
        if progress:
            progress(done, len(rows))
    if not seen:
        file, why = unreadable[0]
        raise DataUnavailable(
            f"Of {many(len(rows), 'image')} of '{layout.name}' none can be read ('{layout.called(file)}' is {why}): "
            f"look at them with another program, and export them as JPEG or PNG."
        )
    left = layout.without(file for file, _ in unreadable)
    return Report(
        layout=left, seen=tuple(seen), unreadable=tuple(unreadable), twins=_twins(looks),
        thumbnails={domain: _chosen(left, domain, seed) for domain in left.domains}, content=_content(seen, looks),
        seconds=time.monotonic() - began,
    )  # fmt: skip


_Row = tuple[str, str, Path]


def _looks(rows: Sequence[_Row]) -> Iterator[tuple[_Row, Look | str]]:
    """Each row with its look, in order, or with what is wrong with it."""
    pool = ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1), thread_name_prefix="looking")
    try:
        waiting = iter(rows)
        ahead: deque[tuple[_Row, Future[Look | str]]] = deque()
        ahead.extend((row, pool.submit(_look, row[2])) for row in islice(waiting, AHEAD))
        while ahead:
            row, look = ahead.popleft()
            yield row, look.result()
            ahead.extend((further, pool.submit(_look, further[2])) for further in islice(waiting, 1))
    finally:
        pool.shutdown(cancel_futures=True)


_one_at_a_time = threading.Lock()


def _look(file: Path) -> Look | str:
    try:
        with file.open("rb") as stream:
            beginning = stream.read(BYTES)
            suffix = image_suffix(beginning)
            if not suffix:
                return otherwise(beginning)
            stream.seek(0)
            with opened(stream) as image:
                if image.width * image.height < LARGE:
                    return _looked(image, file, suffix)
                with _one_at_a_time:
                    return _looked(image, file, suffix)
    except UnidentifiedImageError:
        return "damaged (its header is broken)"
    except Exception as reason:  # noqa: BLE001 - a damaged image may raise anything: Pillow has many readers
        said = (str(reason).strip().splitlines() or [""])[-1].strip(" .")
        return f"damaged ({shown(said or type(reason).__name__)})"


def _looked(image: Image.Image, file: Path, suffix: str) -> Look:
    size, colour = (image.width, image.height), _colour(image)
    even = plain(reduced(image, REDUCED) if size[0] * size[1] >= LARGE else image)
    digest = hashlib.blake2b(repr((even.size, even.mode)).encode(), digest_size=16)
    digest.update(even.tobytes())
    return Look(size, file.stat().st_size, suffix, colour, digest.digest(), compared(even).astype(np.float16))


def _colour(image: Image.Image) -> str:
    if image.format != "MPO" and getattr(image, "is_animated", False):
        return "several frames"
    if image.mode.startswith("I") or image.mode == "F":
        return "more than 8 bits"
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return "transparency"
    return image.mode if image.mode not in ("1", "L", "P", "RGB") else ""


def _twins(looks: Sequence[Look]) -> Twins:
    """Groups of equal images and pairs of nearly equal ones. Of equal ones only the first is compared with others."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for place, look in enumerate(looks):
        groups[look.digest].append(place)
    first = np.array([group[0] for group in groups.values()])
    pairs, likeness = duplicates.near(np.stack([looks[place].tiny for place in first]))
    return Twins(
        equal=tuple(tuple(group) for group in groups.values() if len(group) > 1),
        nearly=tuple((int(first[a]), int(first[b]), float(like)) for (a, b), like in zip(pairs, likeness, strict=True)),
    )


def _chosen(layout: Layout, domain: str, seed: int) -> tuple[Path, ...]:
    """Some images of a domain, from as many classes as there are, by chance."""
    chance = random.Random(f"{seed} {domain}")
    classes = [chance.sample(files, min(len(files), THUMBNAILS)) for files in layout.domains[domain].values()]
    chance.shuffle(classes)
    turns = [files[turn] for turn in range(THUMBNAILS) for files in classes if turn < len(files)]
    return tuple(turns[:THUMBNAILS])


def _content(seen: Sequence[Seen], looks: Sequence[Look]) -> str:
    """A digest of all images with their domains and classes, however their files are called."""
    lines = sorted(
        f"{each.domain}\0{each.label}\0{each.part}\0".encode() + look.digest
        for each, look in zip(seen, looks, strict=True)
    )
    return hashlib.blake2b(b"\n".join(lines), digest_size=16).hexdigest()
