"""The first minute on a bare machine: what `make` says, and what it says when Python does not fit."""

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(which("make") is None, reason="there is no make on this machine")


def test_make_alone_lists_every_command() -> None:
    said = subprocess.run(["make", "--no-print-directory"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    phony = re.search(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert re.findall(r"^  (\w+)", said.stdout, re.MULTILINE) == phony[1].split()


def setup_with(python: str, folder: Path, what: str = "app") -> subprocess.CompletedProcess[str]:
    """`bin/setup` in an otherwise empty folder, with another Python."""
    (folder / "bin").mkdir()
    script = folder / "bin" / "setup"
    script.write_bytes((REPOSITORY / "bin" / "setup").read_bytes())
    environment = os.environ | {"PYTHON": python}
    return subprocess.run(["sh", script, what], env=environment, capture_output=True, text=True, check=False)


def test_an_old_python_is_refused_in_a_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)
    ended = setup_with(str(old), tmp_path)
    assert ended.returncode == 1
    assert "needs Python 3.11 or newer" in ended.stderr
    assert "is Python 3.9.2" in ended.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_missing_python_is_told_in_a_sentence(tmp_path: Path) -> None:
    ended = setup_with("no-such-python", tmp_path)
    assert ended.returncode == 1
    assert "There is no 'no-such-python' here" in ended.stderr


def test_a_failed_installation_leaves_no_stamp_behind(tmp_path: Path) -> None:
    for name, code in (("python", 0), ("uv", 3)):  # a uv that cannot reach what it should install
        program = tmp_path / ".venv" / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\nexit {code}\n")
        program.chmod(0o755)
    assert setup_with(sys.executable, tmp_path, "dev").returncode != 0
    assert not list((tmp_path / ".venv").glob(".*"))
