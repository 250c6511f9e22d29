"""What can happen in a run. The loop yields events; the store, the worker and the page read them.

Plain data: this module imports neither torch nor the rest of `tlcore`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray
PHASE = "phase"  # observed by the loop itself, where a phase ends and another begins: {"begins", "ends"}, their names


@dataclass(frozen=True)
class Measured:
    """What the strategy itself saw in one step: its losses, by the names on its card."""

    step: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Evaluated:
    """What held-out test images say: `source_accuracy`, `target_accuracy`, … in [0, 1] or in nats."""

    step: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Observed:
    """A look inside by one observer; it never touches training.

    `name` says what it is ("scene", "frame", "features", "exhibit", "phase"), `values` are numbers and words,
    `arrays` are numpy.
    """

    step: int
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Rested:
    """All that happened up to and including `step` has been told: the moment to save, pause or stop."""

    step: int


@dataclass(frozen=True)
class Finished:
    """Training is over; `values` are the last evaluation."""

    step: int
    values: Mapping[str, float]


Event = Measured | Evaluated | Observed | Rested | Finished
