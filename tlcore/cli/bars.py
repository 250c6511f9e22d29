"""Bars on stderr, for those who wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tlcore.runs.progress import Progress


@contextmanager
def percent() -> "Iterator[Progress]":
    """A bar of one hundred, for work that says what it does and which share of it is done."""
    from tqdm import tqdm

    with tqdm(total=100, bar_format="{percentage:3.0f}% [{elapsed}<{remaining}] {desc}", leave=False) as bar:

        def say(what: str, share: float) -> None:
            bar.set_description_str(what, refresh=False)
            bar.update(round(100 * share) - bar.n)
            bar.refresh()

        yield say
