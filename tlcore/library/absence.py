"""What to say about data that is missing, out of reach or damaged."""

import socket
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from os import environ
from pathlib import Path
from urllib.error import HTTPError

from tlcore.errors import DataUnavailable
from tlcore.library.places import home, library

_WRONG = (OSError, RuntimeError, EOFError, HTTPException, tarfile.TarError, zipfile.BadZipFile, zlib.error)

PATIENCE = 20.0  # seconds without an answer after which a server counts as out of reach


def places() -> list[Path]:
    """The data folder and every folder directly in it; and one's own, where the data folder cannot be written.

    Raises `DataUnavailable`.
    """
    top = home()
    if environ.get("TLCORE_DATA") and not top.is_dir():
        raise DataUnavailable(
            f"TLCORE_DATA names '{top}', which is not a folder: create it, or let TLCORE_DATA name the folder with "
            f"the data sets."
        )
    try:
        return [place for each in dict.fromkeys((top, library().parent)) for place in _with_folders(each)]
    except OSError as reason:
        raise DataUnavailable(f"The data folder '{top}' cannot be read ({in_short(reason)}).") from None


def _with_folders(top: Path) -> list[Path]:
    return [top, *sorted(each for each in top.iterdir() if each.is_dir())] if top.is_dir() else [top]


def missing(name: str, files: str, megabytes: float, reason: BaseException | None = None) -> DataUnavailable:
    """What to say when a data set is neither here nor to be had."""
    tried = f", and it could not be downloaded ({in_short(reason)})" if reason else ""
    return DataUnavailable(
        f"{name} is not in '{home()}' or a folder directly in it{tried}: connect to the internet and run again "
        f"({megabytes:g} MB), or copy {files} there, or let TLCORE_DATA name the folder where it lies, "
        f"or choose a scenario that needs no download."
    )


def corrupt(file: Path, what: str) -> DataUnavailable:
    """What to say about a file that is there and cannot be right."""
    return DataUnavailable(
        f"'{file}' is corrupt ({what}): delete it and run again with a connection to the internet, "
        f"or copy an intact file to its place."
    )


@contextmanager
def reached(name: str, files: str, megabytes: float) -> Iterator[None]:
    """Turns whatever goes wrong in a download into one sentence, and waits for no server for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    except DataUnavailable:
        raise
    except _WRONG as reason:
        if isinstance(reason, HTTPError):
            reason.close()  # it is the server's answer as well, and holds the line
        raise missing(name, files, megabytes, reason) from reason
    finally:
        socket.setdefaulttimeout(before)


def in_short(reason: BaseException) -> str:
    """The last line of an exception, fit for brackets."""
    lines = [line for line in str(reason).splitlines() if line.strip()]
    return lines[-1].strip(" .<>") if lines else type(reason).__name__
