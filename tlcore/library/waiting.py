"""Who waits for data hears how far it is, without everything in between having to pass a callable on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Heard = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and how much there is altogether. It may raise, to have it stopped."""


def unheard(_what: str, _done: int, _total: int) -> None:
    """For whoever does not want to be told."""


_LISTENER: ContextVar[Heard] = ContextVar("listener", default=unheard)


@contextmanager
def heard_by(listener: Heard) -> Iterator[None]:
    """Within this block, `listener` hears what takes its time."""
    before = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(before)


def tell(what: str, done: int, total: int) -> None:
    """Say how far something is: "Reading images of photo", 1200 of 1670."""
    _LISTENER.get()(what, done, total)
