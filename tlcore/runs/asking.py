"""One picture of somebody's own, shown to a run's trained network: what it says, and what it takes to be near.

own.npz    the picture, where the network looks in it, and the training images that are nearest to it
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tlcore.errors import RequestError
from tlcore.inspecting.own import fitted
from tlcore.runs.answering import Progress, pictures, probabilities, where
from tlcore.runs.store import Store
from tlcore.runs.trained import Trained, trained
from tlcore.training.bystander import untouched
from tlcore.training.events import Array

NEAR, NEAR_LARGE = 1000, 150  # training images of each domain among which neighbours are looked for
NEIGHBOURS = 5


def ask(
    store: Store, number: int, reference: int | None, file: Path, name: str, drawn: bool, progress: Progress
) -> dict[str, Any]:
    """What run `number` says of one picture, and which training images it takes to be near; writes `own.npz` beside it.

    Raises what `trained` and `fitted` raise, and `RequestError` for a run on points.
    """
    progress("Reading the run", 0, 100)
    found = trained(store, number)
    task = found.built.prepared.task
    if len(task.source.inputs.shape) != 4:
        raise RequestError("This run was trained on points in the plane, so it cannot be shown a picture.")
    like = torch.cat([domain.inputs[:200] for domain in (task.source, task.target)]).numpy()
    made = fitted(file, name, like, drawn=drawn)
    image = torch.from_numpy(made.pixels)[None]
    arrays = {"picture": pictures(image)}
    told: dict[str, Any] = {"step": found.step, "remarks": list(made.remarks), "shape": list(made.pixels.shape)}
    progress("Looking for what is near", 30, 100)
    told["near"], near = _near(found, image)
    arrays |= near
    progress("Asking the network", 60, 100)
    for suffix, each in (("", found), ("_beside", trained(store, reference) if reference is not None else None)):
        if each is not None:
            told[f"probabilities{suffix}"] = probabilities(each, image)[0].tolist()
            told[f"where{suffix}"], heat = where(each, image)
            arrays |= {} if heat is None else {f"heat{suffix}": heat}
    np.savez(file.with_name("own.npz"), **arrays)  # type: ignore[arg-type]
    progress("Done", 100, 100)
    return told


def _near(found: Trained, image: Tensor) -> tuple[dict[str, Any], dict[str, Array]]:
    """The training images of each domain whose features are nearest to a picture's, by Euclidean distance."""
    strategy, prepared = found.strategy, found.built.prepared
    rows = NEAR_LARGE if prepared.card.kind == "real" else NEAR
    told: dict[str, Any] = {}
    arrays: dict[str, Array] = {}
    with untouched(strategy):
        own = strategy.embed(image).float().flatten(1)
        for name, domain in (("source", prepared.task.source), ("target", prepared.task.target)):
            some = domain.at(slice(rows))
            features = torch.cat([strategy.embed(each).float().flatten(1) for each in some.once(100)])
            distances = torch.cdist(own, features)[0]
            nearest = distances.argsort()[:NEIGHBOURS]
            labels = [int(label) for label in some.labels[nearest]] if some.labels is not None else None
            told[name] = {"distances": distances[nearest].tolist(), "labels": labels, "among": len(some)}
            arrays[f"near_{name}"] = pictures(some.inputs[nearest])
    return told, arrays
