"""Files from a server: gone on with where they broke off, checked, and there whole or not at all."""

import errno
import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tlcore.errors import DataUnavailable
from tlcore.library import absence
from tlcore.library.absence import corrupt, in_short

CHUNK = 1 << 16
TRIES = 3  # in a row, without a byte more than before
PAUSE = 0.5  # seconds before the first of them; each further one waits twice as long
AGENT = "transfer-lab"
_FULL = (errno.ENOSPC, errno.EDQUOT)

Tell = Callable[[int, int], None]  # bytes that are here, and bytes there are, or 0 where the server does not say


def quiet(_done: int, _total: int) -> None:
    """For whoever does not want to be told."""


def download(urls: Sequence[str], file: Path, md5: str = "", tell: Tell = quiet) -> None:
    """Fetch a file from the first of several addresses that sends what was published.

    What has arrived lies in `FILE.part` and stays there when the line breaks, at Ctrl-C, or when the disk is full:
    the next call asks for the rest alone. `md5` is the published checksum, or `sha256:` with
    the first digits of that one; a file that has another is thrown away.
    Raises `OSError` when no address sends it, and `DataUnavailable` when there is no room for it.
    """
    part = file.with_name(file.name + ".part")
    reason = OSError("no address is known")
    for url in urls:
        resumed = part.is_file()
        try:
            _arrive(url, part, tell)
            if resumed and not _is(part, md5):  # what was there before may be of another file
                _arrive(url, part, tell)
            if part.exists() and _is(part, md5):
                part.replace(file)
                _mark(part).unlink(missing_ok=True)
                return
            reason = OSError(f"what {url} sent is not what was published: its checksum differs")
        except (OSError, HTTPException) as told:
            reason = _named(told, url)
    raise reason


def check_digest(file: Path, wanted: str) -> None:
    """Raises `DataUnavailable` when a file is not the one that was published."""
    digest = digest_of(file, "md5")
    if digest != wanted:
        raise corrupt(file, f"its md5 checksum is {digest[:8]}… and should be {wanted[:8]}…")


def digest_of(file: Path, kind: str) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()


def _arrive(url: str, part: Path, tell: Tell) -> None:
    """One address, for as long as more arrives than before."""
    fruitless = 0
    while True:
        before = _size(part)
        try:
            return _go_on(url, part, tell)
        except (OSError, HTTPException) as reason:
            _full(reason, part)
            lasting = isinstance(reason, HTTPError) and reason.code < 500 and reason.code not in (408, 429)
            never = isinstance(reason, URLError) and not isinstance(reason, HTTPError) and not _size(part)
            fruitless = 0 if _size(part) > before else fruitless + 1
            if lasting or never or fruitless >= TRIES:
                raise
            if isinstance(reason, HTTPError):
                reason.close()
        time.sleep(PAUSE * 2**fruitless)


def _go_on(url: str, part: Path, tell: Tell) -> None:
    """One request, for what is not here yet."""
    had = _size(part)
    try:
        answer = urlopen(Request(url, headers=_headers(part, had)), timeout=absence.PATIENCE)
    except HTTPError as refused:
        if refused.code != 416 or not had:  # 416: there is nothing after what we have
            raise
        refused.close()
        if (refused.headers.get("Content-Range") or "").endswith(f"/{had}"):
            return
        part.unlink()
        had, answer = 0, urlopen(Request(url, headers=_headers(part, 0)), timeout=absence.PATIENCE)
    with answer:
        if not (answer.status == 206 and (answer.headers.get("Content-Range") or "").startswith(f"bytes {had}-")):
            had = 0  # the server sends the whole file: it cannot go on, or its file is another by now
        left = int(answer.headers.get("Content-Length") or 0)
        total = had + left if left else 0
        _room(part, left)
        _remember(part, answer.headers)
        tell(had, total)
        with part.open("ab" if had else "wb") as out:
            while chunk := answer.read1(CHUNK):  # what is there, without waiting for more
                out.write(chunk)
                had += len(chunk)
                tell(had, total)
    if had < total:
        raise ConnectionError(f"the connection broke off after {had:,} of {total:,} bytes")


def _headers(part: Path, had: int) -> dict[str, str]:
    # Without "identity" a server may pack what is packed already, and say another length.
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    if had:
        headers["Range"] = f"bytes={had}-"
        if _mark(part).is_file():
            headers["If-Range"] = _mark(part).read_text(encoding="ascii")
    return headers


def _mark(part: Path) -> Path:
    """Where it is written down which version of the server's file the part is of."""
    return part.with_name(part.name + "-of")


def _remember(part: Path, headers: HTTPMessage) -> None:
    tag = str(headers.get("ETag") or "")
    mark = tag if tag and not tag.startswith("W/") else str(headers.get("Last-Modified") or "")
    if mark.isascii() and mark:
        _mark(part).write_text(mark, encoding="ascii")
    else:
        _mark(part).unlink(missing_ok=True)


def _is(file: Path, md5: str) -> bool:
    """Whether a file is the published one; if not, it is gone afterwards."""
    kind, _, wanted = md5.rpartition(":")
    if digest_of(file, kind or "md5").startswith(wanted):
        return True
    file.unlink()
    _mark(file).unlink(missing_ok=True)
    return False


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _room(part: Path, left: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if left > free:
        raise no_room(part.parent, left, free)


def _full(reason: BaseException, part: Path) -> None:
    if isinstance(reason, OSError) and reason.errno in _FULL:
        raise no_room(part.parent, 0, shutil.disk_usage(part.parent).free) from None


def no_room(folder: Path, left: float, free: float) -> DataUnavailable:
    """What to say when a disk is full, or would be."""
    wanted = f"{left / 1e6:,.0f} MB are still to come" if left else "more is still to come"
    return DataUnavailable(
        f"There is no room in '{folder}': {wanted}, and {free / 1e6:,.0f} MB are free. Make room and run again: "
        f"what has arrived is kept."
    )


def _named(reason: Exception, url: str) -> OSError:
    """The same reason in short, with the address in it."""
    if isinstance(reason, HTTPError):
        reason.close()  # it is the server's answer as well, and holds the line
    return OSError(f"{in_short(reason)}, from {url}")


class Bar:
    """A progress bar in the terminal, with the time left."""

    def __init__(self, name: str) -> None:
        from tqdm import tqdm

        self._bar: tqdm[Any] = tqdm(unit="B", unit_scale=True, desc=name)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, done: int, total: int) -> None:
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)
