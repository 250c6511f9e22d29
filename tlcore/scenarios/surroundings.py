"""What small pictures stand in, and how they are taken: ground, light and the camera's noise."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tlcore.scenarios.figures import SIDE, Floats

Images = NDArray[np.uint8]

BLOTCHES = 4  # of an unquiet ground, along each side
SHADE = 0.6  # how much light is missing at the far side, at full unrest
NOISE = (6.0, 16.0)  # standard deviation of the camera's: always, and added at full unrest


@dataclass(frozen=True)
class Surroundings:
    """What N images stand in and how they are taken, however strong the unrest then is."""

    grey: Floats  # (N,): of the paper at rest
    blotches: Floats  # (N, 3, B, B): colours on a coarse grid
    light: Floats  # (N,): where it comes from, radians
    grain: np.random.Generator  # of the camera's noise, image by image

    @classmethod
    def drawn(cls, count: int, random: np.random.Generator, grain: np.random.Generator) -> Self:
        grey = random.uniform(10, 50, count).astype(np.float32)
        blotches = random.uniform(0, 220, (count, 3, BLOTCHES, BLOTCHES)).astype(np.float32)
        return cls(grey, blotches, random.uniform(-np.pi, np.pi, count).astype(np.float32), grain)

    def first(self, count: int | None) -> Self:
        return type(self)(self.grey[:count], self.blotches[:count], self.light[:count], self.grain)

    def ground(self, unrest: float) -> Floats:
        """(N, 3, H, W) of 0 to 255: even paper at an unrest of 0, blotches alone at 1."""
        motley = np.matmul(_TENTS, np.matmul(self.blotches, _TENTS.T))  # (N, 3, H, W)
        mixed: Floats = (1 - unrest) * self.grey[:, None, None, None] + unrest * motley
        return mixed

    def photographed(self, picture: Floats, unrest: float) -> Images:
        """The picture (N, 3, H, W) in a light that falls off to one side, with the camera's noise."""
        line = np.linspace(-0.5, 0.5, SIDE, dtype=np.float32)
        cos, sin = np.cos(self.light)[:, None, None], np.sin(self.light)[:, None, None]
        shade = np.clip(0.5 + cos * line[None, None, :] + sin * line[None, :, None], 0, 1)  # (N, H, W)
        noise = self.grain.standard_normal(picture.shape, dtype=np.float32)
        seen = picture * (1 - SHADE * unrest * shade[:, None]) + (NOISE[0] + NOISE[1] * unrest) * noise
        photographed: Images = np.clip(np.rint(seen), 0, 255).astype(np.uint8)
        return photographed


def _tents(points: int) -> Floats:
    """The weights (SIDE, points) of linear interpolation between the points of a coarse grid."""
    places = np.linspace(0, points - 1, SIDE, dtype=np.float32)
    tents: Floats = np.clip(1 - abs(places[:, None] - np.arange(points, dtype=np.float32)), 0, 1)
    return tents


_TENTS = _tents(BLOTCHES)
