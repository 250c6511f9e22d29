"""Where real data lies, how it gets there, and what to say when it does not."""

import hashlib
import shutil
import socket
import tarfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError

from tlcore.errors import DataUnavailable
from tlcore.library.places import home

PATIENCE = 20.0  # seconds without an answer after which a server counts as out of reach
CHUNK = 1 << 16


@dataclass(frozen=True)
class Archive:
    """A .tgz on a server, and what it must be like."""

    name: str  # of the data set, which is also the folder its images go to
    url: str
    sha256: str
    inside: str  # the folder in the archive whose files are wanted
    megabytes: float


def places() -> list[Path]:
    """The data folder and every folder directly in it."""
    top = home()
    if environ.get("TLCORE_DATA") and not top.is_dir():
        raise DataUnavailable(
            f"TLCORE_DATA names '{top}', which is not a folder: create it, or let TLCORE_DATA name the folder with "
            f"the data sets."
        )
    try:
        return [top, *sorted(each for each in top.iterdir() if each.is_dir())] if top.is_dir() else [top]
    except OSError as reason:
        raise DataUnavailable(f"The data folder '{top}' cannot be read ({in_short(reason)}).") from None


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


def check_digest(file: Path, wanted: str) -> None:
    """Raises `DataUnavailable` when a file is not the one that was published."""
    digest = _digest(file, "md5")
    if digest != wanted:
        raise corrupt(file, f"its md5 checksum is {digest[:8]}… and should be {wanted[:8]}…")


@contextmanager
def reached(name: str, files: str, megabytes: float) -> Iterator[None]:
    """Turns whatever goes wrong in a download into one sentence, and waits for no server for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    except DataUnavailable:
        raise
    except (OSError, RuntimeError, HTTPException, tarfile.TarError) as reason:
        if isinstance(reason, HTTPError):
            reason.close()  # it is the server's answer as well, and holds the line
        raise missing(name, files, megabytes, reason) from reason
    finally:
        socket.setdefaulttimeout(before)


def fetch(archive: Archive) -> Path:
    """Download an archive with a progress bar, check it, and keep the files inside of one folder.

    The folder appears whole or not at all. Raises `DataUnavailable`.
    """
    folder = home() / archive.name
    with reached(archive.name, f"the folder '{archive.name}' with its pictures", archive.megabytes):
        home().mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=home(), prefix=".arriving-") as draft:
            packed, unpacked = Path(draft) / "archive.tgz", Path(draft) / archive.name
            _download(archive.url, packed, archive.name)
            if _digest(packed, "sha256") != archive.sha256:
                raise OSError(f"what {archive.url} sent is not what was published: its checksum differs")
            unpacked.mkdir()
            _unpack(packed, archive.inside, unpacked)
            unpacked.rename(folder)
    return folder


def _digest(file: Path, kind: str) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()


def _download(url: str, file: Path, name: str) -> None:
    from tqdm import tqdm

    with urllib.request.urlopen(url) as answer, file.open("wb") as out:
        size = int(answer.headers.get("Content-Length") or 0) or None
        with tqdm(total=size, unit="B", unit_scale=True, desc=name) as bar:
            while chunk := answer.read(CHUNK):
                out.write(chunk)
                bar.update(len(chunk))


def _unpack(packed: Path, inside: str, folder: Path) -> None:
    with tarfile.open(packed) as archive:
        for member in archive:
            # Only plain files of one folder, each under its own name: nothing can be written elsewhere.
            if member.isfile() and str(Path(member.name).parent) == inside:
                with (folder / Path(member.name).name).open("wb") as out:
                    shutil.copyfileobj(archive.extractfile(member), out)  # type: ignore[arg-type]


def in_short(reason: BaseException) -> str:
    """The last line of an exception, fit for brackets."""
    lines = [line for line in str(reason).splitlines() if line.strip()]
    return lines[-1].strip(" .<>") if lines else type(reason).__name__
