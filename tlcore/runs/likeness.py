"""Which runs are one and the same experiment: found by what they are made of, whoever started them and wherever."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

from tlcore import catalogue
from tlcore.runs.rows import Run, Status
from tlcore.runs.spec import RunSpec

# Of several runs of one experiment the best: what is done, then what is being done, then what could go on.
_ORDER: Sequence[Status] = (
    "finished", "running", "starting", "queued", "paused", "stopped", "crashed", "failed",
)  # fmt: skip


def mark(spec: RunSpec) -> str:
    """A name for everything in a completed spec that changes its numbers.

    Labels of the target are left out for a strategy that never sees them.
    """
    plain = replace(spec, device="auto", observe=True, validator="", name="")
    known = catalogue.strategies().get(spec.strategy)
    if known is not None and known["card"]["needs"][1] not in ("few", "labels"):
        plain = replace(plain, target_labels=0)
    return json.dumps(asdict(plain), sort_keys=True, default=str)


def by_mark(runs: Iterable[Run]) -> dict[str, Run]:
    """Of every experiment the run that is furthest; of several such ones the newest."""
    found: dict[str, Run] = {}
    for run in runs:
        key = mark(run.spec)
        if key not in found or _rank(run) < _rank(found[key]):
            found[key] = run
    return found


def of(specs: Iterable[RunSpec], runs: Iterable[Run]) -> Mapping[str, Run | None]:
    """For each spec, by its mark, the run that is furthest, or None."""
    found = by_mark(runs)
    return {key: found.get(key) for key in map(mark, specs)}


def _rank(run: Run) -> tuple[int, int]:
    return _ORDER.index(run.status), -run.id
