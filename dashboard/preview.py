"""What a scenario looks like, drawn at once while a dial turns; nothing is trained for it."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dashboard.drawing import CLASS_COLOURS, framed
from tlcore import scenarios
from tlcore.dials import NOISE
from tlcore.errors import DataUnavailable
from tlcore.scenarios import Split

POINTS, THUMBS = 160, 8  # shown of each domain
WIDE, HIGH = 268, 104  # of the drawing, in its own units
LETTERS = 5  # of a longer one, where labels matter
SHORT = 2  # letters of a class's name that fit under its image
CHIP = (72, 44)  # of the little picture on a scenario's button, in pixels

Points = NDArray[np.floating[Any]]  # (N, 2)


def preview(key: str, shift: float | None, settings: Mapping[str, float], seed: int) -> str:
    """An SVG of both domains as the dials stand. Raises `TransferError`."""
    return _preview(key, shift, tuple(sorted(settings.items())), seed)


@lru_cache(maxsize=512)
def _preview(key: str, shift: float | None, dials: tuple[tuple[str, float], ...], seed: int) -> str:
    scenario = scenarios.find(key)
    count = POINTS if scenario.card.kind == "points" else THUMBS
    settings = dict(dials)
    source, target = scenario.preview(shift, settings, seed, count)
    says = f"{scenario.card.source} and {scenario.card.target}"
    if scenario.card.kind == "points":
        return framed(WIDE, HIGH, _cloud(source, target), f"Points of {says}.")
    names = scenario.card.classes if max(map(len, scenario.card.classes)) <= SHORT else ()
    if settings.get(NOISE) and not names:  # wrong labels are seen where there are labels
        names = tuple(each[:LETTERS] for each in scenario.card.classes)
    below = 10 if names else 0  # the source comes with labels, and a dial may be about these
    rows = _row(source, scenario.card.source, 0, names) + _row(target, scenario.card.target, 47 + below)
    return framed(WIDE, 92 + below, rows, f"Images of {says}.")


@lru_cache(maxsize=64)
def chip(key: str, shift: float | None = None, settings: tuple[tuple[str, float], ...] = ()) -> bytes:
    """A small picture of a scenario as a PNG; empty where its data is not on this machine."""
    scenario = scenarios.find(key)
    try:
        count = 60 if scenario.card.kind == "points" else 4
        source, target = scenario.preview(shift, dict(settings), count=count)
    except DataUnavailable:
        return b""
    picture = _dots(source, target) if scenario.card.kind == "points" else _pairs(source, target)
    return _png(picture)


def _cloud(source: Split, target: Split) -> str:
    """Source points as discs, target points as crosses, coloured by class; equal scales on both axes."""
    place = _fitted(np.concatenate([source.inputs, target.inputs]), WIDE, HIGH, margin=6)
    discs = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.1" fill="{_colour(label)}" fill-opacity=".55"/>'
        for (x, y), label in zip(place(source.inputs), source.labels)
    )
    crosses = "".join(
        f'<path d="M{x - 2.2:.1f} {y - 2.2:.1f}l4.4 4.4m0 -4.4l-4.4 4.4" stroke="{_colour(label)}" stroke-width="1.2"/>'
        for (x, y), label in zip(place(target.inputs), target.labels)
    )
    return discs + crosses


def _row(split: Split, name: str, top: float, labels: Sequence[str] = ()) -> str:
    """One domain's images side by side under its name, over their labels; pixels stay pixels."""
    size = (WIDE + 3) / THUMBS - 3
    drawn = [f'<text class="quiet" x="0" y="{top + 9:g}">{escape(name)}</text>']
    for k, (image, label) in enumerate(zip(split.inputs[:THUMBS], split.labels)):
        x = k * (size + 3)
        drawn.append(
            f'<image x="{x:.1f}" y="{top + 14:g}" width="{size:.1f}" height="{size:.1f}" '
            f'style="image-rendering:pixelated" href="{_url(Image.fromarray(_picture(image)))}"/>'
        )
        if labels:
            at = f'x="{x + size / 2:.1f}" y="{top + 23.5 + size:.1f}" text-anchor="middle" font-size="9"'
            drawn.append(f"<text {at}>{escape(labels[label])}</text>")
    return "".join(drawn)


def _dots(source: Split, target: Split) -> Image.Image:
    # Drawn four times too large and made smaller: Pillow draws without smooth edges.
    wide, high, scale = *CHIP, 4
    image = Image.new("RGBA", (wide * scale, high * scale))
    pen = ImageDraw.Draw(image)
    place = _fitted(np.concatenate([source.inputs, target.inputs]), *image.size, margin=5 * scale)
    for (x, y), label in zip(place(source.inputs), source.labels):
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=_colour(label) + "A0")
    for (x, y), label in zip(place(target.inputs), target.labels):
        pen.line((x - 6, y - 6, x + 6, y + 6), fill=_colour(label), width=3)
        pen.line((x - 6, y + 6, x + 6, y - 6), fill=_colour(label), width=3)
    return image.resize(CHIP, Image.Resampling.LANCZOS)


def _pairs(source: Split, target: Split) -> Image.Image:
    """Three source images over three target images."""
    wide, high = CHIP
    image = Image.new("RGBA", CHIP)
    size = high // 2 - 1
    for row, split in enumerate((source, target)):
        for column, picture in enumerate(split.inputs[:3]):
            thumb = Image.fromarray(_picture(picture)).resize((size, size), Image.Resampling.NEAREST)
            image.paste(thumb, ((wide - 3 * size) // 2 + column * size + column - 1, row * (size + 2)))
    return image


def _fitted(points: Points, wide: float, high: float, margin: float) -> Callable[[Points], Points]:
    """A map from the points' plane into a picture, with equal scales on both axes and y upwards."""
    low, top = points.min(axis=0), points.max(axis=0)
    scale = min((wide - 2 * margin) / max(top[0] - low[0], 1e-9), (high - 2 * margin) / max(top[1] - low[1], 1e-9))
    middle = (low + top) / 2

    def place(some: Points) -> Points:
        return (some - middle) * np.array([scale, -scale]) + np.array([wide / 2, high / 2])

    return place


def _picture(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(C, H, W) to what Pillow takes: (H, W) grey or (H, W, 3) colour."""
    return image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))


def _colour(label: int) -> str:
    return CLASS_COLOURS[label % len(CLASS_COLOURS)]


def _url(image: Image.Image) -> str:
    return f"data:image/png;base64,{b64encode(_png(image)).decode()}"


def _png(image: Image.Image) -> bytes:
    stored = BytesIO()
    image.save(stored, "PNG", optimize=True)
    return stored.getvalue()
