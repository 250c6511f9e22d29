"""What else there is to say of two domains beside their distance: which samples, what pixels, which labels."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits
from torch import Tensor

from tlcore.library import sheets
from tlcore.library.looking import squared
from tlcore.networks.backbone import in_unit_range
from tlcore.runs.shifting import ROWS, Looked
from tlcore.shift.naming import name_that_data_set
from tlcore.shift.pixels import pixels
from tlcore.shift.proportions import label_shift

EACH = 10  # samples of a kind
SIDE = 64  # pixels of a thumbnail
POINTS = 300  # of each domain, that are drawn
SEEN = 500  # images of each domain whose pixels are looked at

Whole = NDArray[np.int64]


def described(looked: Looked, folder: Path) -> dict[str, Any]:
    """Samples, pixels and labels of both domains; thumbnails are put into the folder.

    Only what is called "truth" and "overlap" has been told by the target's labels.
    """
    return {"samples": _samples(looked, folder), "pixels": _pixels(looked), "labels": _labels(looked)}


def _samples(looked: Looked, folder: Path) -> dict[str, Any] | None:
    """The samples of which a judge is surest, those that it takes for the other domain's, and those it cannot tell."""
    clouds = [each.double().numpy() for each in looked.features]
    if min(map(len, clouds)) < EACH or not all(np.isfinite(each).all() for each in clouds):
        return None
    with threadpool_limits(1):
        told = name_that_data_set(clouds, seed=looked.spec.seed)
    target = np.concatenate([each[:, 1] for each in told.probabilities])  # (N + M,) how surely it is the target's
    own = np.repeat([0, 1], [len(each) for each in clouds])
    surely = np.where(own == 1, target, 1 - target)  # of its own domain
    kinds = {
        "source": _first(-surely, own == 0),
        "target": _first(-surely, own == 1),
        "mistaken": _first(surely, surely < 0.5),
        "confusable": _first(np.abs(target - 0.5), own >= 0),
    }
    shown = {
        kind: [{"domain": int(own[row]), "target": float(target[row])} for row in rows] for kind, rows in kinds.items()
    }
    said = {"accuracy": told.accuracy, "low": told.low, "high": told.high, "kinds": shown}
    if looked.domains[0].inputs.ndim == 2:
        return said | _placed(looked, kinds, target)
    rows = [row for some in kinds.values() for row in some]
    cut = len(clouds[0])
    images = [_image(looked.domains[int(own[row])].inputs, row - cut * own[row]) for row in rows]
    sheet = sheets.strip([picture(each) for each in images], EACH)
    return said | {
        "sheet": sheets.stored(sheet, folder, "samples", exact=max(images[0].shape[-2:]) <= SIDE),
        "many": len(rows),
    }


def _placed(looked: Looked, kinds: dict[str, list[int]], target: NDArray[Any]) -> dict[str, Any]:
    """Points are drawn where they lie: some of each domain, and all that stand out."""
    places = np.concatenate([np.asarray(each.inputs[:]) for each in looked.domains])
    cut = len(looked.domains[0])
    some = {*range(min(POINTS, cut)), *range(cut, min(cut + POINTS, len(places)))}
    for rows in kinds.values():
        some |= set(rows)
    marks = {row: kind for kind, rows in kinds.items() for row in rows}
    drawn = [
        {
            "at": places[row].tolist(),
            "domain": int(row >= cut),
            "target": float(target[row]),
            "kind": marks.get(row, ""),
        }
        for row in sorted(some)
    ]
    return {"points": drawn}


def _pixels(looked: Looked) -> list[dict[str, Any]] | None:
    """Of the first images of both domains; None for points in the plane."""
    if looked.domains[0].inputs.ndim == 2:
        return None
    return [pixels(np.asarray(each.inputs[:SEEN])).as_json() for each in looked.domains]


def _labels(looked: Looked) -> dict[str, Any]:
    """How frequent each class is in the source, in the target as estimated without its labels, and in truth."""
    pair, classes = looked.prepared.pair, list(looked.prepared.pair.classes)
    source, truth = looked.domains[0].answers().numpy(), np.asarray(pair.target_train.labels[:ROWS])
    there = [set(np.unique(each.labels).tolist()) for each in (pair.source_train, pair.target_train)]
    overlap = {
        "both": [name for k, name in enumerate(classes) if k in there[0] & there[1]],
        "source": [name for k, name in enumerate(classes) if k in there[0] - there[1]],
        "target": [name for k, name in enumerate(classes) if k in there[1] - there[0]],
    }
    told: dict[str, Any] = {"classes": classes, "overlap": overlap, "truth": _shares(truth, len(classes))}
    told |= {"source": _shares(source, len(classes)), "estimate": None}
    if overlap["both"] and len(there[0]) > 1:
        told["estimate"] = _estimated(looked, source, len(classes))
    return told


def _estimated(looked: Looked, labels: Whole, classes: int) -> dict[str, Any]:
    """By black-box shift estimation: a linear probe learns one half of the source, and is asked about the rest."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known, asked = (each.double().numpy() for each in looked.features)
    order = np.random.default_rng([looked.spec.seed, 0x1ABE]).permutation(len(known))
    learn, held = order[: len(order) // 2], order[len(order) // 2 :]
    with threadpool_limits(1):
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)).fit(
            known[learn], labels[learn]
        )
        named = probe.predict(known[held])
        said = label_shift(named, labels[held], probe.predict(asked), classes)
    told: dict[str, Any] = {name: getattr(said, name).tolist() for name in ("target", "low", "high")}
    right = float((named == labels[held]).mean())
    return told | {"telling": said.telling, "condition": float(said.condition), "probe": right, "held": len(held)}


def _shares(labels: Whole, classes: int) -> list[float]:
    shares: list[float] = (np.bincount(labels, minlength=classes) / len(labels)).tolist()
    return shares


def _first(by: NDArray[Any], among: NDArray[np.bool_]) -> list[int]:
    """The rows with the smallest values among some."""
    rows = np.flatnonzero(among)
    return [int(row) for row in rows[np.argsort(by[rows], kind="stable")][:EACH]]


def _image(inputs: Any, row: int) -> Tensor:
    image: Tensor = inputs[int(row) : int(row) + 1][0]
    return image  # (C, H, W)


def picture(image: Tensor, side: int = SIDE) -> Image.Image:
    """An image (C, H, W), uint8 or in [0, 1], as a square picture; of a tiny one every pixel stays a block."""
    values = in_unit_range(image).clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).numpy()
    return squared(Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values), side)
