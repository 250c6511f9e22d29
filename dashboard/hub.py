"""The runs that are being watched: one reader for each, however many pages look on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from dashboard.tail import Tail
from tlcore.errors import TransferError, UnknownKey
from tlcore.runs.store import Store

log = logging.getLogger("transfer_lab")
LOOK = 0.1  # seconds between two looks into the store while a run is alive
REST = 1.0  # … and once it has ended: it may be resumed or deleted


class Watched:
    """A tail, and the task that reads it for all pages. Made inside the server's event loop."""

    def __init__(self, tail: Tail) -> None:
        self.tail, self.pages, self.version = tail, 0, 0
        self.gone = ""  # a sentence, once there is nothing more to watch
        self._nudged, self._changed = asyncio.Event(), asyncio.Condition()
        self._task = asyncio.create_task(self._follow())

    async def newer(self, version: int) -> int:
        """Wait until something has happened since `version`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.version > version)
        return self.version

    def over(self) -> bool:
        return bool(self.gone)

    def nudge(self) -> None:
        """Look at once: somebody has just asked for something."""
        self._nudged.set()

    def close(self) -> None:
        self._task.cancel()

    async def _follow(self) -> None:
        while not self.gone:
            if await self._look():
                async with self._changed:
                    self.version += 1
                    self._changed.notify_all()
            self._nudged.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), REST if self.tail.ended else LOOK)

    async def _look(self) -> bool:
        try:
            return await asyncio.to_thread(self.tail.read)
        except UnknownKey:
            self.gone = "This run was deleted."
        except TransferError as error:
            self.gone = str(error)
        except Exception:  # a mistake of ours: pages must not wait for ever for what never comes
            log.exception("The run on stage could not be read.")
            self.gone = "This run cannot be followed because of a mistake in the program; its log says more."
        return True


class Hub:
    """Hands out watched runs, and opens the store when the first page asks for one."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._open_store = open_store
        self._store: Store | None = None
        self._watched: dict[int, Watched] = {}

    def store(self) -> Store:
        """Reads a file when it is called first: call it in a thread."""
        self._store = self._store or self._open_store()
        return self._store

    async def tail(self, run: int) -> Tail:
        """The tail of a run, shared if a page watches it. Raises `UnknownKey` and `StoreError`."""
        if run in self._watched:
            return self._watched[run].tail
        return await asyncio.to_thread(lambda: Tail(self.store(), run))

    @asynccontextmanager
    async def watch(self, run: int) -> AsyncIterator[Watched]:
        """A run for as long as a page is open; the reading ends with the last page."""
        tail = await self.tail(run)
        if run not in self._watched:
            self._watched[run] = Watched(tail)
        watched = self._watched[run]
        watched.pages += 1
        try:
            yield watched
        finally:
            watched.pages -= 1
            if not watched.pages:
                watched.close()
                self._watched.pop(run, None)
