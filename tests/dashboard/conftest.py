"""What tests of several pages begin with."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from dashboard.data import working
from tlcore.runs import chores
from tlcore.runs.chores import Chore


@pytest.fixture(scope="session", autouse=True)
def _installed_once() -> Iterator[None]:
    """Streamlit reads the papers of every installed package for each page that is tested, 0.2 s; once is enough."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """A data folder of this test's own, and what would have been begun in a process beside the page."""
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    begun: list[dict] = []

    def start(kind: str, /, **wishes: object) -> Chore:
        begun.append({"kind": kind, **wishes})
        return Chore(chores.shelf() / "1", {"kind": kind, "wishes": wishes, "asked": 1e12}, {"doing": "Measuring"})

    monkeypatch.setattr(chores, "start", start)
    monkeypatch.setattr(working, "progress", lambda chore: None)
    return begun
