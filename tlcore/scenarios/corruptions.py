"""What happens to a picture between one camera and another: pure functions of uint8 images.

Each takes images (N, C, H, W), a strength, and a generator that only those with chance in them use,
and gives new images of the same shape. Strength 0 changes nothing. Ink is bright, paper is 0.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Corruption = Callable[[Images, float, np.random.Generator], Images]

MIDDLE = 127.5


def low_contrast(images: Images, strength: float, _: np.random.Generator) -> Images:
    """Every pixel moves towards middle grey: x + s (127.5 − x); s from 0 to 1."""
    return _stored(images + strength * (MIDDLE - images))


def dark(images: Images, strength: float, _: np.random.Generator) -> Images:
    """Less light: (1 − s) x; s from 0 to 1."""
    return _stored((1 - strength) * images)


def noisy(images: Images, strength: float, random: np.random.Generator) -> Images:
    """Gaussian noise in every pixel: x + 255 s ε, cut off at black and white; s from 0 to 1."""
    return _stored(images + 255 * strength * random.standard_normal(images.shape))


def inverted(images: Images, strength: float, _: np.random.Generator) -> Images:
    """The paper grows lighter and the ink is its difference: |255 s − x|; at s = 1 the negative.

    A plain cross-fade to the negative would be empty half-way; here the outlines stay.
    """
    return _stored(np.abs(255.0 * strength - images))


def rotated(images: Images, degrees: float, _: np.random.Generator) -> Images:
    """Turned anticlockwise around the centre, read bilinearly; what comes from outside is 0."""
    count, channels, height, width = images.shape
    flat = images.reshape(count * channels, height * width).astype(np.float64)
    return _stored(flat @ _readings(height, width, degrees)).reshape(images.shape)


def _readings(height: int, width: int, degrees: float) -> NDArray[np.float64]:
    """How much of each old pixel (rows) each new pixel (columns) holds: (H W, H W)."""
    angle = np.deg2rad(degrees)
    down, right = np.mgrid[:height, :width].reshape(2, -1) - np.array([[(height - 1) / 2], [(width - 1) / 2]])
    y = np.cos(angle) * down + np.sin(angle) * right + (height - 1) / 2  # (H W,): where a new pixel is read
    x = np.cos(angle) * right - np.sin(angle) * down + (width - 1) / 2
    rows = _tents(y, height)[:, None, :] * _tents(x, width)[None, :, :]  # (H, W, H W)
    return rows.reshape(height * width, height * width)


def _tents(places: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The weights of linear interpolation between `size` grid lines: (size, places)."""
    tents: NDArray[np.float64] = np.maximum(0, 1 - np.abs(places[None, :] - np.arange(size)[:, None]))
    return tents


def _stored(values: NDArray[np.floating[Any]]) -> Images:
    stored: Images = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return stored
