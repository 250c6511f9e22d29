"""Archives of which only one folder is wanted."""

import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tlcore.library.absence import reached
from tlcore.library.downloading import Bar, digest_of, download
from tlcore.library.places import home


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

    The folder appears whole or not at all. Raises `DataUnavailable`.
    """
    folder = home() / archive.name
    with reached(archive.name, f"the folder '{archive.name}' with its pictures", archive.megabytes):
        home().mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=home(), prefix=".arriving-") as draft:
            packed, unpacked = Path(draft) / "archive.tgz", Path(draft) / archive.name
            with Bar(archive.name) as bar:
                download([archive.url], packed, tell=bar)
            if digest_of(packed, "sha256") != archive.sha256:
                raise OSError(f"what {archive.url} sent is not what was published: its checksum differs")
            unpacked.mkdir()
            _unpack(packed, archive.inside, unpacked)
            unpacked.rename(folder)
    return folder


def _unpack(packed: Path, inside: str, folder: Path) -> None:
    with tarfile.open(packed) as archive:
        for member in archive:
            # Only plain files of one folder, each under its own name: nothing can be written elsewhere.
            if member.isfile() and str(Path(member.name).parent) == inside:
                with (folder / Path(member.name).name).open("wb") as out:
                    shutil.copyfileobj(archive.extractfile(member), out)  # type: ignore[arg-type]
