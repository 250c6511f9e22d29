"""One page on one run: what is sent to it, and what it may ask for."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.hub import Hub, Watched
from tlcore.errors import TransferError

APART = 0.2  # at least so many seconds between two packets
WANTS = ("run", "pause", "stop")


class Session:
    """One page on one run. It sends when the page has drawn what it got, and listens all the time."""

    def __init__(self, socket: WebSocket, hub: Hub, watched: Watched, run: int, after: int) -> None:
        self._socket, self._hub, self._watched, self._run = socket, hub, watched, run
        self._after, self._generation = after, None if after else watched.tail.generation
        self._acked = asyncio.Event()
        self._acked.set()

    async def serve(self) -> None:
        """Until the page leaves or the run is deleted. A pending receive is how a closed tab is noticed."""
        talk = [asyncio.create_task(self._listen()), asyncio.create_task(self._send())]
        try:
            done, _ = await asyncio.wait(talk, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in talk:
                task.cancel()
            await asyncio.gather(*talk, return_exceptions=True)

    async def _listen(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                await self._heard(await self._socket.receive_text())

    async def _heard(self, text: str) -> None:
        try:
            message = json.loads(text)
        except json.JSONDecodeError:
            return
        if isinstance(message, dict) and "ack" in message:
            self._acked.set()
        wishes = granted(message)
        if wishes:
            with suppress(TransferError):  # the run may have ended a moment ago: nothing to steer
                await asyncio.to_thread(lambda: self._hub.store().ask(self._run, **wishes))
            self._watched.nudge()

    async def _send(self) -> None:
        version = -1
        with suppress(WebSocketDisconnect):
            while not self._watched.over():
                await self._acked.wait()
                version = self._watched.version if version < 0 else await self._watched.newer(version)
                while not self._watched.over() and not await self._send_one():
                    await self._acked.wait()
                await asyncio.sleep(APART)

    async def _send_one(self) -> bool:
        """Send one packet; True when the page has everything now."""
        tail = self._watched.tail
        body, seq = await asyncio.to_thread(tail.packet, self._after, self._generation)
        self._after, self._generation = seq, tail.generation
        self._acked.clear()
        await self._socket.send_bytes(body)
        return seq >= tail.last


def granted(message: Any) -> dict[str, Any]:
    """The wishes in a page's message that a store takes; anything else is left out."""
    if not isinstance(message, dict):
        return {}
    wishes = {}
    if message.get("want") in WANTS:
        wishes["want"] = message["want"]
    if "pace" in message and (message["pace"] is None or _above_zero(message["pace"])):
        wishes["pace"] = message["pace"]
    if _above_zero(message.get("budget")) and message["budget"] % 1 == 0:
        wishes["budget"] = message["budget"]
    return wishes


def _above_zero(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(0 < value < 1e9)
