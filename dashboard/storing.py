"""The store that the pages read: opened once per file, however many sessions look."""

import os
from functools import cache

from tlcore.runs.store import Store


def store() -> Store:
    """The store in `TLCORE_STORE`, or the default one. Raises `StoreError`."""
    return _opened(os.environ.get("TLCORE_STORE"))


@cache
def _opened(place: str | None) -> Store:
    return Store.default()
