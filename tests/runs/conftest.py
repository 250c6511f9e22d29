"""A store with small runs in it, and processes that are certainly alive or certainly gone."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tlcore.runs.processes import Process
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

T = TypeVar("T")
SMALL = RunSpec("source-only", "moons", steps=60, device="cpu", observe=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def me() -> Process:
    return Process.me()


@pytest.fixture
def gone() -> Process:
    """The identity of a process that ended: my pid, but begun at another time."""
    return Process(Process.me().pid, 1_000_000.0)


def until(condition: Callable[[], T], seconds: float = 60.0) -> T:
    """Wait until something holds, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
    return found
