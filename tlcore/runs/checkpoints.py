"""Checkpoints on disk: written so that there is always a whole one, read without running anything in it.

A new checkpoint is written beside the old one, forced onto the disk, and then renamed over it. Next
to the journal's state it says what produced it, so that a misfit is refused (other code, another
network) or told (another torch, another number of threads: the last digits may differ).
"""

import ast
import hashlib
import inspect
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import torch

from tlcore.errors import CheckpointError, Stale

_FORMAT = 1


@dataclass(frozen=True)
class About:
    """What a checkpoint says of itself."""

    seq: int  # the last event that was told
    step: int
    seconds: float  # of training until here
    threads: int
    device: str
    strategy: str
    backbone: str
    source: str  # a hash of the strategy's code
    torch: str
    package: str
    format: int = _FORMAT
    kept: int | None = None  # the step of the network that a validator likes best, see `tlcore.runs.kept`

    @classmethod
    def now(
        cls, strategy: type, *, key: str, backbone: str, device: str, seq: int, step: int, seconds: float,
        kept: int | None = None,
    ) -> Self:  # fmt: skip
        return cls(
            seq=seq,
            step=step,
            seconds=seconds,
            threads=torch.get_num_threads(),
            device=device,
            strategy=key,
            backbone=backbone,
            source=source_hash(strategy),
            torch=str(torch.__version__),
            package=package_version(),
            kept=kept,
        )


def save(path: Path, about: About, state: Sequence[dict[str, Any]]) -> None:
    """Replace the checkpoint at `path`; raises `OSError` and keeps the old one if there is no room."""
    content = io.BytesIO()  # torch words a full disk in its own way; the system's way can be recognised
    torch.save({"about": asdict(about), "state": list(state)}, content)
    replaced(path, content.getbuffer())


def replaced(path: Path, content: bytes | memoryview) -> None:
    """Put a file in the place of another, so that there is always a whole one; raises `OSError` and keeps the old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    _fsync_folder(path.parent)


def load(path: Path) -> tuple[About, list[dict[str, Any]]]:
    """What a checkpoint says of itself, and the journal's state, on the CPU.

    Raises `CheckpointError` when it is truncated, damaged or of another version.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        about, state = content["about"], content["state"]
        if about["format"] != _FORMAT:
            raise CheckpointError(
                f"The checkpoint {path} was written by Transfer Lab {about['package']} in another form than this one "
                "reads: go on with that version, or start the run anew."
            )
        return About(**about), state
    except CheckpointError:
        raise
    except Exception as error:  # torch's unpickler raises whatever it stumbles over
        raise CheckpointError(
            f"The checkpoint {path} is truncated or damaged: start the run anew, or put back a copy of it."
        ) from error


def misfits(found: About, here: About) -> list[str]:
    """Sentences about what is different now, though the run can go on.

    Raises `CheckpointError` where it cannot: another network, or other code of the strategy.
    """
    if (found.strategy, found.backbone) != (here.strategy, here.backbone):
        raise CheckpointError(
            f"The checkpoint is of '{found.strategy}' on '{found.backbone}', but the run is '{here.strategy}' on "
            f"'{here.backbone}': start the run anew."
        )
    if found.source != here.source:
        raise Stale(
            f"The code of '{here.strategy}' has changed since the checkpoint at step {found.step} was written, so the "
            "run cannot go on as what it was: start it anew."
        )
    changes = {
        "torch": (found.torch, here.torch),
        "Transfer Lab": (found.package, here.package),
        "the device": (found.device, here.device),
    }
    return [
        f"Since step {found.step}, {name} has changed from {before} to {now}: the last digits may differ."
        for name, (before, now) in changes.items()
        if before != now
    ]


def source_hash(strategy: type) -> str:
    """A hash of the module that defines a strategy: of its code, without comments, layout and docstrings."""
    tree = ast.parse(inspect.getsource(sys.modules[strategy.__module__]))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16]


def package_version() -> str:
    try:
        return version("transfer-lab")
    except PackageNotFoundError:
        return "uninstalled"


def _fsync_folder(folder: Path) -> None:
    """Force the renaming itself onto the disk, where the system lets a folder be opened."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
