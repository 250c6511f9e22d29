"""What a domain is like, worked out once and kept: a page that shows it opens files and reckons nothing.

A summary is a folder below `library/summaries` in the data folder, named by the fingerprint of what it is about:

    summary.json       counts, sizes, pixel statistics, duplicates, and which row stands where on the sheets
    means.png          the average image of all, then of each class, side by side
    sheet-0.jpg …      a seeded sample of every class (PNG for tiny images)
    twins.jpg          duplicates, two by two
    looks.npz          the small grey versions by which images are compared, for pairs of domains
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tlcore.errors import DataUnavailable
from tlcore.library import duplicates, likeness
from tlcore.library.listing import Listing
from tlcore.library.looking import GLYPH, Look, Means, Progress, Rows, looks
from tlcore.library.places import library
from tlcore.library.sheets import COLUMNS, EACH, THUMB, sampled, sheets, stored, strip, thumbs

VERSION = 1  # of what is written; another one is worked out anew
MOST = 10_000  # images that are looked at; of more, as many from every class as are its share
AVERAGED = 100  # classes that get an average of their own
TWINS = 12  # duplicates that are shown
FILE = "summary.json"


@dataclass(frozen=True)
class Summary:
    """A summary as it lies on disk."""

    folder: Path
    told: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The summary in a folder; None where there is none that is whole and of this version."""
        try:
            told = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return cls(folder, told) if isinstance(told, dict) and told.get("version") == VERSION else None

    @property
    def key(self) -> str:
        return self.folder.name

    def looked(self) -> tuple[Rows, NDArray[np.float32], list[str]]:
        """Rows, small grey versions (N, TINY²) and digests of all images that could be read."""
        with np.load(self.folder / "looks.npz") as kept:
            return kept["rows"], kept["tiny"].astype(np.float32), [each.decode() for each in kept["digests"]]


def shelf() -> Path:
    """Where summaries are kept."""
    return library() / "summaries"


def entries() -> list[Path]:
    """The folders of all summaries."""
    return sorted(each for each in shelf().glob("*") if not each.name.startswith(".")) if shelf().is_dir() else []


def clean() -> None:
    """Remove all of them; what is asked for again is worked out again."""
    for folder in entries():
        shutil.rmtree(folder, ignore_errors=True)


def key(*about: str) -> str:
    """The name of the summary of what has these fingerprints."""
    said = "\0".join([*about, str(MOST), str(VERSION)])
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def find(fingerprint: str) -> Summary | None:
    """The summary that was worked out earlier, or None; opens one small file."""
    return Summary.read(shelf() / key(fingerprint))


def summarise(listing: Listing, progress: Progress = lambda *_: None, seed: int = 0) -> Summary:
    """Work it out, unless that was done before. Raises `DataUnavailable` when no image can be read."""
    place = shelf() / key(listing.fingerprint)
    known = Summary.read(place)
    if known is not None:
        return known
    with drafted(place) as draft:
        _write(listing, draft, progress, seed)
    return written(place)


def written(place: Path) -> Summary:
    """A summary that was written a moment ago. Raises `DataUnavailable` if somebody has removed it since."""
    summary = Summary.read(place)
    if summary is None:
        raise DataUnavailable(f"The summary '{place}' was removed while it was written: ask for it again.")
    return summary


@contextmanager
def drafted(place: Path) -> Iterator[Path]:
    """A folder that becomes `place` when all went well, and leaves nothing behind otherwise."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place.parent, prefix=".draft-", ignore_cleanup_errors=True) as draft:
        folder = Path(draft) / "whole"
        folder.mkdir()
        yield folder
        if place.exists():  # of an older version, or another process was quicker
            shutil.rmtree(place, ignore_errors=True)
        folder.rename(place)


def _write(listing: Listing, folder: Path, progress: Progress, seed: int) -> None:
    rows = chosen(listing.labels, MOST, seed)
    samples = sampled(listing.labels, len(listing.classes), seed)
    whole = len(rows) + len(samples)
    means, seen = Means(len(listing.classes)), dict[int, Look]()
    for row, look in looks(listing, rows, lambda done, _: progress(done, whole)):
        if look is not None:
            means.add(look.small, int(listing.labels[row]))
            seen[row] = look.without_pixels()
    if not seen:
        raise DataUnavailable(f"None of the {len(rows)} images of {listing.name} can be read: look at what lies there.")
    lost = sorted(set(rows.tolist()) - set(seen))
    samples = [row for row in samples if row not in set(lost)]
    longest = max(max(look.size) for look in seen.values())
    side = longest if longest <= GLYPH else THUMB
    files = sheets(listing, samples, side, folder, lambda done: progress(len(rows) + done, whole))
    strip(means.pictures()[: AVERAGED + 1], AVERAGED + 1).save(folder / "means.png", optimize=True)
    told = {
        "version": VERSION, "name": listing.name, "classes": list(listing.classes), "images": len(listing),
        "counts": np.bincount(listing.labels, minlength=len(listing.classes)).tolist(),
        "looked": len(rows), "unreadable": [listing.told(row) for row in lost],
        "sizes": _sizes([look.size for look in seen.values()]), "grey": all(look.grey for look in seen.values()),
        "pixels": means.told(), "samples": [[row, int(listing.labels[row])] for row in samples],
        "sheet": {"side": side, "columns": COLUMNS, "each": EACH, "files": files, "blocks": side < THUMB},
        "twins": _twins(listing, seen, folder, side),
    }  # fmt: skip
    (folder / FILE).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def chosen(labels: NDArray[np.int64], most: int, seed: int) -> Rows:
    """All rows, or `most` of them with every class in its share; in order."""
    if len(labels) <= most:
        return np.arange(len(labels))
    random = np.random.default_rng([seed, 1])
    order = np.concatenate([random.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)])
    return np.sort(order[np.linspace(0, len(order) - 1, most).astype(np.int64)])


def _twins(listing: Listing, seen: Mapping[int, Look], folder: Path, side: int) -> dict[str, Any]:
    """Duplicates among the images, exact and nearly so, with the first of them on a sheet."""
    rows, digests = list(seen), [look.digest for look in seen.values()]
    tiny = np.stack([look.tiny for look in seen.values()])
    np.savez(folder / "looks.npz", rows=rows, tiny=tiny.astype(np.float16), digests=np.array(digests, "S24"))
    groups, near = likeness.equal(digests), _nearly(tiny, digests)
    pairs = [*((group[0], group[1], 1.0) for group in groups[:TWINS]), *near]
    shown = [(rows[first], rows[second], alike) for first, second, alike in pairs[:TWINS]]
    return {
        "equal": sum(len(group) - 1 for group in groups), "nearly": len(near),
        "shown": [side_by_side(listing, a, listing, b, alike) for a, b, alike in shown],
        "file": paired(listing, listing, shown, folder, "twins", side),
    }  # fmt: skip


def _nearly(tiny: NDArray[np.float32], digests: Sequence[str]) -> list[tuple[int, int, float]]:
    """Pairs of places that are nearly the same, the nearest first; of equal images only the first is compared."""
    first = np.array(list({digest: place for place, digest in reversed([*enumerate(digests)])}.values()))
    pairs, alike = duplicates.near(tiny[first])
    return [(int(first[a]), int(first[b]), float(like)) for (a, b), like in zip(pairs, alike, strict=True)]


def side_by_side(first: Listing, a: int, second: Listing, b: int, alike: float) -> dict[str, Any]:
    """What is said of two images that look alike."""
    names = [first.told(a), second.told(b)]
    labels = [first.classes[first.labels[a]], second.classes[second.labels[b]]]
    return {"names": names, "classes": labels, "alike": round(alike, 4)}


def paired(
    first: Listing, second: Listing, pairs: Sequence[tuple[int, int, float]], folder: Path, name: str, side: int
) -> str:
    """One sheet of pairs, each under the other; returns its file's name, or nothing where there are none."""
    if not pairs:
        return ""
    above = thumbs(first, [a for a, _, _ in pairs], side)
    below = thumbs(second, [b for _, b, _ in pairs], side)
    return stored(strip([*above, *below], len(pairs)), folder, name, exact=side < THUMB)


def _sizes(sizes: Sequence[tuple[int, int]]) -> dict[str, Any]:
    by_area = sorted(sizes, key=lambda size: size[0] * size[1])
    middle = by_area[len(by_area) // 2]
    return {"smallest": by_area[0], "median": middle, "largest": by_area[-1], "kinds": len(set(sizes))}
