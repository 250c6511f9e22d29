"""A store with small runs in it, and processes that are certainly alive or certainly gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tlcore.runs.processes import Process
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

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
