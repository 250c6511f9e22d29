"""What the store tells about a run: plain data, with the meaning of every state."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from tlcore.errors import TransferError
from tlcore.runs.encoding import StoredKind, decode
from tlcore.runs.processes import Process
from tlcore.runs.spec import RunSpec

Status = Literal["queued", "starting", "running", "paused", "finished", "stopped", "failed", "crashed"]
Want = Literal["run", "pause", "stop"]

ACTIVE: tuple[Status, ...] = ("starting", "running")  # a process trains it
OVER: tuple[Status, ...] = ("finished", "stopped", "failed", "crashed")  # no process knows it any more


@dataclass(frozen=True)
class Run:
    """One run as it stands. Times are seconds since 1970; `seconds` is time spent training."""

    id: int
    spec: RunSpec
    status: Status
    want: Want
    pace: float | None  # steps per second; None: as fast as it goes
    budget: int | None  # run so many steps, then pause
    step: int
    steps: int
    created: float
    started: float | None
    ended: float | None
    seconds: float
    device: str  # the lane: "cpu" or "cuda"
    holder: Process | None  # the process that has it in memory
    beat: float | None  # the holder's last sign of life
    error: str | None  # one sentence: why it failed
    note: str | None  # one sentence: what is odd about it right now
    metrics: Mapping[str, float]
    parent: int | None  # the run that this one was made from
    rewinds: int  # how often events were taken back, since it went on from a checkpoint
    batch: int | None = None  # what memory left of the batch in the spec; None: all of it

    @property
    def trained(self) -> RunSpec:
        """What is trained in fact: the spec, with what memory left of its batch."""
        if self.batch is None:
            return self.spec
        return replace(self.spec, hparams={**self.spec.hparams, "batch": self.batch})

    @property
    def left(self) -> float | None:
        """Seconds until it is finished, at the speed so far; None while nobody can say."""
        if self.status == "finished":
            return 0.0
        return self.seconds / self.step * (self.steps - self.step) if self.step and self.seconds else None

    def as_json(self) -> dict[str, Any]:
        """What the command line tells of a run to other programs."""
        spec = self.spec.as_json()
        del spec["steps"], spec["device"]
        told = (
            "status",
            "step",
            "steps",
            "seconds",
            "device",
            "metrics",
            "error",
            "note",
            "created",
            "ended",
            "parent",
        )
        batch = self.trained.hparams.get("batch")
        return {"run": self.id, **spec, **{name: getattr(self, name) for name in told}, "batch": batch}

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        fields = dict(row)
        pid, started = fields.pop("pid"), fields.pop("pid_started")
        holder = None if pid is None else Process(pid, started)
        del fields["queued"]
        try:
            spec, broken = RunSpec.of(json.loads(fields.pop("spec"))), None
        except (ValueError, TypeError, AttributeError, TransferError):
            # One row that cannot be read must not hide all the others.
            spec, broken = RunSpec("?", "?", "?"), "What this run was made of cannot be read any more; delete it."
        fields["metrics"] = _numbers(fields["metrics"])
        fields["error"] = fields["error"] or broken
        return cls(spec=spec, holder=holder, **fields)


@dataclass(frozen=True)
class StoredEvent:
    """An event and its place in the run: `seq` counts from 1 without a gap."""

    seq: int
    step: int
    kind: str
    event: StoredKind

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        return cls(row["seq"], row["step"], row["kind"], decode(row["payload"]))


def _numbers(text: Any) -> dict[str, float]:
    try:
        return {str(key): float(value) for key, value in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        return {}
