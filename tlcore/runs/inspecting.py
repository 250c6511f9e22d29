"""What a run's trained network has to say, for the Inspect page: worked out beside it, and left there as files.

look.npz   pictures and answers for the probe: the fixed held-out images that every frame of the run is about
own.npz    the same for one picture of somebody's own, and the training images that are nearest to it
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tlcore import calibration
from tlcore.data import Domain, portion
from tlcore.errors import RequestError
from tlcore.inspecting.attention import grad_cam
from tlcore.inspecting.moved import moved
from tlcore.inspecting.own import fitted
from tlcore.inspecting.similarity import linear_cka
from tlcore.networks import Network, build_network
from tlcore.runs.store import Store
from tlcore.runs.trained import Trained, trained
from tlcore.training.bystander import untouched
from tlcore.training.events import Array
from tlcore.training.layers import INPUT, through_layers
from tlcore.training.observers import Probe

ASKED = 2000  # test images of each domain that calibration asks about, at most
NEAR, NEAR_LARGE = 1000, 150  # training images of each domain among which neighbours are looked for
NEIGHBOURS = 5
PATIENCE = 30.0  # seconds of Grad-CAM for one network, after which the other images go without
SIDE = 96  # pixels of a picture that is told, at most

Progress = Callable[[str, int, int], None]  # what is done, and how much of how much


def inspect(store: Store, number: int, reference: int | None, folder: Path, progress: Progress) -> dict[str, Any]:
    """Look into run `number`: what moved, how sure it is, and where it looks, beside another run if one is named.

    Writes `look.npz` and returns the rest as JSON. Raises what `trained` raises.
    """
    progress("Reading the run", 0, 100)
    found = trained(store, number)
    probe = Probe(found.built.prepared.exam)
    progress("Looking at what moved", 15, 100)
    told: dict[str, Any] = {"step": found.step, "layers": _layers(found, probe)}
    progress("Asking how sure it is", 30, 100)
    told["calibration"] = _calibration(found)
    arrays = {"pictures": pictures(probe.inputs)} if probe.inputs.ndim == 4 else {}
    progress("Looking at where it looks", 45, 100)
    began = time.monotonic()
    told["where"], own = _answered(found, probe)
    told["late"] = time.monotonic() - began > PATIENCE  # then some images may go without
    arrays |= own
    if reference is not None:
        progress("Reading the run beside it", 70, 100)
        other = trained(store, reference)
        told["where_beside"], beside = _answered(other, probe)
        arrays |= {f"{name}_beside": values for name, values in beside.items()}
    np.savez(folder / "look.npz", **arrays)  # type: ignore[arg-type]
    progress("Done", 100, 100)
    return told


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
            told[f"probabilities{suffix}"] = _probabilities(each, image)[0].tolist()
            told[f"where{suffix}"], heat = _heat(each, image)
            arrays |= {} if heat is None else {f"heat{suffix}": heat}
    np.savez(file.with_name("own.npz"), **arrays)  # type: ignore[arg-type]
    progress("Done", 100, 100)
    return told


def pictures(inputs: Tensor) -> Array:
    """Images (N, C, H, W) uint8 as pictures (N, h, w, 3), at most `SIDE` pixels wide."""
    images = inputs.cpu()
    if images.shape[-1] > SIDE:
        size = (max(1, SIDE * images.shape[-2] // images.shape[-1]), SIDE)
        parts = [torch.nn.functional.interpolate(each.float(), size=size, mode="area") for each in images.split(64)]
        images = torch.cat(parts).round().to(torch.uint8)
    if images.shape[1] == 2:  # two-channel images are drawn in red and green
        images = torch.cat([images, torch.zeros_like(images[:, :1])], dim=1)
    return images.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).contiguous().numpy()


def _layers(found: Trained, probe: Probe) -> list[dict[str, Any]]:
    """For each stage and the head how far it moved, and how alike its features are to those before training."""
    start = _start(found)
    changes = moved(start, found.network)
    batches = [probe.inputs[: probe.sources], probe.inputs[probe.sources :]]
    size = portion(probe.inputs, 100)
    before, after = ([_stages(each, inputs, size) for inputs in batches] for each in (start, found.network))
    told = []
    for part, change in changes.items():
        alike = [linear_cka(before[k][part], after[k][part]) for k in (0, 1)]
        told.append({"part": part, **asdict(change), "alike": [None if isnan(value) else value for value in alike]})
    return told


def _stages(network: Network, inputs: Tensor, size: int) -> dict[str, Tensor]:
    """What each stage, and the head, makes of inputs: (N, D) each."""
    with torch.no_grad():
        layers = through_layers(network.backbone, inputs.split(size))
        logits = torch.cat([network(each).float() for each in inputs.split(size)])
    layers.pop(INPUT)
    return {**layers, "head": logits}


def _start(found: Trained) -> Network:
    """The network as it was before its first step: weights have an address, so it is the same one once more."""
    spec, task = found.run.trained, found.built.prepared.task
    shape = tuple(task.source.inputs.shape[1:])
    return build_network(spec.backbone, task.classes, seed=spec.seed, input_shape=shape, weights=spec.weights).eval()


def _calibration(found: Trained) -> dict[str, Any]:
    """Reliability and calibration error on held-out images; empty where answers are no classes of the exam's."""
    prepared, strategy = found.built.prepared, found.strategy
    if prepared.card.exam != "classes" or strategy.card.answers != "classes":
        return {}
    told = {}
    for name, domain in (("source", prepared.exam.source), ("target", prepared.exam.target)):
        rows = domain.at(slice(ASKED))
        diagram = calibration.reliability(_all(found, rows), rows.answers().numpy())
        bins = [[each.certain, each.right.value, each.right.low, each.right.high, each.right.n] for each in diagram]
        told[name] = {"error": calibration.calibration_error(diagram), "bins": bins}
    return told


def _all(found: Trained, domain: Domain) -> Array:
    return torch.cat([_probabilities(found, batch) for batch in domain.once(500)]).numpy()


def _probabilities(found: Trained, inputs: Tensor) -> Tensor:
    """(N, C), in double precision: they go into bins and onto a page."""
    with untouched(found.strategy):
        return found.strategy.predict(inputs).double().softmax(1)


def _answered(found: Trained, probe: Probe) -> tuple[str, dict[str, Array]]:
    """A sentence if there is no Grad-CAM, and the answers to the probe with the heat behind them."""
    inputs = probe.inputs
    sizes = inputs.split(portion(inputs, 100))
    arrays = {"probabilities": torch.cat([_probabilities(found, each) for each in sizes]).numpy().astype(np.float16)}
    sentence, heat = _heat(found, inputs)
    return sentence, arrays | ({} if heat is None else {"heat": heat})


def _heat(found: Trained, inputs: Tensor) -> tuple[str, Array | None]:
    """Grad-CAM of images (N, h, w), as bytes; where time was up those left are 0 throughout. Or why there is none."""
    if inputs.ndim != 4:
        return "Points have no places in an image to look at.", None
    strategy, began = found.strategy, time.monotonic()
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))
    heat: Tensor | None = None
    for rows in order.split(portion(inputs, 50)):
        if heat is not None and time.monotonic() - began > PATIENCE:
            break
        try:
            part = grad_cam(strategy.predict, strategy.network.backbone, inputs[rows])
        except RequestError as reason:
            return str(reason), None
        heat = torch.zeros((len(inputs), *part.shape[1:])) if heat is None else heat
        heat[rows] = part
    assert heat is not None
    return "", (255 * heat).round().to(torch.uint8).numpy()


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
