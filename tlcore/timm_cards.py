"""Cards of timm's networks, which only timm can tell: asked of another process once, and kept. Loads no torch."""

import json
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tlcore.errors import RequestError

PREFIX = "timm:"
PATIENCE = 180.0  # seconds; torch and timm alone take some on a busy machine


@cache
def timm_card(key: str) -> dict[str, Any]:
    """The card of `timm:NAME`; see `tlcore.cards.BackboneCard`.

    Raises `RequestError` where timm is not installed, has no such network or cannot describe it.
    """
    name = key.removeprefix(PREFIX)
    try:
        release = version("timm")
    except PackageNotFoundError:
        raise RequestError(f"'{key}' needs timm, which is not installed: pip install transfer-lab[timm].") from None
    if not re.fullmatch(r"[a-z0-9_.]+", name):
        raise RequestError(f"'{name}' is no name of a network: timm's are of small letters, digits, '_' and '.'.")
    kept = user_cache_path("transfer-lab", appauthor=False) / "timm" / f"{name}-{release}.json"
    try:
        told: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = _asked(key, name)
        _keep(told, kept)
    return told


def _asked(key: str, name: str) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "tlcore.networks.timm", name]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise RequestError(f"timm did not describe '{key}' within {PATIENCE:g} s: try again.") from None
    try:
        told: dict[str, Any] = json.loads(answer.stdout)
    except ValueError:
        reason = answer.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        told_why = reason[0] if answer.returncode == 2 else f"'{key}' cannot be a backbone ({reason[0].rstrip('.')})."
        raise RequestError(told_why) from None
    return told


def _keep(card: dict[str, Any], file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(card), encoding="utf-8")
        draft.replace(file)
    except OSError:
        return  # it is asked again next time
