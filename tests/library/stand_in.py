"""A server on this machine that answers as the real ones do on good days and on bad ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

NOWHERE = "http://127.0.0.1:9/"  # the discard port: refuses at once


@dataclass
class File:
    """What a server has under one name, and how it behaves when it is asked for it."""

    content: bytes
    tag: str = '"one"'
    ranges: bool = True
    breaks: list[int] = field(default_factory=list)  # of each request to come: after so many bytes the line breaks
    stalls: list[int] = field(default_factory=list)  # or nothing more comes


class Server(ThreadingHTTPServer):
    """The server, its files, and what it was asked for: (path, Range)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, File] = {}
        self.asked: list[tuple[str, str]] = []
        self.closing = Event()
        self.address = f"http://127.0.0.1:{self.server_port}"

    def put(self, name: str, content: bytes, **manners: object) -> str:
        self.files[f"/{name}"] = File(content, **manners)  # type: ignore[arg-type]
        return f"{self.address}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append((self.path, wanted))
        file = self.server.files.get(self.path)
        if file is None:
            self.send_error(404)
            return
        start = 0
        if wanted and file.ranges and self.headers.get("If-Range", file.tag) == file.tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start and start >= len(file.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(file.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(file, start)

    def _send(self, file: File, start: int) -> None:
        rest = file.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        if file.tag:
            self.send_header("ETag", file.tag)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(file.content) - 1}/{len(file.content)}")
        self.end_headers()
        stall = file.stalls.pop(0) if file.stalls else len(rest)
        end = file.breaks.pop(0) if file.breaks else len(rest)
        self.wfile.write(rest[: min(stall, end)])
        self.wfile.flush()
        if stall < len(rest):
            self.server.closing.wait(2)
        self.close_connection = True


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
