"""What all tests share: one thread, a store of their own, and the way to the real data sets."""

import gc
import os
import sys
from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

# Read by torch and numpy when they are first imported, so tests that need neither stay light.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

# Time depends on what else the machine does, and a failure should come back when it is looked into.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is there once all tests are known stays to the end, so nobody looks through it for garbage again.

    Streamlit after each run of a page, and each trial of an estimate, look through all that Python holds.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure() -> None:
    """At the end everything may go: libraries complain of what is left."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may touch the runs of whoever runs it."""
    monkeypatch.setenv("TLCORE_STORE", str(tmp_path / "store.sqlite3"))


@pytest.fixture(autouse=True)
def _main_module_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of pages put theirs in the main module's place, where processes that are spawned later would run it."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("TLCORE_DATA", str(folder))
    return folder


@pytest.fixture
def few_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last exam by episodes is as short as those before: enough where two ways should lead to one number."""
    from tlcore.training.unnamed import Episodes

    monkeypatch.setattr("tlcore.scenarios.prepare.Episodes", partial(Episodes, all=Episodes.quick))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with MNIST, USPS and the like: `TLCORE_DATA`, or `shared/data` beside the checkout."""
    named = os.environ.get("TLCORE_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data sets on this machine: {folder} is not a folder (set TLCORE_DATA)")
    return folder
