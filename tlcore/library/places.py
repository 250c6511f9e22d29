"""Where data lies on this machine."""

from os import environ
from pathlib import Path

from platformdirs import user_data_path


def own() -> Path:
    """The platform's own place for a person's data."""
    return user_data_path("transfer-lab", appauthor=False) / "data"


def home() -> Path:
    """The data folder: `TLCORE_DATA`, else the platform's own place for data."""
    named = environ.get("TLCORE_DATA")
    return Path(named).expanduser() if named else own()
