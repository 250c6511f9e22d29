"""What a run's trained network has to say, for the Inspect page: worked out beside it.

look.npz   pictures and answers for the probe: the fixed held-out images that every frame of the run is about
"""

import time
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tlcore import calibration
from tlcore.data import Domain, portion
from tlcore.inspecting.moved import moved
from tlcore.inspecting.similarity import linear_cka
from tlcore.networks import Network, build_network
from tlcore.runs.answering import PATIENCE, Progress, pictures, probabilities, where
from tlcore.runs.store import Store
from tlcore.runs.trained import Trained, trained
from tlcore.training.events import Array
from tlcore.training.layers import INPUT, through_layers
from tlcore.training.observers import Probe

ASKED = 2000  # test images of each domain that calibration asks about, at most


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
    return torch.cat([probabilities(found, batch) for batch in domain.once(500)]).numpy()


def _answered(found: Trained, probe: Probe) -> tuple[str, dict[str, Array]]:
    """A sentence if there is no Grad-CAM, and the answers to the probe with the heat behind them."""
    inputs = probe.inputs
    sizes = inputs.split(portion(inputs, 100))
    arrays = {"probabilities": torch.cat([probabilities(found, each) for each in sizes]).numpy().astype(np.float16)}
    sentence, heat = where(found, inputs)
    return sentence, arrays | ({} if heat is None else {"heat": heat})
