"""Fetching a set: what is missing is downloaded, torchvision unpacks it aside, and then it moves to its place.

    library/downloads/KEY/…    a root for torchvision: archives, `.part` files that are gone on with, what is unpacked

Whatever ends this, what has arrived stays, and the data folder never holds half of a set.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from tlcore.library import waiting
from tlcore.library.absence import places, reached
from tlcore.library.downloading import digest_of, download, no_room
from tlcore.library.places import library
from tlcore.library.sets import indexing
from tlcore.library.sets.card import SetCard
from tlcore.library.sets.finding import goal, root
from tlcore.library.sets.sources import Source, sources, unpack
from tlcore.library.turns import turn

Progress = Callable[[str, int, int], None]
"""What is being done, bytes done, and bytes altogether. It may raise, to have it stopped."""


def fetch(card: SetCard, progress: Progress = waiting.unheard) -> None:
    """Bring a set to the data folder, unless it is there. Loads torch. Raises `DataUnavailable`."""
    draft = drafts(card)
    with reached(card.title, card.files, card.megabytes):
        draft.mkdir(parents=True, exist_ok=True)
        with turn(draft.with_suffix(".lock"), lambda: progress(f"Waiting for another process with {card.title}", 0, 0)):
            if _missing(card):
                progress(f"Asking torchvision for {card.title}", 0, 0)
                found = sources(card)
                _bring(card, found, draft, progress)
                progress(f"Unpacking {card.title}", 0, 0)
                _unpacked(card, found, draft)
            shutil.rmtree(draft, ignore_errors=True)
    progress(f"Reading {card.title} for the first time", 0, 0)
    indexing.complete(card)


def arrived(card: SetCard) -> int:
    """Bytes of a download that is under way or broke off."""
    return sum(file.stat().st_size for file in drafts(card).rglob("*") if file.is_file())


def drafts(card: SetCard) -> Path:
    """Where a set lies while it arrives; EMNIST's three sets are one download."""
    return library() / "downloads" / ("emnist" if card.key.startswith("emnist-") else card.key)


def _missing(card: SetCard) -> bool:
    return any(root(card, part) is None for part in card.images)


def _bring(card: SetCard, found: Sequence[Source], draft: Path, progress: Progress) -> None:
    """Every file of a set into the draft: from the data folder if somebody put it there, else from a server."""
    done, expected = 0, int(card.megabytes * 1e6)
    _room(card, draft)
    for number, source in enumerate(found, start=1):
        file = draft / source.path
        file.parent.mkdir(parents=True, exist_ok=True)
        last = number == len(found)

        def tell(here: int, there: int, before: int = done, last: bool = last) -> None:
            # Of the files to come no length is known yet: the card says how much it is altogether.
            known = before + max(there, here)
            progress(f"Downloading {card.title}", before + here, known if last else max(known, expected))

        if not file.is_file() and not _by_hand(source, file):
            download(source.urls, file, source.md5, tell)
        done += file.stat().st_size
        progress(f"Downloading {card.title}", done, done if last else max(done, expected))


def _by_hand(source: Source, file: Path) -> bool:
    """Take a file that somebody put into the data folder, if it is the published one."""
    name = Path(source.path).name
    for place in places():
        for there in (place / source.path, place / name):
            if there.is_file() and (not source.md5 or digest_of(there, "md5") == source.md5):
                try:
                    os.link(there, file)
                except OSError:  # another disk, or one that knows no links
                    shutil.copyfile(there, file)
                return True
    return False


def _unpacked(card: SetCard, found: Sequence[Source], draft: Path) -> None:
    arrivals = {draft / source.path for source in found}
    for stale in _files(draft) - arrivals:  # of an unpacking that was cut off
        stale.unlink()
    _hollow(draft)
    unpack(card, draft)
    for source in found:
        if source.packed:
            (draft / source.path).unlink(missing_ok=True)
    _settled(draft, goal(card))


def _settled(draft: Path, place: Path) -> None:
    """Move what is in one folder into another, where some of it may be already."""
    for entry in list(draft.iterdir()):
        there = place / entry.name
        if entry.is_dir() and there.is_dir():
            _settled(entry, there)
        else:
            place.mkdir(parents=True, exist_ok=True)
            entry.replace(there)


def _files(folder: Path) -> set[Path]:
    return {file for file in folder.rglob("*") if not file.is_dir()}


def _hollow(folder: Path) -> None:
    """Remove empty folders: torchvision takes some of them for a set."""
    for entry in list(folder.iterdir()):
        if entry.is_dir():
            _hollow(entry)
            if not any(entry.iterdir()):
                entry.rmdir()


def _room(card: SetCard, draft: Path) -> None:
    """Raises `DataUnavailable` when a set would not fit on the disk, packed and unpacked beside each other."""
    left = max(0.0, card.megabytes * 1e6 - arrived(card))
    unpacked = card.on_disk * 1e6 if card.on_disk != card.megabytes else 0.0
    free = shutil.disk_usage(draft).free
    if left + unpacked > free:
        raise no_room(draft, left + unpacked, free)
