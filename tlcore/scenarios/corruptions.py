"""What happens to a picture between one camera and another: pure functions of uint8 images.

Each takes images (N, C, H, W), a strength, and a generator that only those with chance in them use,
and gives new images of the same shape. Strength 0 changes nothing. Ink is bright, paper is 0.
"""

from collections.abc import Callable, Sequence
from colorsys import hsv_to_rgb
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]
Chances = Sequence[np.random.Generator]  # one for every image, so that no image's chance depends on another's
Corruption = Callable[[Images, float, np.random.Generator], Images]

MIDDLE = 127.5
LUMA = (0.299, 0.587, 0.114)  # of red, green and blue: ITU-R BT.601, as Pillow's "L"
IN_CACHE = 200_000  # values that a processor holds at hand
BLOTCHES = 4  # of a patchy light, along each side


def low_contrast(images: Images, strength: float, _: np.random.Generator) -> Images:
    """Every pixel moves towards middle grey: x + s (127.5 − x); s from 0 to 1."""
    return contrasted(images, -strength)


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
    return turned(images, degrees)


def turned(images: Images, degrees: float, mirrored: bool = False) -> Images:
    """As `rotated`; or what comes from outside is what lies inside, mirrored at the edge."""
    if degrees == 0:
        return images
    count, channels, height, width = images.shape
    places, weights = _corners(height, width, degrees, mirrored)
    flat = images.reshape(count * channels, height * width)
    new, together = np.empty_like(flat), max(1, IN_CACHE // flat.shape[1])
    for start in range(0, len(flat), together):
        part = np.ascontiguousarray(flat[start : start + together].T)  # (H W, together): whole rows are copied
        read = sum(part[place] * weight[:, None] for place, weight in zip(places, weights))
        new[start : start + together] = _stored(np.asarray(read)).T
    return new.reshape(images.shape)


def lit(images: Images, strength: float) -> Images:
    """More light, x + s (255 − x), or less of it, (1 + s) x; s from −1 to 1."""
    if strength <= 0:
        return _stored(np.float32(1 + strength) * images)
    return _stored(images + np.float32(strength) * (255 - images))


def contrasted(images: Images, strength: float) -> Images:
    """Further from middle grey, x + s (x − 127.5), or nearer to it; s from −1 to 1."""
    return _stored(images + np.float32(strength) * (images - np.float32(MIDDLE)))


def blurred(images: Images, sigma: float) -> Images:
    """Out of focus: a Gaussian of that standard deviation, in pixels; mirrored at the edge."""
    if sigma == 0:
        return images
    down, right = (_gaussian(size, sigma) for size in images.shape[2:])
    return _stored(down @ images.astype(np.float32) @ right.T)


def coloured(images: Images, strength: float, hue: float = 0) -> Images:
    """Paler, down to greys at s = −1; or dyed, up to shades of one hue (in degrees) at s = 1. Images (N, 3, H, W)."""
    grey = np.tensordot(np.array(LUMA, dtype=np.float32), images, axes=(0, 1))[:, None]  # (N, 1, H, W)
    dye = np.ones(3) if strength <= 0 else np.array(hsv_to_rgb(hue / 360, 1, 1))
    one = grey * dye.astype(np.float32)[:, None, None]
    return _stored(images + np.float32(abs(strength)) * (one - images))


def shaded(images: Images, strength: float, chances: Chances) -> Images:
    """In patchy light: x (1 − s t), where t is a smooth pattern from 0 to 1, another one for every image."""
    coarse = np.stack([chance.random((BLOTCHES, BLOTCHES), dtype=np.float32) for chance in chances])
    down, right = (_spread(size) for size in images.shape[2:])
    return _stored(images * (1 - np.float32(strength) * (down @ coarse @ right.T))[:, None])


def grained(images: Images, strength: float, chances: Chances) -> Images:
    """As `noisy`, every image with a chance of its own."""
    noise = np.stack([chance.standard_normal(images.shape[1:], dtype=np.float32) for chance in chances])
    return _stored(images + np.float32(255 * strength) * noise)


@lru_cache(maxsize=8)
def _corners(height: int, width: int, degrees: float, mirrored: bool) -> tuple[NDArray[np.int64], Floats]:
    """The four old pixels that each new one is read from, and how much of each: (4, H W) both."""
    angle = np.deg2rad(degrees)
    down, right = np.mgrid[:height, :width].reshape(2, -1) - np.array([[(height - 1) / 2], [(width - 1) / 2]])
    y = np.cos(angle) * down + np.sin(angle) * right + (height - 1) / 2
    x = np.cos(angle) * right - np.sin(angle) * down + (width - 1) / 2
    top, left = np.floor(y).astype(np.int64), np.floor(x).astype(np.int64)
    places, weights = [], []
    for row, of_row in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, of_column in ((left, 1 - (x - left)), (left + 1, x - left)):
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            places.append(_mirrored(row, height) * width + _mirrored(column, width))
            weights.append(of_row * of_column * (mirrored | inside))
    return np.stack(places), np.stack(weights)


def _mirrored(places: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Places beyond an edge, folded back: −1 becomes 0, −2 becomes 1."""
    folded = places % (2 * size)
    return np.minimum(folded, 2 * size - 1 - folded)


@lru_cache(maxsize=8)
def _gaussian(size: int, sigma: float) -> Floats:
    """The weights (new, old) of a Gaussian along one axis, cut off at four standard deviations."""
    reach = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1)
    bell = np.exp(-0.5 * (reach / sigma) ** 2)
    weights = np.zeros((size, size))
    new = np.arange(size)
    for step, weight in zip(reach, bell / bell.sum()):
        np.add.at(weights, (new, _mirrored(new + step, size)), weight)
    return weights.astype(np.float32)


@lru_cache(maxsize=8)
def _spread(size: int) -> Floats:
    """The weights (size, BLOTCHES) of linear interpolation between a coarse grid's points."""
    return _tents(np.linspace(0, BLOTCHES - 1, size), BLOTCHES).T.astype(np.float32)


def _tents(places: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The weights of linear interpolation between `size` grid lines: (size, places)."""
    tents: NDArray[np.float64] = np.maximum(0, 1 - np.abs(places[None, :] - np.arange(size)[:, None]))
    return tents


def _stored(values: NDArray[np.floating[Any]]) -> Images:
    rounded = np.rint(values)
    stored: Images = np.clip(rounded, 0, 255, out=rounded).astype(np.uint8)
    return stored
