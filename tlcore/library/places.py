"""Where data lies on this machine."""

import os
from pathlib import Path

from platformdirs import user_data_path


def own() -> Path:
    """The platform's own place for a person's data."""
    return user_data_path("transfer-lab", appauthor=False) / "data"


def home() -> Path:
    """The data folder: `TLCORE_DATA`, else the platform's own place for data."""
    named = os.environ.get("TLCORE_DATA")
    return Path(named).expanduser() if named else own()


def library() -> Path:
    """Where whatever is brought in, packed or worked out is kept: below the data folder.

    A data folder that a whole class reads may not be written to by everybody; then below one's own.
    """
    return (home() if _writable(home()) else own()) / "library"


def libraries() -> tuple[Path, ...]:
    """Where to look for what is kept: one's own, and the data folder's if that is another one."""
    return tuple(dict.fromkeys((library(), home() / "library")))


def _writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    # Root may write anywhere, but a folder without one write bit is meant to be left as it is.
    return os.access(folder, os.W_OK) and bool(folder.stat().st_mode & 0o222)
