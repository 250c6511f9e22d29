"""One picture of somebody's own, shown to a run's trained network: what it says, and what it takes to be near.

own.npz    the picture, where the network looks in it, and the training images that are nearest to it
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tlcore.data import Domain
from tlcore.errors import RequestError
from tlcore.inspecting.own import fitted
from tlcore.runs.answering import Progress, pictures, probabilities, where
from tlcore.runs.engine import checkpoint_file
from tlcore.runs.store import Store
from tlcore.runs.trained import Trained, trained
from tlcore.training.bystander import untouched
from tlcore.training.events import Array

NEAR, NEAR_LARGE = 1000, 150  # training images of each domain among which neighbours are looked for
NEIGHBOURS = 5
LOADED = 4  # runs that stay in memory


@dataclass(frozen=True)
class Asked:
    """A run that was loaded to be asked, and what it makes of some training images of each domain."""

    found: Trained
    among: Mapping[str, Domain]
    features: Mapping[str, Tensor]  # (N, D)


def ask(
    store: Store, number: int, reference: int | None, file: Path, name: str, drawn: bool, progress: Progress
) -> dict[str, Any]:
    """What run `number` says of one picture, and which training images it takes to be near; writes `own.npz` beside it.

    Raises what `trained` and `fitted` raise, and `RequestError` for a run on points.
    """
    asked = _loaded(store, number, progress)
    found = asked.found
    task = found.built.prepared.task
    like = torch.cat([domain.inputs[:200] for domain in (task.source, task.target)]).numpy()
    made = fitted(file, name, like, drawn=drawn)
    image = torch.from_numpy(made.pixels)[None]
    arrays = {"picture": pictures(image)}
    told: dict[str, Any] = {"step": found.step, "remarks": list(made.remarks), "shape": list(made.pixels.shape)}
    progress("Looking for what is near", 60, 100)
    told["near"], near = _near(asked, image)
    arrays |= near
    progress("Asking the network", 70, 100)
    beside = None if reference is None else _loaded(store, reference, progress).found
    for suffix, each in (("", found), ("_beside", beside)):
        if each is not None:
            told[f"probabilities{suffix}"] = probabilities(each, image)[0].tolist()
            told[f"where{suffix}"], heat = where(each, image)
            arrays |= {} if heat is None else {f"heat{suffix}": heat}
    np.savez(file.with_name("own.npz"), **arrays)  # type: ignore[arg-type]
    progress("Done", 100, 100)
    return told


def load(store: Store, number: int, reference: int | None, progress: Progress) -> None:
    """Have everything in memory that `ask` needs, down to the modules of Grad-CAM. Raises what `ask` raises."""
    for each in (number, reference):
        if each is not None:
            asked = _loaded(store, each, progress)
            where(asked.found, asked.among["source"].inputs[:1])


def _loaded(store: Store, number: int, progress: Progress) -> Asked:
    run, file = store.run(number), checkpoint_file(store, number)
    written = file.stat().st_mtime_ns if file.exists() else 0
    key = (str(store.path), number, run.created, written)
    if key not in _asked:
        progress("Reading the run", 0, 100)
        _asked[key] = _read(store, number, progress)
        while len(_asked) > LOADED:
            del _asked[next(iter(_asked))]
    return _asked[key]


_asked: dict[tuple[object, ...], Asked] = {}  # the run that was loaded first is forgotten first


def _read(store: Store, number: int, progress: Progress) -> Asked:
    found = trained(store, number)
    strategy, prepared = found.strategy, found.built.prepared
    if len(prepared.task.source.inputs.shape) != 4:
        raise RequestError("This run was trained on points in the plane, so it cannot be shown a picture.")
    progress("Looking at training images", 40, 100)
    rows = NEAR_LARGE if prepared.card.kind == "real" else NEAR
    among = {name: getattr(prepared.task, name).at(slice(rows)) for name in ("source", "target")}
    with untouched(strategy):
        features = {
            name: torch.cat([_embedded(found, each) for each in some.once(100)]) for name, some in among.items()
        }
    return Asked(found, among, features)


def _embedded(found: Trained, images: Tensor) -> Tensor:
    return found.strategy.embed(images).float().flatten(1)


def _near(asked: Asked, image: Tensor) -> tuple[dict[str, Any], dict[str, Array]]:
    """The training images of each domain whose features are nearest to a picture's, by Euclidean distance."""
    told: dict[str, Any] = {}
    arrays: dict[str, Array] = {}
    with untouched(asked.found.strategy):
        own = _embedded(asked.found, image)
    for name, some in asked.among.items():
        distances = torch.cdist(own, asked.features[name])[0]
        nearest = distances.argsort()[:NEIGHBOURS]
        labels = [int(label) for label in some.labels[nearest]] if some.labels is not None else None
        told[name] = {"distances": distances[nearest].tolist(), "labels": labels, "among": len(some)}
        arrays[f"near_{name}"] = pictures(some.inputs[nearest])
    return told, arrays
