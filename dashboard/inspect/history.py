"""What every look at a run kept, image by image: read from its events, or from the recorded example."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tlcore.errors import TransferError
from tlcore.runs.store import Store
from tlcore.training.events import Array, Observed

EXAMPLE = Path(__file__).with_name("example.npz")
CERTAIN = 255  # a certainty of 1, as frames keep it


@dataclass(frozen=True)
class Frame:
    """One look: what the network answered about each of N images, and where it put it."""

    predicted: NDArray[np.int64]  # (N,)
    certain: NDArray[np.float64]  # (N,) the largest softmax output, in [0, 1]
    place: Array  # (N, 2) on the map by PCA


@dataclass(frozen=True)
class History:
    """A run's looks at its fixed held-out images, of both domains. Rows are images, the same in every frame."""

    source: str
    target: str
    classes: tuple[str, ...]
    target_rows: NDArray[np.bool_]  # (N,) whether an image is of the target
    label: NDArray[np.int64]  # (N,)
    frames: Mapping[int, Frame]  # by step
    features: Mapping[int, Array]  # (N, D) by step; not at every frame
    umap: Mapping[int, Array] = field(default_factory=dict)  # (N, 2) by step
    points: Array | None = None  # (N, 2) where the inputs are points
    extent: tuple[float, ...] = ()  # x0, x1, y0, y1 around them
    thumbs: Array | None = None  # (K, h, w, 3) uint8, of some images
    thumb_rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (K,)

    def __len__(self) -> int:
        return len(self.label)

    @property
    def steps(self) -> list[int]:
        return sorted(self.frames)

    def features_at(self, step: int) -> int | None:
        """The last step, up to this one, whose features were kept; else the first one; None without any."""
        kept = sorted(self.features)
        return next((each for each in reversed(kept) if each <= step), kept[0] if kept else None)

    def named(self, answer: int) -> str:
        """An answer in words; clusters have numbers only."""
        return self.classes[answer] if answer < len(self.classes) else f"answer {answer}"


def history(store: Store, run: int) -> History | None:
    """A run's looks so far; None before the first. Raises `UnknownKey` for a run that is not there."""
    row = store.run(run)
    return _read(store, run, row.rewinds, store.last_seq(run))


@lru_cache(maxsize=4)
def _read(store: Store, run: int, rewinds: int, last: int) -> History | None:
    """The arguments after `run` say when it has to be read again."""
    return of(each.event for each in store.events(run, kinds=("observed",)))


def of(events: Iterable[object]) -> History | None:
    """The looks among events, in their order; None where there is no scene or no frame."""
    scene: Observed | None = None
    frames: dict[int, Frame] = {}
    features: dict[int, Array] = {}
    umap: dict[int, Array] = {}
    for event in events:
        match event:
            case Observed(_, "scene"):
                scene = event
            case Observed(step, "frame", _, arrays):
                frames[step] = Frame(
                    arrays["predicted"].astype(np.int64), arrays["confidence"] / CERTAIN, arrays["map"]
                )
            case Observed(step, "features", _, arrays):
                features[step] = arrays["features"]
            case Observed(step, "umap", _, arrays):
                umap[step] = arrays["map"]
    if scene is None or not frames:
        return None
    words, arrays = scene.values, scene.arrays
    inputs = arrays.get("inputs")
    return History(
        str(words["source"]), str(words["target"]), tuple(words["classes"]), arrays["domain"] == 1,
        arrays["label"].astype(np.int64), frames, features, umap, inputs,
        tuple(float(each) for each in arrays["extent"]) if inputs is not None else (),
        arrays.get("thumbs"), arrays["thumb_ids"].astype(np.int64) if "thumbs" in arrays else np.zeros(0, np.int64),
    )  # fmt: skip


@dataclass(frozen=True)
class Example:
    """The recorded run that ships with the page: its looks, and what its network had to say."""

    title: str
    history: History
    told: Mapping[str, Any]  # as `tlcore.runs.inspecting.inspect` returns it
    look: Mapping[str, Array]  # … and what it writes


@lru_cache(maxsize=1)
def example() -> Example:
    """Raises `TransferError` where the package came without it."""
    try:
        with np.load(EXAMPLE) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except OSError:
        raise TransferError("The recorded example is not there: install the package again, or start a run.") from None
    told = json.loads(str(arrays.pop("told")))
    steps = zip(arrays["steps"].tolist(), arrays["predicted"], arrays["confidence"], arrays["map"])
    look = {name.removeprefix("look/"): values for name, values in arrays.items() if name.startswith("look/")}
    found = History(
        told["source"], told["target"], tuple(told["classes"]), arrays["domain"] == 1, arrays["label"].astype(np.int64),
        {step: Frame(answers.astype(np.int64), sure / CERTAIN, place) for step, answers, sure, place in steps},
        dict(zip(arrays["feature_steps"].tolist(), arrays["features"])),
    )  # fmt: skip
    return Example(told["title"], found, told["inspected"], look)
