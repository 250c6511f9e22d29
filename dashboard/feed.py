"""The live feed: one WebSocket for each page and run, and the few requests that the stage makes.

    WS   /api/live/{run}?after=SEQ         packets; the next one only after the page's {"ack": SEQ}
    GET  /api/runs/{run}/packet?after=SEQ  the same without a socket: a ghost does not move
    POST /api/runs/{run}/restart           the same spec again → {"run": new}
    POST /api/runs/{run}/resume            go on from the last checkpoint → {"run": same}

They answer their own page only: a browser says where a page comes from (Origin), and no other origin
may read or steer. The feed writes nothing into the store but wishes.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.assets import asset
from dashboard.hub import Hub, Watched
from tlcore.errors import TransferError
from tlcore.runs.encoding import pack
from tlcore.runs.rows import OVER, Run
from tlcore.runs.store import Store

APART = 0.2  # at least so many seconds between two packets
GONE = 4404  # close code: there is no such run (any more)
WANTS = ("run", "pause", "stop")


def make_routes(open_store: Callable[[], Store] = Store.default) -> list[BaseRoute]:
    """The routes of the stage, on the store that `open_store` opens."""
    feed = Feed(Hub(open_store))
    return [
        WebSocketRoute("/api/live/{run:int}", feed.live),
        Route("/api/runs/{run:int}/packet", feed.packet),
        Route("/api/runs/{run:int}/restart", feed.restart, methods=["POST"]),
        Route("/api/runs/{run:int}/resume", feed.resume, methods=["POST"]),
        Route("/stage/{version}/{name}", asset),
    ]


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a request comes from our own page, or from no browser at all."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


class Feed:
    """The answers of the routes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def live(self, socket: WebSocket) -> None:
        if not same_origin(socket):
            await socket.close(1008)
            return
        await socket.accept()
        after, run = int(socket.query_params.get("after", 0)), int(socket.path_params["run"])
        try:
            async with self._hub.watch(run) as watched:
                await Session(socket, self._hub, watched, run, after).serve()
                gone = watched.gone
        except TransferError as error:
            gone = str(error)
        with suppress(RuntimeError, WebSocketDisconnect):  # the page may have left meanwhile
            if gone:
                await socket.send_bytes(pack({"run": run, "gone": gone}, {}))
            await socket.close(GONE if gone else 1000)

    async def packet(self, request: Request) -> Response:
        after = int(request.query_params.get("after", 0))
        try:
            tail = await self._hub.tail(int(request.path_params["run"]))
            body, _ = await asyncio.to_thread(tail.packet, after)
        except TransferError as error:
            return JSONResponse({"error": str(error)}, 404)
        return Response(body, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})

    async def restart(self, request: Request) -> Response:
        return await self._steer(request, _again)

    async def resume(self, request: Request) -> Response:
        return await self._steer(request, lambda store, run: store.resume(run))

    async def _steer(self, request: Request, act: Callable[[Store, int], Run | None]) -> Response:
        if not same_origin(request):
            return JSONResponse({"error": "This request does not come from this page."}, 403)
        run = int(request.path_params["run"])
        try:
            done = await asyncio.to_thread(lambda: act(self._hub.store(), run))
        except TransferError as error:
            return JSONResponse({"error": str(error)}, 409)
        return JSONResponse({"run": done.id if done else run})


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
            while not self._watched.gone:
                await self._acked.wait()
                version = self._watched.version if version < 0 else await self._watched.newer(version)
                while not await self._send_one():
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


def _again(store: Store, id: int) -> Run:
    """The same run from its beginning, at the same pace; the old one makes room for it."""
    old = store.run(id)
    if old.status not in OVER:
        store.ask(id, want="stop")
    new = store.submit(old.spec, parent=id)
    return store.ask(new.id, pace=old.pace)


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


routes = make_routes()
