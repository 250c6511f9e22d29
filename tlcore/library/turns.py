"""One after the other: two processes that want the same file made do not both make it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path

_LOOK = 0.1  # seconds between two looks whether it is our turn


@contextmanager
def turn(lock: Path, waits: Callable[[], None]) -> Iterator[None]:
    """Wait until nobody else is within this block with the same lock file; `waits` is called meanwhile.

    What `waits` raises ends the waiting. The lock goes away with the process that holds it, however that ends. Where
    a system or a file system knows no such locks nobody waits: then the same file is made twice.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with lock.open("a") as file:
            if not _ours(file):
                waits()
            elif _same(file, lock):  # and not one that its last owner has removed meanwhile
                try:
                    yield
                finally:
                    with suppress(OSError):
                        lock.unlink()
                return
            else:
                continue
        time.sleep(_LOOK)


def _ours(file: TextIOWrapper) -> bool:
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True


def _same(file: TextIOWrapper, lock: Path) -> bool:
    from os import fstat

    try:
        return fstat(file.fileno()).st_ino == lock.stat().st_ino
    except OSError:
        return False
