"""Exhibits: what only one technique has to show, told as data that a page can draw without knowing the technique.

A strategy returns some from `exhibits()`; their titles stand on its card with what they mean. Numbers
and images are numpy, so that neither the store nor the page needs torch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Matrix:
    """A table of numbers as colours: the cosines between the tasks' gradients."""

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Array  # (rows, columns)
    low: float = -1.0
    high: float = 1.0


@dataclass(frozen=True)
class Bars:
    """Named amounts side by side, one bar a series: a teacher's answer beside a student's."""

    title: str
    names: Sequence[str]
    series: Mapping[str, Sequence[float]]  # as many numbers as names
    unit: str = ""


@dataclass(frozen=True)
class Meter:
    """One number on a scale, with the value that it should have: is the representation collapsing?"""

    title: str
    value: float
    low: float
    high: float
    healthy: float
    unit: str = ""


@dataclass(frozen=True)
class Histogram:
    """How often a value occurs: the weights of the source samples."""

    title: str
    edges: Array  # (bins + 1,)
    counts: Array  # (bins,)
    mark: float | None = None  # a value to point at, such as the weight of plain training
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """Images in a row, each with a few words and a mark: 1 right, -1 wrong, 0 neither."""

    label: str
    images: Array  # (K, C, H, W) uint8
    captions: Sequence[str]  # (K,)
    marks: Sequence[int] = ()  # (K,), or none at all


@dataclass(frozen=True)
class Gallery:
    """Rows of images: an episode's support and its questions, the most and the least weighted images."""

    title: str
    rows: Sequence[Row] = field(default_factory=tuple)
    side: int = 28  # pixels of an image that is told, about


Exhibit = Matrix | Bars | Meter | Histogram | Gallery


def of_weights(
    histogram: str, gallery: str, weights: Array, look: Callable[[Array], Array] | None, shown: int = 8
) -> tuple[Exhibit, ...]:
    """How source samples are weighted: a histogram, and where they are images those that count most and least.

    weights (N,), 1 being that of plain training; `look` gives the images (B, C, H, W) uint8 of some rows, or is None
    """
    counts, edges = np.histogram(weights, bins=20, range=(0.0, max(float(weights.max()), 1.0)))
    drawn = Histogram(histogram, edges, counts, mark=1.0)
    if look is None:
        return (drawn,)
    order = np.argsort(-weights, kind="stable")
    rows = {"count most": order[:shown], "count least": order[::-1][:shown]}
    return drawn, Gallery(
        gallery,
        tuple(Row(label, look(these), [f"{weight:.2f}" for weight in weights[these]]) for label, these in rows.items()),
    )


def told(exhibit: Exhibit) -> tuple[dict[str, Any], dict[str, Array]]:
    """The exhibit as an event carries it: words and numbers, and its arrays by name."""
    words: dict[str, Any] = {"kind": type(exhibit).__name__.lower(), "title": exhibit.title}
    match exhibit:
        case Matrix(_, rows, columns, values, low, high):
            return words | {"rows": list(rows), "columns": list(columns), "low": low, "high": high}, {
                "values": np.asarray(values, np.float32)
            }
        case Bars(_, names, series, unit):
            table = np.array([list(values) for values in series.values()], np.float32)  # (series, names)
            return words | {"names": list(names), "series": list(series), "unit": unit}, {"values": table}
        case Meter(_, value, low, high, healthy, unit):
            return words | {"value": value, "low": low, "high": high, "healthy": healthy, "unit": unit}, {}
        case Histogram(_, edges, counts, mark, unit):
            arrays = {"edges": np.asarray(edges, np.float32), "counts": np.asarray(counts, np.float32)}
            return words | {"mark": mark, "unit": unit}, arrays
        case Gallery(_, rows, side):
            labels = [
                {"label": row.label, "captions": list(row.captions), "marks": [int(mark) for mark in row.marks]}
                for row in rows
            ]
            return words | {"rows": labels}, {f"images/{k}": thumbnails(row.images, side) for k, row in enumerate(rows)}


def thumbnails(images: Array, side: int = 28) -> Array:
    """Images (K, C, H, W) uint8 as (K, h, w, 3) uint8, at most about `side` pixels wide; C is 1, 2 or 3."""
    step = max(1, round(images.shape[-1] / side))
    small = images[:, :, ::step, ::step]
    if small.shape[1] == 2:  # two-channel images are drawn in red and green
        small = np.concatenate([small, np.zeros_like(small[:, :1])], axis=1)
    colour = np.broadcast_to(small, (len(small), 3, *small.shape[2:]))
    return np.ascontiguousarray(colour.transpose(0, 2, 3, 1), dtype=np.uint8)
