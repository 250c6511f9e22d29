"""Name that data set: up to four domains through one network, and a judge that is asked which one an image is from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from threadpoolctl import threadpool_limits
from torch import Tensor

from tlcore.errors import OutOfRange, RequestError
from tlcore.library import sheets
from tlcore.networks import build_backbone
from tlcore.networks.backbone import in_unit_range
from tlcore.runs.describing import SIDE, picture
from tlcore.runs.progress import Progress, silent
from tlcore.scenarios.prepare import prepare
from tlcore.shift.naming import name_that_data_set
from tlcore.training.layers import through_layers

ROWS = 500  # images of each domain
GAME = 20  # of them, that a person may name as well
MOST = 4  # domains at once
COLUMNS = 10  # pictures in a row of the sheet


def named(
    domains: Sequence[Mapping[str, Any]],
    backbone: str,
    weights: str,
    seed: int,
    folder: Path,
    progress: Progress = silent,
) -> dict[str, Any]:
    """How often a judge on the backbone's features names the domain of an image, and some images to try it oneself.

    A domain is {name, scenario, role: "source" or "target", shift, settings}. Images are brought to the size and the
    number of channels of the first domain's, so that neither gives it away. No label of any domain is used.

    Raises `OutOfRange` for fewer than two or more than four domains, `RequestError` for points beside images, and
    what `prepare` and `build_backbone` raise.
    """
    if not 2 <= len(domains) <= MOST:
        raise OutOfRange(f"Naming takes two to {MOST} domains, but {len(domains)} were chosen.")
    inputs: list[Tensor] = []
    for done, each in enumerate(domains):
        progress(f"Reading {each['name']}", 0.6 * done / len(domains))
        inputs.append(_inputs(each, seed))
    inputs = alike(inputs)
    progress("Looking through the network", 0.6)
    encoder = build_backbone(backbone, seed=seed, input_shape=tuple(inputs[0].shape[1:]), weights=weights)
    clouds = [list(through_layers(encoder, each.split(100)).values())[-1].double().numpy() for each in inputs]
    progress("Asking the judge", 0.9)
    with threadpool_limits(1):
        found = name_that_data_set(clouds, seed=seed)
    told: dict[str, Any] = {"names": [each["name"] for each in domains], "rows": [len(each) for each in inputs]}
    told |= {"accuracy": found.accuracy, "low": found.low, "high": found.high, "chance": found.chance}
    told |= {"confusion": found.confusion.tolist(), "game": _game(inputs, found.probabilities, seed, folder)}
    progress("Done", 1.0)
    return told


def alike(inputs: Sequence[Tensor]) -> list[Tensor]:
    """Images of all domains at the size of the first one's, in colour where one of them is."""
    if len({each.ndim for each in inputs}) > 1:
        raise RequestError("Points in the plane and images cannot be named together: choose one kind.")
    if inputs[0].ndim != 4:
        return list(inputs)
    size, channels = inputs[0].shape[-2:], max(each.shape[1] for each in inputs)
    same = (each if each.shape[-2:] == size else _sized(each, tuple(size)) for each in inputs)
    return [each.expand(-1, channels, -1, -1) if each.shape[1] == 1 else each for each in same]


def _sized(images: Tensor, size: tuple[int, ...]) -> Tensor:
    """Images (N, C, *size) uint8; some at a time, as floats take four times their memory."""

    def resized(some: Tensor) -> Tensor:
        shown = F.interpolate(in_unit_range(some), size=size, mode="bilinear", antialias=True, align_corners=False)
        return shown.clamp(0, 1).mul(255).round().byte()

    return torch.cat([resized(some) for some in images.split(100)])


def _inputs(domain: Mapping[str, Any], seed: int) -> Tensor:
    settings = domain.get("settings") or {}
    task = prepare(domain["scenario"], shift=domain.get("shift"), settings=settings, seed=seed).task
    found = task.source if domain["role"] == "source" else task.target
    rows = np.random.default_rng([seed, 0x4A3E]).permutation(len(found))[:ROWS]
    return found.at(torch.from_numpy(np.sort(rows))).inputs[:]


def _game(
    inputs: Sequence[Tensor], probabilities: Sequence[np.ndarray], seed: int, folder: Path
) -> dict[str, Any] | None:
    """Images of all domains in an order of chance, with what the judge says of each; None for points."""
    if inputs[0].ndim != 4:
        return None
    random, many = np.random.default_rng([seed, 0x6A3E]), len(inputs)
    drawn = [(place % many, int(random.integers(len(inputs[place % many])))) for place in range(GAME)]
    drawn = [drawn[place] for place in random.permutation(GAME)]
    sheet = sheets.strip([picture(inputs[domain][row]) for domain, row in drawn], COLUMNS)
    exact = max(inputs[0].shape[-2:]) <= SIDE
    rounds = [
        {
            "truth": domain,
            "judge": int(probabilities[domain][row].argmax()),
            "sure": float(probabilities[domain][row].max()),
        }
        for domain, row in drawn
    ]
    return {"sheet": sheets.stored(sheet, folder, "game", exact=exact), "columns": COLUMNS, "rounds": rounds}
