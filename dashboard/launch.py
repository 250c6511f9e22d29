"""`transfer-lab`: start the page's server, say where it is, open a browser if there is one."""

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

PORT = 8501
APP = Path(__file__).with_name("app.py")
PATIENCE = 120.0  # seconds: a first start on a slow disk compiles every module
FAREWELL = 8.0  # seconds that the server gets to say goodbye to open pages


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--port", type=click.IntRange(1, 65535), help=f"Port of the page; {PORT} or a free one if not given.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--store", type=click.Path(dir_okay=False, path_type=Path), help="File that holds the runs.")
def main(port: int | None, address: str, no_browser: bool, store: Path | None) -> None:
    """Open Transfer Lab in the browser."""
    chosen = chosen_port(address, port)
    reachable = "127.0.0.1" if address in ("0.0.0.0", "::", "") else address
    click.echo("Starting Transfer Lab …")
    begun = time.monotonic()
    with _server(address, chosen, store) as server:
        try:
            if not _is_up(server, reachable, chosen):
                raise click.ClickException(_why_not(server))
            _welcome(f"http://{reachable}:{chosen}", time.monotonic() - begun, browser=not no_browser)
            code = server.wait()
        except KeyboardInterrupt:
            click.echo("\nThe page is closed. Trainings that were under way go on; open it again to see them.")
            return
    if code:
        raise click.ClickException("The page's server ended by itself; its last words are above.")


def chosen_port(address: str, wanted: int | None) -> int:
    """The port that was asked for if it is free; without a wish the usual one, else any free one."""
    if is_free(address, wanted or PORT):
        return wanted or PORT
    if wanted is not None:
        raise click.ClickException(f"Port {wanted} is in use: choose another with --port, or leave it out.")
    with closing(_socket(address)) as free:
        free.bind((address, 0))
        chosen = int(free.getsockname()[1])
    click.echo(f"Port {PORT} is in use, so the page takes {chosen}.")
    return chosen


def is_free(address: str, port: int) -> bool:
    with closing(_socket(address)) as probe:
        # As the server itself does: a port that was closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _socket(address: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)


@contextmanager
def _server(address: str, port: int, store: Path | None) -> Iterator[subprocess.Popen[bytes]]:
    """The server as a child in a session of its own, so that Ctrl-C reaches it through us alone."""
    flags = {"server.address": address, "server.port": port, "server.headless": "true", "logger.level": "warning"}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(APP),
        *(f"--{name}={value}" for name, value in flags.items()),
    ]
    environment = dict(os.environ) if store is None else {**os.environ, "TLCORE_STORE": str(store.resolve())}
    server = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield server
    finally:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _is_up(server: subprocess.Popen[bytes], host: str, port: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        with closing(HTTPConnection(host, port, timeout=2)) as line:
            try:
                line.request("GET", "/_stcore/health")
                if line.getresponse().status == 200:
                    return True
            except (OSError, HTTPException):
                pass
        time.sleep(0.1)
    return False


def _why_not(server: subprocess.Popen[bytes]) -> str:
    if server.poll() is None:
        return f"The page did not answer within {PATIENCE:.0f} s: try again, or another --port."
    return "The page could not start; the reason is above."


def _welcome(url: str, seconds: float, browser: bool) -> None:
    click.echo(f"Transfer Lab is at {url} (ready in {seconds:.1f} s). Ctrl-C ends it.")
    if browser and not opened(url):
        click.echo("There is no browser here: open this address in one.")


def opened(url: str) -> bool:
    # Without a display Python would find text browsers, which would take over this terminal.
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


if __name__ == "__main__":
    main()
