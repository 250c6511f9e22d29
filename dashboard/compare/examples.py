"""Shipped runs, so that there is something to compare before anybody has trained: real ones, marked as examples.

`benchmarks/compared_examples.py` trains them and writes the file.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tlcore.errors import TransferError
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec

FILE = Path(__file__).with_name("examples.json.gz")
BADGE = "example"


@dataclass(frozen=True)
class Example:
    """A shipped run; its number is below 0, so that no run of the store has it."""

    run: Run
    steps: Sequence[int]
    curves: Mapping[str, Sequence[float]]  # source_accuracy and target_accuracy at `steps`
    judge: float | None  # judge accuracy at the end


@cache
def examples() -> dict[int, Example]:
    """All of them by number; one that means nothing to this version is left out."""
    told = json.loads(gzip.decompress(FILE.read_bytes()))
    found = {}
    for place, each in enumerate(told["runs"], 1):
        try:
            spec = RunSpec.of(each["spec"]).completed()
        except TransferError:
            continue
        run = _run(-place, spec, each)
        found[run.id] = Example(run, each["steps"], each["curves"], each["judge"])
    return found


def made() -> str:
    """When and with what they were trained, in a phrase."""
    return str(json.loads(gzip.decompress(FILE.read_bytes()))["made"])


def _run(number: int, spec: RunSpec, told: Mapping[str, Any]) -> Run:
    last = told["steps"][-1]
    return Run(
        id=number, spec=spec, status="finished", want="run", pace=None, budget=None, step=last, steps=last, created=0.0,
        started=None, ended=None, seconds=told["seconds"], device="cpu", holder=None, beat=None, error=None, note=None,
        metrics=told["metrics"], parent=None, rewinds=0,
    )  # fmt: skip
