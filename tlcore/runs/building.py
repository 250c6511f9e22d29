"""From a spec to a strategy that is ready to walk: data, network, device and threads."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tlcore.errors import DeviceUnavailable
from tlcore.networks import build_network
from tlcore.picking import NONE
from tlcore.runs.machine import kept_warm
from tlcore.runs.spec import RunSpec
from tlcore.scenarios.prepare import Prepared, prepare
from tlcore.strategies import Strategy, find
from tlcore.training.evaluators import Evaluator
from tlcore.training.observers import Observer


@dataclass(frozen=True)
class Built:
    """A strategy on its device, with what it learns from, is graded by and is watched by."""

    strategy: Strategy[Any]
    prepared: Prepared
    evaluators: Sequence[Evaluator]
    observers: Sequence[Observer]
    device: torch.device


def build(spec: RunSpec, device: torch.device) -> Built:
    """A run from its beginning. Raises what `prepare` and `build_network` raise."""
    kept_warm()
    kind = find(spec.strategy)
    prepared = prepare(
        spec.scenario,
        shift=spec.shift,
        settings=spec.settings,
        target_labels=spec.target_labels or 0,
        oracle=kind.card.oracle,
        augment=spec.augment,
        seed=spec.seed,
        device=device,
    )
    network = build_network(
        spec.backbone,
        prepared.task.classes,
        seed=spec.seed,
        input_shape=tuple(prepared.task.source.inputs.shape[1:]),
        weights=spec.weights,
    )
    strategy = kind(network.to(device), kind.HParams.of(spec.hparams))
    observers = prepared.observers(strategy) if spec.observe else []
    return Built(strategy, prepared, prepared.evaluators(strategy, spec.validator or NONE), observers, device)


def device_of(spec: RunSpec, lane: str) -> torch.device:
    """The device to train on. Raises `DeviceUnavailable` where a GPU was asked for and torch cannot use one."""
    if lane == "cuda" and torch.cuda.is_available():
        return torch.device("cuda")
    if spec.device == "cuda":
        raise DeviceUnavailable(
            "CUDA was asked for, but torch finds no GPU that it can use: choose the device cpu or auto, "
            "or install a torch with CUDA."
        )
    return torch.device("cpu")


def suitable_threads(kind: str) -> int:
    """How many threads suit a scenario: small work is fastest on one, large work leaves one core to the page."""
    return 1 if kind in ("points", "tiny") else max(1, (os.cpu_count() or 2) - 1)
