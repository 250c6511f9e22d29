"""A run, or pinned scenes of several, as one HTML file that needs neither server nor network.

It holds the very modules that draw the stage, the packets that the stage would get, Plotly's bundle, and the run in
words. Modules cannot be loaded from a file beside a page (file://), so they lie in the page as an import map of
data: addresses, under names of their own. A policy in the page forbids every request, so a mistake would show at once.
"""

import base64
import gzip
import json
import re
import struct
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard.assets import STATIC, bundle
from dashboard.present.scenes import Scene
from dashboard.tail import Tail
from dashboard.telling import told
from tlcore.errors import RequestError, UnknownKey
from tlcore.runs.exporting.format import Format
from tlcore.runs.store import Store

MODULES = "tl/"  # stands before the names of our modules in the page
SHEETS = ("stage.css", "present.css", "replay.css")
ENTRY = "replay.js"
_IMPORT = re.compile(r'(from |import )"\./([a-z_]+\.js)"')
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data: blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; connect-src data: blob:"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
{style}
</style>
<script type="importmap">{modules}</script>
</head>
<body>
<header id="bar"><h1>{title}</h1></header>
<p id="opening">Opening the run. If nothing comes, this browser is too old: it takes one of 2023 or later.</p>
<div id="stage"></div>
<main id="about">
{about}
</main>
<script type="application/json" id="told">{told}</script>
{blobs}
<script type="module">import "{entry}"</script>
</body>
</html>
"""


def page(store: Store, run: int, scenes: Sequence[Scene] = ()) -> bytes:
    """The file that replays a run, and presents scenes if there are any; runs of scenes come along.

    Raises `UnknownKey` for a run that is not there, and `RequestError` for one that has nothing to show yet.
    """
    tails = {run: Tail(store, run)}
    if not tails[run].items:
        raise RequestError(f"Run {run} has not begun, so there is nothing to replay: let it take some steps first.")
    for scene in scenes:
        if scene.run not in tails:
            try:
                tails[scene.run] = Tail(store, scene.run)
            except UnknownKey:
                continue  # deleted since; the page says so where its scene would be
    facts = {"first": run, "runs": list(tails), "scenes": [scene.as_json() for scene in scenes]}
    blobs = {f"run-{number}": _base64(gzip.compress(packets(tail), 9, mtime=0)) for number, tail in tails.items()}
    blobs["plotly"] = _base64(bundle())
    first = tails[run]
    return _PAGE.format(
        policy=_POLICY,
        title=escape(f"{first.facts['title']} on {first.facts['pair']} · run {run}"),
        style="\n".join((STATIC / name).read_text(encoding="utf-8") for name in SHEETS),
        modules=_json({"imports": modules()}),
        about=told(store, first),
        told=_json(facts),
        blobs="\n".join(f'<script type="text/plain" id="{name}">{text}</script>' for name, text in blobs.items()),
        entry=MODULES + ENTRY,
    ).encode()


def modules() -> dict[str, str]:
    """The modules that the entry needs, each under its name as a data: address."""
    needed, waiting = dict[str, str](), [ENTRY]
    while waiting:
        name = waiting.pop()
        if MODULES + name in needed:
            continue
        text = (STATIC / name).read_text(encoding="utf-8")
        waiting += [found for _, found in _IMPORT.findall(text)]
        own = _IMPORT.sub(rf'\1"{MODULES}\2"', text)
        needed[MODULES + name] = "data:text/javascript;base64," + _base64(own.encode())
    return needed


def packets(tail: Tail) -> bytes:
    """All that a page would be told of a run, one packet after the other: [uint32 0, uint32 length, packet] each."""
    parts, after = [], 0
    while True:
        message, seq = tail.packet(after)
        parts.append(struct.pack("<II", 0, len(message)) + message)
        if seq in (after, tail.last):
            return b"".join(parts)
        after = seq


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _json(value: Mapping[str, Any]) -> str:
    """JSON that may stand in a script: no sign in it ends one."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


FORMAT = Format(".html", lambda store, number, _: page(store, number))
