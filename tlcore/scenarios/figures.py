"""Draws coloured figures on small images: shape × colour × size × texture, with smooth edges.

Every figure is a signed distance: how far a pixel lies outside of it, in pixels. A pixel is covered
by half a pixel minus that distance, which gives edges without steps, for all images at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tlcore.scenarios.base import Labels

Floats = NDArray[np.float32]
Distance = Callable[[Floats, Floats, Floats], Floats]

SIDE = 16
SIZES = ("small", "medium", "large")
TEXTURES = ("plain", "striped", "dotted")
PAINT = {  # red, green and blue from 0 to 255
    "red": (225, 60, 50),
    "yellow": (230, 200, 50),
    "green": (65, 185, 80),
    "blue": (60, 110, 230),
    "violet": (185, 80, 210),
}
COLOURS = tuple(PAINT)
RADII = (4.2, 5.3, 6.4)  # of the circle around a figure, in pixels
PERIOD = 3.6  # of stripes and dots, in pixels
_WAVE = np.float32(2 * np.pi / PERIOD)
GROOVE = 0.55  # how much light stripes and dots take


def _circle(x: Floats, y: Floats, r: Floats) -> Floats:
    distance: Floats = np.hypot(x, y) - 0.9 * r
    return distance


def _square(x: Floats, y: Floats, r: Floats) -> Floats:
    distance: Floats = np.maximum(abs(x), abs(y)) - 0.8 * r
    return distance


def _triangle(x: Floats, y: Floats, r: Floats) -> Floats:
    """With its tip up; y points down."""
    sides: Floats = np.maximum(y, 0.866 * abs(x) - 0.5 * y) - 0.55 * r
    return sides


def _cross(x: Floats, y: Floats, r: Floats) -> Floats:
    upright = np.maximum(abs(x) - 0.33 * r, abs(y) - r)
    lying = np.maximum(abs(y) - 0.33 * r, abs(x) - r)
    either: Floats = np.minimum(upright, lying)
    return either


def _star(x: Floats, y: Floats, r: Floats) -> Floats:
    """Five points: each pixel is turned and mirrored into one tenth, whose edge is one straight line."""
    tenth = np.pi / 5
    angle = abs((np.arctan2(x, -y) + tenth) % (2 * tenth) - tenth)
    u, v, inner = np.hypot(x, y) * np.cos(angle), np.hypot(x, y) * np.sin(angle), 0.45
    du, dv = inner * np.cos(tenth) - 1, inner * np.sin(tenth)  # from the tip to the notch, for r = 1
    distance: Floats = (dv * (u - 1.1 * r) - du * v) / np.hypot(du, dv)
    return distance


FIGURES: dict[str, Distance] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
    "star": _star,
}
SHAPES = tuple(FIGURES)


@dataclass(frozen=True)
class Figures:
    """What stands on each of N images; every field is (N,), but `tint`."""

    shape: Labels
    colour: Labels
    size: Labels
    texture: Labels
    right: Floats  # pixels from the middle
    down: Floats
    turn: Floats  # radians
    grow: Floats  # against the radius of its size
    phase: Floats  # of its texture, pixels
    tint: Floats  # (N, 3), added to its colour

    @classmethod
    def varied(cls, shape: Labels, colour: Labels, random: np.random.Generator) -> Self:
        """Figures of those shapes and colours; size, texture, place and turn are drawn."""
        count = len(shape)

        def within(most: float, *more: int) -> Floats:
            return random.uniform(-most, most, (count, *more)).astype(np.float32)

        size, texture = random.integers(0, len(SIZES), count), random.integers(0, len(TEXTURES), count)
        move = within(1.2), within(1.2), within(0.3)
        return cls(shape, colour, size, texture, *move, 1 + within(0.07), within(PERIOD), within(25, 3))

    def first(self, count: int | None) -> Self:
        return type(self)(*(getattr(self, each.name)[:count] for each in fields(self)))


def drawn(figures: Figures, ground: Floats) -> Floats:
    """The figures on a ground (N, 3, H, W) of 0 to 255: (N, 3, H, W)."""
    x, y, radius = _places(figures)
    outside = np.empty_like(x)
    for shape, distance in enumerate(FIGURES.values()):
        rows = figures.shape == shape
        outside[rows] = distance(x[rows], y[rows], radius[rows])
    cover = np.clip(0.5 - outside, 0, 1)[:, None]  # (N, 1, H, W)
    colour = np.array(list(PAINT.values()), np.float32)[figures.colour] + figures.tint  # (N, 3)
    paint = colour[:, :, None, None] * _light(figures, x, y)[:, None]
    picture: Floats = cover * paint + (1 - cover) * ground
    return picture


def _places(figures: Figures) -> tuple[Floats, Floats, Floats]:
    """Every pixel as each figure sees it, (N, H, W) right and down of its middle, and the radii (N, 1, 1)."""
    line = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    right = line[None, None, :] - figures.right[:, None, None]
    down = line[None, :, None] - figures.down[:, None, None]
    cos, sin = np.cos(figures.turn)[:, None, None], np.sin(figures.turn)[:, None, None]
    radius = np.array(RADII, np.float32)[figures.size] * figures.grow
    return cos * right + sin * down, cos * down - sin * right, radius[:, None, None]


def _light(figures: Figures, x: Floats, y: Floats) -> Floats:
    """How bright a texture leaves each pixel of a figure, from 0 to 1: (N, H, W)."""
    light = np.ones_like(x)
    for texture, taken in enumerate((_nothing, _stripes, _dots)):
        rows = figures.texture == texture
        phase = figures.phase[rows, None, None]
        light[rows] -= GROOVE * np.clip(taken(_WAVE * (x[rows] + phase), _WAVE * (y[rows] + phase)), 0, 1)
    return light


def _nothing(across: Floats, _: Floats) -> Floats:
    return np.zeros_like(across)


def _stripes(_: Floats, down: Floats) -> Floats:
    stripes: Floats = np.sin(down) + np.float32(0.5)
    return stripes


def _dots(across: Floats, down: Floats) -> Floats:
    dots: Floats = np.float32(2) * np.sin(across) * np.sin(down)
    return dots
