"""The way to a Ray cluster, and away from it in an orderly manner."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, signal
from typing import Any

from tlcore.errors import RequestError

_FAREWELL = 60.0  # seconds that runs get to save after a Ctrl-C


class Leaving:
    """Notices a Ctrl-C or a SIGTERM, and how long ago it was; a second one ends it at once."""

    def __init__(self) -> None:
        self._when: float | None = None

    @property
    def asked(self) -> bool:
        return self._when is not None

    @property
    def late(self) -> bool:
        return self._when is not None and time.monotonic() - self._when > _FAREWELL

    def __enter__(self) -> "Leaving":
        self._before = {each: signal(each, self._hear) for each in (SIGINT, SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal(number, handler)

    def _hear(self, number: int, frame: object) -> None:
        if self._when is not None:
            raise KeyboardInterrupt
        self._when = time.monotonic()


@contextmanager
def connected(ray: Any, address: str) -> Iterator[None]:
    """To a cluster that is there, for as long as this takes. Raises `RequestError`."""
    mine = not ray.is_initialized()
    if mine:
        try:
            ray.init(address=address, log_to_driver=False, logging_level="error")
        except (ConnectionError, ValueError, RuntimeError) as error:
            said = " ".join(str(error).split())[:200]
            raise RequestError(
                f"There is no Ray cluster at '{address}' ({said}): start one by `ray start --head`, or leave out --ray."
            ) from None
    try:
        yield
    finally:
        if mine:
            ray.shutdown()


def imported() -> Any:
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise RequestError("Ray is not installed here: pip install 'transfer-lab[ray]', or leave out --ray.") from None
    return ray
