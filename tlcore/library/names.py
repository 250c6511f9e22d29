"""Names that strangers gave to folders and files: shown without tricks, and never used as names on this disk."""

import re
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache

LONGEST = 80  # characters of a name that are shown
_JOINERS = "\u200c\u200d"  # Persian and emoji need them; all other invisible characters only deceive
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")  # Windows opens a device under these names
_JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "__pycache__", "lost+found"})


@lru_cache(1 << 14)
def shown(name: str) -> str:
    """A name fit for a sentence: composed (NFC), on one line, nothing invisible, no longer than `LONGEST`.

    Characters that turn the direction of writing or the colour of a terminal are left out; bytes that
    are no text become "�".
    """
    composed = unicodedata.normalize("NFC", name)
    legible = " ".join("".join(map(_legible, composed)).split())
    return (legible if len(legible) <= LONGEST else legible[: LONGEST - 1] + "…") or "(no name)"


@lru_cache(1 << 14)
def same(name: str) -> str:
    """The key by which two names are one: "Café" is "CAFÉ", however its accent was typed."""
    legible = " ".join("".join(map(_legible, unicodedata.normalize("NFC", name))).split())
    return unicodedata.normalize("NFC", legible.casefold())


def slug(name: str, taken: Container[str] = (), otherwise: str = "unnamed") -> str:
    """A name of small letters, digits and hyphens that every file system takes, and that is not taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or otherwise
    if _RESERVED.fullmatch(short):
        short += "-"
    number, free = 1, short
    while free in taken:
        number += 1
        free = f"{short}-{number}"
    return free


def hidden(name: str) -> bool:
    """Whether a file or folder is only there because of somebody's operating system."""
    return name.startswith(".") or name.lower() in _JUNK or name.lower().startswith("icon\r")


def in_order(some: Iterable[str]) -> list[str]:
    """Sorted as people count: "class 2" before "class 10"."""
    return sorted(some, key=lambda name: ([_counted(each) for each in re.split(r"([0-9]+)", name.casefold())], name))


def many(number: int, one: str) -> str:
    """So many of something: "1 image", "1,200 images"."""
    return f"{number:,} {one}" + ("" if number == 1 else "s")


def _counted(piece: str) -> tuple[int, str]:
    return (int(piece[:18]), piece) if piece[:1].isdecimal() and piece.isascii() else (0, piece)


def _legible(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cs":  # half of a character: a byte that was no text
        return "�"
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return character if kind != "Cf" or character in _JOINERS else ""
