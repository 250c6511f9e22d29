"""What a file says of the model in it: what made it, what goes in, what comes out."""

import sys
from typing import Any

import torch
from torch import Tensor

from tlcore.runs.checkpoints import package_version
from tlcore.runs.trained import Trained
from tlcore.training.bystander import untouched

HELD_OUT = 256  # inputs of each domain on which a copy has to say what the original says


def about(found: Trained) -> dict[str, Any]:
    """What a file says of the model in it, as JSON."""
    prepared, run = found.built.prepared, found.run
    kind = prepared.card.kind
    shape = list(prepared.task.source.inputs.shape[1:])
    return {
        "run": run.id,
        "step": found.step,
        "steps": run.steps,
        "spec": run.trained.as_json(),
        "answers": found.strategy.card.answers,
        "classes": class_names(found),
        "input": {"kind": kind, "shape": shape, "preprocessing": preprocessing(kind, shape)},
        "metrics": dict(run.metrics),
        "versions": {
            "transfer-lab": package_version(),
            "torch": str(torch.__version__),
            "python": sys.version.split()[0],
        },
    }


def class_names(found: Trained) -> list[str]:
    """The classes by name; clusters have none, and get a number."""
    if found.strategy.card.answers == "clusters":
        with untouched(found.strategy):
            count = found.strategy.predict(held_out(found)[:2]).shape[1]
        return [f"cluster {k + 1}" for k in range(count)]
    return list(found.built.prepared.pair.classes)


def preprocessing(kind: str, shape: list[int]) -> str:
    """What has to be done to an input before the model sees it, in words."""
    if kind == "points":
        return f"None: points (N, {shape[0]}) as float32, as the scenario draws them."
    size = " × ".join(map(str, shape))
    return (
        f"Images of {size} (channels, height, width), uint8 in 0 to 255 or floats in [0, 1]. The model brings them to "
        "its range and number of channels by itself; nothing else is to be done."
    )


def versions() -> dict[str, str]:
    """Of what the numbers depend on."""
    return {"transfer-lab": package_version(), "torch": str(torch.__version__), "python": sys.version.split()[0]}


def held_out(found: Trained) -> Tensor:
    """Held-out inputs of both domains, (N, …)."""
    exam = found.built.prepared.exam
    return torch.cat([next(iter(domain.once(HELD_OUT))) for domain in (exam.source, exam.target)])
