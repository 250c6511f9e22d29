"""Digits on photographs: the recipe of MNIST-M, |digit − patch| in colour."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from tlcore.scenarios.digits import bundled

Images = NDArray[np.uint8]
PHOTOS = ("images/china.jpg", "images/flower.jpg")
SMALLER = 4  # a digit of 8×8 was scanned at 32×32, so a photograph is made smaller by as much


def blended(images: Images, strength: float, random: np.random.Generator) -> Images:
    """Tiny digits (N, 3, 8, 8) over patches of two photographs, each patch from a place of its own."""
    return over(images, patches(photographs(), len(images), images.shape[-1], random), strength)


def over(images: Images, patches: Images, strength: float) -> Images:
    """|x − s p| for each pixel of images (N, 3, H, W) and patches of that shape; s from 0 to 1.

    Ganin et al., "Domain-Adversarial Training of Neural Networks", JMLR 2016, section 5.2.4, at s = 1.
    """
    background = np.rint(strength * patches.astype(np.float32)).astype(np.int16)  # (N, 3, H, W)
    difference: Images = np.abs(images - background).astype(np.uint8)
    return difference


def patches(photos: tuple[Images, ...], count: int, side: int, random: np.random.Generator) -> Images:
    """`count` squares (count, 3, side, side) cut out of photographs (3, H, W) at chance."""
    which = random.integers(len(photos), size=count)
    places = random.random((count, 2))
    squares = np.empty((count, 3, side, side), dtype=np.uint8)
    for number, photo in enumerate(photos):
        rows = np.flatnonzero(which == number)
        windows = sliding_window_view(photo, (side, side), axis=(1, 2))  # (3, H - side + 1, W - side + 1, side, side)
        down, right = (places[rows] * windows.shape[1:3]).astype(np.int64).T
        squares[rows] = windows[:, down, right].swapaxes(0, 1)
    return squares


@cache
def photographs() -> tuple[Images, ...]:
    """The two photographs that ship with scikit-learn, a quarter as wide: (3, 106, 160) uint8 each."""
    return tuple(read(bundled(path), SMALLER) for path in PHOTOS)


def read(path: Path, smaller: int = 1) -> Images:
    """A photograph as (3, H, W) uint8, made smaller by a whole factor."""
    with Image.open(path) as photo:
        return np.asarray(photo.convert("RGB").reduce(smaller)).transpose(2, 0, 1)
