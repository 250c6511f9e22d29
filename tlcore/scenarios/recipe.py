"""What a composed shift does to an image: a few changes, one after the other, each as strong as its dial says.

In the order of a photograph: the thing is turned, lies on its background, is out of focus, takes on a colour, gets
more or less light and contrast, and at last the camera's noise. Numpy and Pillow alone. What chance does to an image
depends on the seed and on the number of its row: more rows change none of those before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Self
from zlib import crc32

import numpy as np

from tlcore.dials import CLASS_MIX, SHIFT, Dial
from tlcore.scenarios import corruptions
from tlcore.scenarios.corruptions import Chances, Images
from tlcore.scenarios.digits import bundled
from tlcore.scenarios.photo import PHOTOS, over, read

VERSION = 1  # of what the changes do: images that were kept are made anew when it rises
FOCUS = 0.1  # standard deviation of the full blur, as a share of an image's side
SCANNED = 32  # pixels along which a photograph behind tiny images is as fine as they are
TOGETHER = 1 << 19  # values that are worked on at once

DIALS = (
    Dial(
        SHIFT, "strength of everything", "%", 0, 100, 100, 5,
        "Scales all changes below together: at 0 % the target is as the source, at 100 % as the dials below say.",
    ),
    Dial("rotate", "rotation", "°", 0, 180, 0, 1, "How far each image is turned anticlockwise."),
    Dial(
        "background", "background", "%", 0, 100, 0, 5,
        "Ink lies on photographs, as in MNIST-M: each pixel is the difference of image and photo. Photographs are seen "
        "in patchy light, as under a tree.",
    ),
    Dial("blur", "blur", "%", 0, 100, 0, 5, "At 100 % every point is spread by a tenth of the image's side."),
    Dial("colour", "colour", "%", -100, 100, 0, 5, "Below 0 % paler, down to greys; above, dyed in one hue."),
    Dial("hue", "hue of the dye", "°", 0, 355, 0, 5, "0° red, 120° green, 240° blue; seen where colour is above 0."),
    Dial("brightness", "brightness", "%", -100, 100, 0, 5, "At −100 % all is black, at 100 % all is white."),
    Dial("contrast", "contrast", "%", -100, 100, 0, 5, "At −100 % all is one grey; at 100 % differences are doubled."),
    Dial("noise", "noise", "%", 0, 100, 0, 5, "The standard deviation of each pixel's noise, against full white."),
    Dial(
        CLASS_MIX, "class mix", "%", 0, 98, 0, 2,
        "How much rarer the last class is than the first in the target, training and exam alike, by even steps; the "
        "source stays as it is. Who makes the domains look alike is then misled.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """How strong each change is, in the units of its dial."""

    rotate: float = 0
    background: float = 0
    blur: float = 0
    colour: float = 0
    hue: float = 0
    brightness: float = 0
    contrast: float = 0
    noise: float = 0

    @classmethod
    def of(cls, dials: Mapping[str, float]) -> Self:
        """What all dials together ask for: each scaled by the strength of everything; a hue has no strength."""
        share = dials[SHIFT] / 100
        scales = {each.name: 1.0 if each.name == "hue" else share for each in fields(cls)}
        return cls(**{name: scale * dials[name] for name, scale in scales.items()})

    @property
    def nothing(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self) if each.name != "hue")

    def __str__(self) -> str:
        """Short, and another one for every other recipe."""
        return ",".join(f"{each.name}={getattr(self, each.name):.6g}" for each in fields(self))


def changed(images: Images, recipe: Recipe, seed: int, purpose: str, paper: bool, first: int = 0) -> Images:
    """Images (N, 3, H, W) after all changes; the very same ones when there is none.

    `first` is the number of the first row, `purpose` the name of the part that they belong to; `paper` says that
    they are bright ink on dark paper and not photographs.
    """
    if recipe.nothing:
        return images
    together = max(1, TOGETHER // images[0].size) if len(images) else 1
    done = [
        _changed(images[start : start + together], recipe, _Chance(seed, purpose, first + start), paper)
        for start in range(0, len(images), together)
    ]
    return np.concatenate(done) if done else images


@dataclass(frozen=True)
class _Chance:
    """Chance for some rows in a row, apart for every change."""

    seed: int
    purpose: str
    first: int

    def of(self, change: str, count: int) -> Chances:
        address = crc32(f"{self.purpose}, {change}".encode())
        return [np.random.default_rng([self.seed, address, row]) for row in range(self.first, self.first + count)]


def _changed(images: Images, recipe: Recipe, chance: _Chance, paper: bool) -> Images:
    count, side = len(images), images.shape[-1]
    if recipe.rotate:
        images = corruptions.turned(images, recipe.rotate, mirrored=not paper)
    if recipe.background and paper:
        images = over(images, _patches(images.shape, chance.of("background", count)), recipe.background / 100)
    elif recipe.background:
        images = corruptions.shaded(images, recipe.background / 100, chance.of("background", count))
    if recipe.blur:
        images = corruptions.blurred(images, recipe.blur / 100 * FOCUS * side)
    if recipe.colour:
        images = corruptions.coloured(images, recipe.colour / 100, recipe.hue)
    if recipe.brightness:
        images = corruptions.lit(images, recipe.brightness / 100)
    if recipe.contrast:
        images = corruptions.contrasted(images, recipe.contrast / 100)
    if recipe.noise:
        images = corruptions.grained(images, recipe.noise / 100, chance.of("noise", count))
    return images


def _patches(shape: tuple[int, ...], chances: Chances) -> Images:
    """A piece of a photograph for each image, (N, 3, H, W), from a place of its own."""
    _, _, height, width = shape
    photos = _photographs(max(1, SCANNED // height))
    pieces = np.empty((len(chances), 3, height, width), dtype=np.uint8)
    for piece, chance in zip(pieces, chances):
        photo = photos[chance.integers(len(photos))]
        down, right = (chance.random(2) * (photo.shape[1] - height + 1, photo.shape[2] - width + 1)).astype(int)
        piece[:] = photo[:, down : down + height, right : right + width]
    return pieces


@cache
def _photographs(smaller: int) -> tuple[Images, ...]:
    return tuple(read(bundled(path), smaller) for path in PHOTOS)
