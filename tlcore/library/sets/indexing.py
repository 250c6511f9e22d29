"""What torchvision read once, kept in a form that every process reads at once and without torch.

    library/sets/KEY-PART-STAMP/labels.npy     the label of every image
    library/sets/KEY-PART-STAMP/images.npy     the images themselves, of sets that come as arrays; mapped, never loaded
    library/sets/KEY-PART-STAMP/index.json     their paths, of sets that come as files

The stamp is of the files that were read, so that others in their place are read anew.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlcore.errors import DataUnavailable
from tlcore.library import waiting
from tlcore.library.drawn import DrawnListing
from tlcore.library.listing import FileListing, Listing
from tlcore.library.places import library
from tlcore.library.sets.card import SetCard
from tlcore.library.sets.finding import root as find
from tlcore.library.sets.finding import wanted
from tlcore.library.sets.reading import Arrays, Files, Stored, read

VERSION = 1  # of what stands in these files
_SAYS = 2  # the exit code of a process that ends with a sentence


class StoredListing(Listing):
    """Images (N, H, W, 3) in a file of HDF5, read one by one."""

    def __init__(
        self, name: str, classes: tuple[str, ...], file: str, labels: NDArray[np.int64], fingerprint: str
    ) -> None:
        self.name, self.classes, self.labels = name, classes, labels
        self._file, self._fingerprint = file, fingerprint

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def opened(self, row: int) -> Image.Image:
        return Image.fromarray(self._images[row])

    @cached_property
    def _images(self) -> Any:
        import h5py

        return h5py.File(self._file)["x"]


def listing(card: SetCard, part: str, root: Path) -> Listing:
    """One part of a set that lies under `root`. Raises `DataUnavailable` for files that cannot be read."""
    stamp = _stamp(card, part, root)
    folder = _shelf() / f"{card.key}-{part}-{stamp}"
    if not (folder / "index.json").is_file():
        _make(card, part, root, folder)
    told = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    name = f"{card.title}, {part}"
    if "held" in told:
        return FileListing(name, {each: [root / path for path in held] for each, held in told["held"].items()})
    labels: NDArray[np.int64] = np.load(folder / "labels.npy")
    if "file" in told:
        return StoredListing(name, card.classes, told["file"], labels, stamp)
    return DrawnListing(name, card.classes, np.load(folder / "images.npy", mmap_mode="r"), labels, stamp)


def ready(card: SetCard, part: str, root: Path) -> bool:
    """Whether `listing` would answer at once."""
    return (_shelf() / f"{card.key}-{part}-{_stamp(card, part, root)}" / "index.json").is_file()


def write(card: SetCard, part: str, root: Path) -> None:
    """Read one part through torchvision, and keep what it says. Loads torch."""
    folder = _shelf() / f"{card.key}-{part}-{_stamp(card, part, root)}"
    found = read(card, part, root)
    with _draft(folder) as draft:
        if isinstance(found, Files):
            # Relative, so that a data folder may move, and short.
            held = {name: [str(Path(path).relative_to(root)) for path in some] for name, some in found.held.items()}
            told: dict[str, Any] = {"held": held}
        else:
            np.save(draft / "labels.npy", found.labels)
            told = {"file": found.file} if isinstance(found, Stored) else {}
            if isinstance(found, Arrays):
                np.save(draft / "images.npy", found.images)
        (draft / "index.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _make(card: SetCard, part: str, root: Path, folder: Path) -> None:
    """Have it written: here if torch is loaded anyway, else by another process, so that the page never loads it."""
    waiting.tell(f"Reading {card.title} for the first time", 0, 1)
    if "torch" in sys.modules:
        write(card, part, root)
    else:
        asked = [sys.executable, "-m", "tlcore.library.sets.indexing", card.key]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        if answer.returncode == _SAYS:
            raise DataUnavailable(answer.stderr.strip().splitlines()[-1])
        if answer.returncode or not (folder / "index.json").is_file():
            raise RuntimeError(f"{card.title} could not be indexed:\n{answer.stderr}")
    waiting.tell(f"Reading {card.title} for the first time", 1, 1)


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder that gets its name when it is whole; older ones of the same part go."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=folder.parent, prefix=".draft-"))
    try:
        yield draft
        start = folder.name.rpartition("-")[0]
        for stale in folder.parent.glob(f"{start}-*"):
            shutil.rmtree(stale, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _shelf() -> Path:
    return library() / "sets"


def _stamp(card: SetCard, part: str, root: Path) -> str:
    """Digits that change with the files that are read; of a folder, only where it is counts."""
    digest = hashlib.blake2b(f"{VERSION} {card.key} {part} {root.resolve()}".encode(), digest_size=8)
    for name in wanted(card.key, part):
        state = (root / name).stat()
        digest.update(f"{name} {state.st_size} {state.st_mtime_ns}".encode() if (root / name).is_file() else b"/")
    return digest.hexdigest()


def complete(card: SetCard) -> None:
    """Write the index of every part that is here and has none. Loads torch."""
    for part in card.images:
        place = find(card, part)
        if place is not None and not ready(card, part, place):
            write(card, part, place)


def main(key: str) -> int:
    """Complete the index of a set. Exit code 2 and one sentence for whatever is wrong with its files."""
    from tlcore.errors import TransferError
    from tlcore.library import sets

    try:
        complete(sets.card(key))
    except TransferError as error:
        sys.stderr.write(f"{error}\n")
        return _SAYS
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
