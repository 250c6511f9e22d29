"""Which images are worth a look, and how a network's answers fall: plain arithmetic on one frame, or on two."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.inspect.history import Frame, History
from tlcore.training.events import Array

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

BOTH, SOURCE, TARGET = "Both", "Source", "Target"
DOMAINS = (BOTH, SOURCE, TARGET)
WORST, BEST, UNSURE, RANDOM, CHANGED = "Worst", "Best", "Least sure", "Random", "Changed"
ORDERS = {
    WORST: "Wrong answers, the surest first.",
    BEST: "Right answers, the surest first.",
    UNSURE: "All answers, the least sure first.",
    RANDOM: "Drawn by chance.",
    CHANGED: "Answers that are not what they were at another step: first those that have become wrong, then those "
    "that have become right, then the rest; the surest first.",
}


def of_domain(history: History, domain: str) -> Mask:
    if domain == BOTH:
        return np.ones(len(history), dtype=bool)
    return history.target_rows if domain == TARGET else ~history.target_rows


def confusion(history: History, frame: Frame, rows: Mask) -> tuple[list[int], list[int], NDArray[np.int64]]:
    """True classes that occur, answers that occur or could be right, and how often each answer came (rows, columns)."""
    labels, answers = history.label[rows], frame.predicted[rows]
    truths = sorted(set(labels.tolist()))
    given = sorted({*truths, *answers.tolist()})
    counts = np.zeros((len(truths), len(given)), dtype=np.int64)
    np.add.at(counts, (np.searchsorted(truths, labels), np.searchsorted(given, answers)), 1)
    return truths, given, counts


def per_class(history: History, frame: Frame) -> dict[int, tuple[float | None, float | None]]:
    """Share of right answers for each class, (source, target); None where a domain has none of its images."""
    right = frame.predicted == history.label

    def share(rows: Mask) -> float | None:
        return float(right[rows].mean()) if rows.any() else None

    return {
        label: tuple(share((history.label == label) & of_domain(history, each)) for each in (SOURCE, TARGET))  # type: ignore[misc]
        for label in sorted(set(history.label.tolist()))
    }


def chosen(
    history: History, frame: Frame, rows: Mask, order: str, *, before: Frame | None = None, draw: int = 0
) -> Rows:
    """Rows in the order asked for, out of those allowed; `before` is what `CHANGED` compares with."""
    right, sure = frame.predicted == history.label, frame.certain
    if order == WORST:
        return _sorted(rows & ~right, -sure)
    if order == BEST:
        return _sorted(rows & right, -sure)
    if order == UNSURE:
        return _sorted(rows, sure)
    if order == CHANGED:
        if before is None:
            return np.zeros(0, dtype=np.int64)
        was = before.predicted == history.label
        kind = np.where(was & ~right, 0, np.where(~was & right, 1, 2))
        return _sorted(rows & (before.predicted != frame.predicted), kind - sure / 2)  # a certainty is 1 at the most
    return np.random.default_rng(draw).permutation(np.flatnonzero(rows))


def _sorted(rows: Mask, by: Array) -> Rows:
    found = np.flatnonzero(rows)
    return found[np.argsort(by[found], kind="stable")]


def nearest(features: Array, row: int, among: Mask, count: int) -> list[tuple[int, float]]:
    """The images whose features are nearest to one image's, itself left out, with their Euclidean distances."""
    others = np.flatnonzero(among)
    others = others[others != row]
    away = features[others].astype(np.float64) - features[row].astype(np.float64)
    distances = np.sqrt(np.square(away).sum(1))
    order = np.argsort(distances, kind="stable")[:count]
    return [(int(others[k]), float(distances[k])) for k in order]


def spells(history: History, row: int) -> list[tuple[int, int, int]]:
    """What an image was taken for over the run: (from step, to step, answer), equal answers together."""
    told: list[tuple[int, int, int]] = []
    for step in history.steps:
        answer = int(history.frames[step].predicted[row])
        if told and told[-1][2] == answer:
            told[-1] = (told[-1][0], step, answer)
        else:
            told.append((step, step, answer))
    return told


def confusion_rows(history: History, told: tuple[list[int], list[int], Any]) -> list[list[str]]:
    """The matrix as a table, in counts."""
    truths, given, counts = told
    head = ["True \\ answered", *(history.named(each) for each in given)]
    return [head, *([history.named(each), *map(str, line)] for each, line in zip(truths, counts.tolist()))]
