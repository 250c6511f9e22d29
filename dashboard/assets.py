"""The stage's own files, and Plotly's bundle from its Python package: nothing comes from elsewhere.

Their address holds a version, so that a browser may keep them for ever and never mixes two versions.
"""

import asyncio
import gzip
import hashlib
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from dashboard.compositions import dialled
from dashboard.preview import chip
from tlcore.errors import TransferError
from tlcore.library.summary import shelf
from tlcore.runs import chores

STATIC = Path(__file__).parent / "static"
KINDS = {".js": "text/javascript", ".css": "text/css", ".bin": "application/octet-stream"}
PICTURES = {".png": "image/png", ".jpg": "image/jpeg"}
PLOTLY = "plotly.min.js"


def version() -> str:
    """Changes when one of the files, or Plotly, does."""
    seen = hashlib.sha1(installed("plotly").encode(), usedforsecurity=False)
    for file in sorted(STATIC.iterdir()):
        seen.update(file.name.encode() + file.read_bytes())
    return seen.hexdigest()[:10]


async def asset(request: Request) -> Response:
    """GET /stage/{version}/{name}"""
    name = request.path_params["name"]
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    if name == PLOTLY:
        return Response(bundle(), media_type=KINDS[".js"], headers=headers | {"Content-Encoding": "gzip"})
    file = STATIC / name
    if file.parent != STATIC or file.suffix not in KINDS or not file.is_file():
        return Response(status_code=404)
    if file.suffix == ".bin":
        headers["Content-Encoding"] = "gzip"  # a recording is kept packed
    return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers=headers)


async def picture(request: Request) -> Response:
    """GET /api/pictures/{scenario}: what it looks like, drawn when somebody wants to see it."""
    try:
        content = await asyncio.to_thread(_chip, request.path_params["scenario"])
    except TransferError:
        return Response(status_code=404)
    headers = {"Cache-Control": "max-age=3600"}
    return Response(content, media_type="image/png", headers=headers) if content else Response(status_code=204)


def _chip(key: str) -> bytes:
    scenario, shift, settings = dialled(key)
    return chip(scenario, shift, tuple(sorted(settings.items())))


async def summary(request: Request) -> Response:
    """GET /api/summaries/{key}/{name}: a picture of a summary; what it shows never changes."""
    key, name = request.path_params["key"], request.path_params["name"]
    return _kept(shelf() / key, name, "private, max-age=31536000, immutable")


async def sample(request: Request) -> Response:
    """GET /api/chores/{id}/{name}: thumbnails of images that are being checked."""
    return _kept(chores.shelf() / request.path_params["id"], request.path_params["name"], "no-store")


def _kept(folder: Path, name: str, keep: str) -> Response:
    """A picture that lies directly in a folder of ours; nothing else leaves it."""
    file = folder / name
    ours = folder.name.isalnum() and file.parent == folder and file.suffix in PICTURES
    if not ours or not file.is_file() or file.is_symlink():
        return Response(status_code=404)
    return Response(file.read_bytes(), media_type=PICTURES[file.suffix], headers={"Cache-Control": keep})


@cache
def bundle() -> bytes:
    """Plotly's script, packed once for all pages: 4.8 MB become 1.5 MB."""
    import plotly

    return gzip.compress((Path(plotly.__file__).parent / "package_data" / PLOTLY).read_bytes(), 6)
