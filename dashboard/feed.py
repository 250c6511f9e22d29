"""The live feed: one WebSocket for each page and run, and the few requests that the stage makes.

    WS   /api/live/{run}?after=SEQ         packets; the next one only after the page's {"ack": SEQ}
    GET  /api/runs/{run}/packet?after=SEQ  the same without a socket: a ghost does not move
    GET  /api/runs/{run}/seeds             mean and interval over all seeds of its experiment
    POST /api/runs/{run}/restart           the same spec again → {"run": new}
    POST /api/runs/{run}/gentler           the same with a tenth of its learning rates → {"run": new}
    GET  /api/runs/{run}/log               what was remarked on the way, and why it ended → {"reason", "lines"}
    POST /api/runs/{run}/resume            go on from the last checkpoint → {"run": same}
    GET  /api/pictures/{scenario}          what its data looks like, small
    GET  /api/chores/{id}/{name}           thumbnails of images that are being checked
    GET  /api/summaries/{key}/{name}       a picture of a summary: a contact sheet, average images
    POST /api/parquet                      a table that the page shows → the same as Parquet
    POST /api/runs/{run}/umap              compute the UMAP of its looks, in a process beside → {"run": same}

They answer their own page only: a browser says where a page comes from (Origin), and no other origin
may read or steer. The feed writes nothing into the store but wishes.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard import workers
from dashboard.assets import asset, picture, sample, summary
from dashboard.hub import Hub
from dashboard.logs import logged
from dashboard.session import Session
from dashboard.tables import parquet
from tlcore.errors import TransferError
from tlcore.runs.alerting import gentler
from tlcore.runs.bands import band
from tlcore.runs.encoding import pack
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

GONE = 4404  # close code: there is no such run (any more)


def make_routes(
    open_store: Callable[[], Store] = Store.default, lay_out: Callable[[int], None] = workers.lay_out
) -> list[BaseRoute]:
    """The routes of the stage, on the store that `open_store` opens; `lay_out` starts the UMAP of a run."""
    feed = Feed(Hub(open_store), lay_out)
    return [
        WebSocketRoute("/api/live/{run:int}", feed.live),
        Route("/api/runs/{run:int}/packet", feed.packet),
        Route("/api/runs/{run:int}/seeds", feed.seeds),
        Route("/api/runs/{run:int}/restart", feed.restart, methods=["POST"]),
        Route("/api/runs/{run:int}/gentler", feed.gentler, methods=["POST"]),
        Route("/api/runs/{run:int}/log", feed.log),
        Route("/api/runs/{run:int}/resume", feed.resume, methods=["POST"]),
        Route("/api/runs/{run:int}/umap", feed.umap, methods=["POST"]),
        Route("/api/parquet", parquet, methods=["POST"]),
        Route("/api/pictures/{scenario:path}", picture),
        Route("/api/chores/{id}/{name}", sample),
        Route("/api/summaries/{key}/{name}", summary),
        Route("/stage/{version}/{name}", asset),
    ]


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a request comes from our own page, or from no browser at all."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


class Feed:
    """The answers of the routes."""

    def __init__(self, hub: Hub, lay_out: Callable[[int], None]) -> None:
        self._hub = hub
        self._lay_out = lay_out

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

    async def seeds(self, request: Request) -> Response:
        store, run = self._hub.store(), int(request.path_params["run"])
        try:
            found = await asyncio.to_thread(lambda: band(store, store.run(run).spec.completed()))
        except TransferError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse(found.as_json(), headers={"Cache-Control": "no-store"})

    async def restart(self, request: Request) -> Response:
        return await self._steer(request, _again)

    async def gentler(self, request: Request) -> Response:
        return await self._steer(request, lambda store, run: _again(store, run, gentler))

    async def log(self, request: Request) -> Response:
        run = int(request.path_params["run"])
        try:
            reason, lines = await asyncio.to_thread(lambda: logged(self._hub.store(), self._hub.store().run(run)))
        except TransferError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({"reason": reason, "lines": lines}, headers={"Cache-Control": "no-store"})

    async def resume(self, request: Request) -> Response:
        return await self._steer(request, lambda store, run: store.resume(run))

    async def umap(self, request: Request) -> Response:
        return await self._steer(request, lambda store, run: self._lay_out(store.run(run).id))

    async def _steer(self, request: Request, act: Callable[[Store, int], Run | None]) -> Response:
        if not same_origin(request):
            return JSONResponse({"error": "This request does not come from this page."}, 403)
        run = int(request.path_params["run"])
        try:
            done = await asyncio.to_thread(lambda: act(self._hub.store(), run))
        except TransferError as error:
            return JSONResponse({"error": str(error)}, 409)
        return JSONResponse({"run": done.id if done else run})


def _again(store: Store, id: int, changed: Callable[[RunSpec], RunSpec] = lambda spec: spec) -> Run:
    """The same run, or a changed one, from its beginning, at the same pace; the old one makes room for it."""
    old = store.run(id)
    spec = changed(old.spec)
    if old.status not in OVER:
        store.ask(id, want="stop")
    new = store.submit(spec, parent=id)
    return store.ask(new.id, pace=old.pace)


routes = make_routes()
