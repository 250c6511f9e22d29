"""Images of a run as pictures for the browser: small, inside of the page, each with its words."""

import base64
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dashboard.inspect.history import Frame, History
from tlcore.training.events import Array

SMALL = 40  # pixels, up to which a picture keeps its pixels as blocks
BESIDE = 96  # pixels of a picture with heat on it
HEAT = np.array([230, 159, 0])  # orange, of the palette that everybody tells apart


def address(picture: Array) -> str:
    """A picture (h, w, 3) uint8 as a data address: exact where it is tiny, else as JPEG."""
    out = io.BytesIO()
    if max(picture.shape[:2]) <= SMALL:
        Image.fromarray(picture).save(out, "PNG")
        return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
    Image.fromarray(picture).save(out, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def heated(picture: Array, heat: Array) -> Array:
    """A picture in grey with heat (h, w) uint8 over it in orange; both may be of any size."""
    size = (BESIDE, max(1, BESIDE * picture.shape[0] // picture.shape[1]))
    how = Image.Resampling.NEAREST if max(picture.shape[:2]) <= SMALL else Image.Resampling.BILINEAR
    grey = np.asarray(Image.fromarray(picture).convert("L").convert("RGB").resize(size, how), dtype=np.float64)
    warm = np.asarray(Image.fromarray(heat).resize(size, Image.Resampling.BILINEAR), dtype=np.float64) / 255
    mixed = grey + (HEAT - grey) * 0.75 * warm[:, :, None]
    return np.rint(mixed).astype(np.uint8)


def item(history: History, frame: Frame, row: int, picture: Array | None, note: str = "") -> dict[str, Any]:
    """What the gallery shows of an image: its picture or its place, and its words."""
    truth, answer = int(history.label[row]), int(frame.predicted[row])
    right = truth == answer
    sure = f"{frame.certain[row]:.0%}".replace("%", " %")
    domain = "target" if history.target_rows[row] else "source"
    said = f"{domain} image {row}: {history.named(truth)}, answered {history.named(answer)}, {sure} sure"
    words = history.named(answer) if right else f"{history.named(truth)} → {history.named(answer)}"
    told: dict[str, Any] = {"id": row, "class": truth, "wrong": not right, "mark": "✕" if domain == "target" else "●"}
    told |= {"words": words, "small": note or sure, "said": f"{said}{f', {note}' if note else ''}"}
    if picture is not None:
        told |= {"src": address(picture), "blocks": max(picture.shape[:2]) <= SMALL}
    elif history.points is not None:
        x0, x1, y0, y1 = history.extent
        x, y = history.points[row].tolist()
        told |= {"place": [(x - x0) / (x1 - x0), (y1 - y) / (y1 - y0)]}
    return told


def thumb(history: History, look: Mapping[str, Array], row: int) -> Array | None:
    """The picture of an image: of the look into the network, else of the run's own thumbnails, else none."""
    if "pictures" in look:
        return look["pictures"][row]
    if history.thumbs is None:
        return None
    place = np.flatnonzero(history.thumb_rows == row)
    return history.thumbs[place[0]] if len(place) else None


@lru_cache(maxsize=4)
def kept(file: Path, changed: float) -> Mapping[str, Array]:
    """The arrays that a look left in a file; `changed` says when it has to be read again."""
    with np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files}
