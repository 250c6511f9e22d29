"""Archives of which only one folder is wanted."""

import shutil
import tarfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tlcore.library import waiting
from tlcore.library.absence import reached
from tlcore.library.downloading import digest_of, download
from tlcore.library.places import library
from tlcore.library.turns import turn


@dataclass(frozen=True)
class Archive:
    """A .tgz on a server, and what it must be like."""

    name: str  # of the data set, which is also the folder its images go to
    url: str
    sha256: str
    inside: str  # the folder in the archive whose files are wanted
    megabytes: float


def fetch(archive: Archive) -> Path:
    """Download an archive with a progress bar, check it, and keep the files inside of one folder.

    The folder appears whole or not at all; a download that broke off is gone on with. Raises `DataUnavailable`.
    """
    folder, draft = library().parent / archive.name, library() / "downloads" / archive.name
    packed, unpacked = draft / "archive.tgz", draft / "unpacked"
    with reached(archive.name, f"the folder '{archive.name}' with its pictures", archive.megabytes):
        draft.mkdir(parents=True, exist_ok=True)
        with turn(draft.with_suffix(".lock"), lambda: waiting.tell(f"Waiting for {archive.name}", 0, 0)):
            if not packed.is_file():
                download([archive.url], packed, tell=partial(waiting.tell, f"Downloading {archive.name}"))
            shutil.rmtree(unpacked, ignore_errors=True)
            unpacked.mkdir()
            try:
                if digest_of(packed, "sha256") != archive.sha256:
                    raise OSError(f"what {archive.url} sent is not what was published: its checksum differs")
                _unpack(packed, archive.inside, unpacked)
                unpacked.rename(folder)
            finally:
                shutil.rmtree(draft)  # it arrived: what is left is of no use, or wrong
    return folder


def _unpack(packed: Path, inside: str, folder: Path) -> None:
    with tarfile.open(packed) as archive:
        for member in archive:
            # Only plain files of one folder, each under its own name: nothing can be written elsewhere.
            if member.isfile() and str(Path(member.name).parent) == inside:
                with (folder / Path(member.name).name).open("wb") as out:
                    shutil.copyfileobj(archive.extractfile(member), out)  # type: ignore[arg-type]
