"""Estimates: what a run would take of time and memory on this machine, as a trial told. Without torch.

They are kept in a file each, by whatever they depend on: what is trained, on inputs of which shape, how many at a
time, where. How many steps and how quickly they learn is not among it.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from tlcore import catalogue
from tlcore.library.places import library
from tlcore.runs import devices
from tlcore.runs.machine import free_memory
from tlcore.runs.spec import RunSpec

BATCHES = (8, 16, 32, 64, 128, 256)  # of which the largest that fits is told
SHARE = 0.8  # of the free memory may be taken
SIDE = "side"  # the dial that says how large images are
_SMALLEST = 32  # pixels, and the steps in which smaller images are proposed
_FORMAT = 3


@dataclass(frozen=True)
class Estimate:
    """What a trial told of one spec. Bytes and seconds."""

    batch: int
    length: int  # steps of the run that was tried
    steps: int | None  # … of which so many were its hyper-parameter `steps`
    step_seconds: float
    grading_seconds: float  # all evaluations of a run together
    measured: bool  # with this very batch; else worked out from smaller ones
    fixed: float  # memory that is taken in any case
    image: float  # memory that one image of a batch takes on top
    grading: int  # memory that the exam takes, whatever the batch
    free: int
    device: str  # "cpu" or "cuda"

    @property
    def memory(self) -> int:
        return int(self.needed(self.batch))

    @property
    def fits(self) -> bool:
        return self.memory <= SHARE * self.free

    @property
    def largest(self) -> int:
        """The largest of `BATCHES` that fits; 0 if none does."""
        return max((batch for batch in BATCHES if self.has_room_for(batch)), default=0)

    def needed(self, images: float) -> float:
        """Memory of a run with so many images at a time."""
        return max(self.fixed + self.image * images, self.grading)

    def has_room_for(self, images: float) -> bool:
        return self.needed(images) <= SHARE * self.free

    def seconds(self, steps: int | None = None) -> float:
        """Of a whole run; with another number of steps than that of the run that was tried."""
        length = self.length * (steps / self.steps if steps and self.steps else 1)
        return length * self.step_seconds + self.grading_seconds

    def as_json(self) -> dict[str, Any]:
        said = ("memory", "fits", "largest")
        return {**asdict(self), **{name: getattr(self, name) for name in said}, "seconds": self.seconds()}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        return cls(**{name: told[name] for name in cls.__dataclass_fields__})


def shape_of(spec: RunSpec) -> tuple[int, ...]:
    """The shape of one input, as the dials stand."""
    shape = tuple(int(each) for each in catalogue.scenario(spec.scenario)["shape"])
    side = spec.settings.get(SIDE)
    return shape if side is None else (shape[0], int(side), int(side))


def key(spec: RunSpec) -> str:
    """A name for everything that the estimate of a completed spec depends on."""
    card = catalogue.scenario(spec.scenario)
    described = catalogue.strategy(spec.strategy)["hparams"]
    counts = {each["name"]: spec.hparams.get(each["name"]) for each in described if _costs(each)}
    extent = [shape_of(spec), len(card["classes"]), card["factors"], card["offers"]]
    told = [spec.strategy, counts, spec.backbone, extent, spec.augment, devices.lane(spec.device), _FORMAT]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]


def find(spec: RunSpec) -> Estimate | None:
    """What was found out about a completed spec, if anything was; beside the CPU's memory that is free now."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = Estimate.of(json.loads(_file(spec).read_text(encoding="utf-8")))
        return replace(found, free=free_memory()) if found.device == "cpu" else found
    return None


def keep(spec: RunSpec, estimate: Estimate) -> None:
    """Remember it; does nothing where the disk takes nothing, as it can be found out again."""
    file = _file(spec)
    draft = file.with_suffix(".new")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(estimate.as_json()), encoding="utf-8")
        draft.replace(file)


def smaller(spec: RunSpec, found: Estimate) -> RunSpec:
    """The completed spec with the largest batch that fits, and with the largest side where none does; else as it is."""
    if found.fits:
        return spec
    if found.largest:
        return replace(spec, hparams={**spec.hparams, "batch": found.largest})
    side = _side(spec, found)
    if side is None:
        return spec
    return replace(spec, settings={**spec.settings, SIDE: float(side)}, hparams={**spec.hparams, "batch": BATCHES[0]})


def _side(spec: RunSpec, found: Estimate) -> int | None:
    """The largest side, in steps of 32 pixels, with which the smallest batch fits; None where there is no such dial."""
    dial = next((each for each in catalogue.scenario(spec.scenario)["dials"] if each["name"] == SIDE), None)
    if dial is None:
        return None
    now = shape_of(spec)[-1]
    sides = range(max(_SMALLEST, int(dial["low"])), now, _SMALLEST)
    return max((side for side in sides if found.has_room_for(BATCHES[0] * (side / now) ** 2)), default=None)


def _file(spec: RunSpec) -> Path:
    return library() / "estimates" / f"{key(spec)}.json"


def _costs(described: Mapping[str, Any]) -> bool:
    """Whether a hyper-parameter changes what a step takes: sizes, counts and kinds do, rates and strengths do not."""
    return described["type"] != "float" and not described["name"].endswith("steps")
