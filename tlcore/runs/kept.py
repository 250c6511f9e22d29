"""The network that a run keeps, on disk: one safetensors file beside the checkpoint, which says which one it is.

The new file is written first, then the checkpoint that names its step, then the old file goes. So whenever a process
dies there is a checkpoint, and the very file that it names.
"""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from tlcore.errors import CheckpointError
from tlcore.runs.checkpoints import package_version, replaced
from tlcore.training.keeping import Kept


def file(folder: Path, step: int) -> Path:
    return folder / f"kept-{step}.safetensors"


def write(folder: Path, kept: Kept) -> None:
    """Write it if it is not there yet; raises `OSError` if there is no room."""
    path = file(folder, kept.step)
    if path.exists():
        return
    about = {"step": kept.step, "score": kept.score, "absent": list(kept.absent), "package": package_version()}
    replaced(path, save(dict(kept.weights), {"kept": json.dumps(about)}))


def read(folder: Path, step: int) -> Kept:
    """What was kept at a step. Raises `CheckpointError` where it is missing or damaged."""
    path = file(folder, step)
    try:
        with safe_open(str(path), "pt") as content:
            about = json.loads(content.metadata()["kept"])
            weights = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118 - no mapping
        return Kept(int(about["step"]), float(about["score"]), weights, tuple(about["absent"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"The network that was kept at step {step}, {path}, is missing or damaged: take the last one instead."
        ) from error


def sweep(folder: Path, step: int | None) -> None:
    """Remove whatever was kept at other steps."""
    for each in folder.glob("kept-*"):
        if step is None or each != file(folder, step):
            each.unlink(missing_ok=True)
