"""The entries of an archive, whatever its kind."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from tlcore.errors import TransferError
from tlcore.library.limits import Guard
from tlcore.library.names import shown


class Stream(Protocol):
    """What is read from."""

    def read(self, size: int, /) -> bytes: ...


Opening = Callable[[], AbstractContextManager[Stream]]


@dataclass(frozen=True)
class Member:
    """One entry of an archive."""

    name: str
    kind: str  # "file", "folder", or what it is called in a sentence
    size: int  # as its header claims
    packed: int  # bytes of the archive up to here
    open: Opening


Members = Generator[Member, None, None]


@contextmanager
def sound(guard: Guard) -> Iterator[None]:
    """Whatever the readers of archives stumble over is a damaged archive."""
    try:
        yield
    except TransferError:
        raise
    except Exception as reason:  # noqa: BLE001 - a damaged archive fails in every way that its readers know
        said = (str(reason).strip().splitlines() or [""])[-1].strip(" .") or type(reason).__name__
        raise guard.damaged(shown(said)) from None
