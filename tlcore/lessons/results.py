"""What a run came to, as far as a lesson needs it: read from events, wherever they come from. Loads no torch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tlcore.runs.encoding import StoredKind
from tlcore.training.events import Array, Evaluated, Event, Finished, Observed

Curve = tuple[tuple[int, float], ...]  # (step, value), in order
DOMAINS = ("source", "target")


@dataclass(frozen=True)
class Result:
    """One run.

    final    what the held-out test images said at the end: `target_accuracy`, `source_accuracy` …, in [0, 1]
    seen     the last look inside, at a few hundred held-out items: `judge`, `mmd`, `gap_class_0` … as
             `tlcore.shift.observe_shift` gives them, `source_confidence`, `target_confidence` in [0, 1]
    curves   what was evaluated on the way, by name
    features what the last look saw: `features` (N, D), `domain` (N,), 0 for the source; empty without a look
    maps     layouts (N, 2) of these features by the map's seed, where the lesson asks for them
    """

    final: Mapping[str, float]
    seen: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    features: Mapping[str, Array] = field(default_factory=dict)
    maps: Mapping[int, Array] = field(default_factory=dict)

    @property
    def target(self) -> float:
        return self.final["target_accuracy"]

    @property
    def source(self) -> float:
        return self.final["source_accuracy"]


Results = Mapping[str, Result]  # by the names of the lesson's takes


def result_of(events: Iterable[Event | StoredKind]) -> Result:
    """A run's result from its events, in order. A run that was cut off has what it came to so far."""
    final: Mapping[str, float] = {}
    curves: dict[str, list[tuple[int, float]]] = {}
    scene, frame, features = None, None, None
    for event in events:
        match event:
            case Evaluated(step, values) | Finished(step, values):
                final = values
                for name, value in values.items():
                    of_one = curves.setdefault(name, [])
                    if not of_one or of_one[-1][0] < step:
                        of_one.append((step, value))
            case Observed(name="scene"):
                scene = event
            case Observed(name="frame"):
                frame = event
            case Observed(name="features"):
                features = event
            case _:
                pass
    told = {name: tuple(points) for name, points in curves.items()}
    return Result(final, _seen(scene, frame), told, _features(scene, features))


def _seen(scene: Observed | None, frame: Observed | None) -> dict[str, float]:
    if scene is None or frame is None:
        return {}
    certain, domain = frame.arrays["confidence"] / 255, scene.arrays["domain"]
    told = {f"{name}_confidence": float(certain[domain == k].mean()) for k, name in enumerate(DOMAINS)}
    return {**{name: float(value) for name, value in frame.values.items()}, **told}


def _features(scene: Observed | None, features: Observed | None) -> dict[str, Array]:
    if scene is None or features is None:
        return {}
    return {"features": features.arrays["features"].astype(np.float32), "domain": scene.arrays["domain"]}


def percent(share: float) -> str:
    """0.9312 → "93 %"; next to 0 and 1 with a digit more: 0.997 → "99.7 %"."""
    digits = 1 if 0 < share < 0.01 or 0.99 < share < 1 else 0
    return f"{100 * share:.{digits}f} %"


def points(gain: float) -> str:
    """0.262 → "+26 points", −0.3 → "−30 points"."""
    whole = round(100 * gain)
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{abs(whole)} point{'' if abs(whole) == 1 else 's'}"
