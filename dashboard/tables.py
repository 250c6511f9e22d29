"""Any table of the stage as Parquet: the browser sends what it shows, and gets a file of it back."""

import asyncio
import io
import json
import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

LARGEST = 2_000_000  # bytes of a table that is sent
_NUMBER = re.compile(r"[-−]?\d[\d\u202f]*(\.\d+)?")
_EMPTY = ("", "–")


async def parquet(request: Request) -> Response:
    """POST /api/parquet {"head": [...], "rows": [[...], ...]}: a file; 400 for what is no table, 413 for too much."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return JSONResponse({"error": "This table is too large."}, 413)
    try:
        told = json.loads(body)
        content = await asyncio.to_thread(written, told["head"], told["rows"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return JSONResponse({"error": "This is no table."}, 400)
    return Response(content, media_type="application/vnd.apache.parquet")


def written(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A table of texts as Parquet. A column of numbers becomes one of numbers, of shares too: "93 %" is 0.93.

    Raises ValueError for rows of unequal length or a name that is there twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if len(set(head)) < len(head) or any(len(row) != len(head) for row in rows):
        raise ValueError("a table has as many cells in every row as names, and each name once")
    columns = {str(name): _column([str(row[k]) for row in rows]) for k, name in enumerate(head)}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def _column(cells: Sequence[str]) -> list[float | None] | list[str]:
    numbers: list[float | None] = []
    for cell in cells:
        bare = cell.replace("\u00a0", " ")
        share = bare.endswith(" %")
        bare = bare.removesuffix(" %").strip()
        if bare in _EMPTY:
            numbers.append(None)
        elif _NUMBER.fullmatch(bare):
            value = float(bare.replace("−", "-").replace("\u202f", ""))
            numbers.append(value / 100 if share else value)
        else:
            return list(cells)
    return numbers if any(each is not None for each in numbers) else list(cells)
