"""`transfer-lab`: which port, which browser, how it ends; and what the page's process never loads."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import launch
from tlcore.runs.roster import Roster
from tlcore.runs.store import Store

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_a_port_that_was_asked_for_and_is_in_use_is_a_sentence() -> None:
    with taken_port() as port:
        result = CliRunner().invoke(launch.main, ["--port", str(port), "--no-browser"])
    assert result.exit_code == 1
    assert f"Port {port} is in use: choose another with --port, or leave it out." in result.output


def test_without_a_wish_another_port_is_taken_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with taken_port() as port:
        monkeypatch.setattr(launch, "PORT", port)
        chosen = launch.chosen_port("127.0.0.1", None)
    assert chosen != port
    assert f"Port {port} is in use, so the page takes {chosen}." in capsys.readouterr().out


def test_a_free_port_is_taken_as_asked() -> None:
    with taken_port() as port:
        pass
    assert launch.chosen_port("127.0.0.1", port) == port


def test_a_machine_without_a_display_gets_no_text_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(launch.webbrowser, "open", lambda _: pytest.fail("a browser was opened"))
    assert not launch.opened("http://127.0.0.1:1")


def test_the_page_comes_up_says_where_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    """With the real server, whose process must not hold torch while pages are drawn."""
    with taken_port() as port:
        pass
    command = [sys.executable, "-u", "-m", "dashboard.launch", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--store", str(tmp_path / "runs.sqlite3")], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = [process.stdout.readline(), process.stdout.readline()]
        assert f"http://127.0.0.1:{port} (ready in" in said[1], said
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as line:
            line.request("GET", "/")
            assert line.getresponse().status == 200
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=15)
    finally:
        process.kill()
        _send_home(tmp_path / "runs.sqlite3")
    assert "Trainings that were under way go on" in rest
    assert "Traceback" not in rest
    assert process.returncode == 0
    assert launch.is_free("127.0.0.1", port)


def _send_home(file: Path) -> None:
    """The warm worker outlives the server by design; not this test, though."""
    post = Roster(Store(file)).find("cpu")
    if post is not None:
        with suppress(ProcessLookupError):
            os.kill(post.worker.pid, signal.SIGTERM)


def test_the_page_never_loads_torch() -> None:
    """Play with a form for images, the table of runs and Inspect import neither torch nor what needs it."""
    script = """
import sys
from streamlit.testing.v1 import AppTest
from dashboard.app import app as server
app = AppTest.from_file("dashboard/main.py", default_timeout=30)
app.query_params["d"], app.query_params["s"] = "printed-to-handwritten", "deep-coral"
app.run()
assert not app.exception, app.exception
app.switch_page("views/runs.py").run()
assert not app.exception and len(app.dataframe) == 1
app.switch_page("views/inspect.py").run()
assert not app.exception, app.exception
heavy = [name for name in ("torch", "torchvision", "umap", "numba") if name in sys.modules]
assert not heavy, heavy
"""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert time.monotonic() - begun < 60
