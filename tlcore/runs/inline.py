"""A run without a store and without a worker: for a notebook, a script, a test."""

from collections.abc import Iterator
from typing import Any

import torch

from tlcore import catalogue
from tlcore.runs import devices
from tlcore.runs.building import build, device_of, suitable_threads
from tlcore.runs.spec import RunSpec
from tlcore.training.events import Event
from tlcore.training.keeping import Keeper
from tlcore.training.loop import train


def run(strategy: str, scenario: str, **choices: Any) -> Iterator[Event]:
    """See `tlcore.run`; a choice that cannot be is refused here, before the first event is asked for."""
    spec = RunSpec.of({"strategy": strategy, "scenario": scenario, **choices}).completed()
    torch.set_num_threads(suitable_threads(catalogue.scenario(spec.scenario)["kind"]))
    built = build(spec, device_of(spec, devices.lane(spec.device)))
    events = train(built.strategy, built.prepared.task, built.evaluators, built.observers)
    return Keeper(built.strategy, spec.validator).watch(events, built.evaluators)
