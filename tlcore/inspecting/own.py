"""Somebody's own picture, brought to what a run was trained on: size, channels, ground, how large a thing is in it.

Knows numpy and Pillow only. A picture comes from a stranger, so it is read as uploads are, by `tlcore.library`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlcore.errors import DataUnavailable, RequestError
from tlcore.library.listing import FileListing
from tlcore.library.names import shown
from tlcore.library.opening import MOST_PIXELS
from tlcore.library.packing import square

Pixels = NDArray[np.uint8]

FAINT = 16  # of 255: what is nowhere further from its ground is empty
LARGEST = 1024  # pixels of the shorter side at which a picture is read
MOSTLY = 0.8  # share of the training images that have to be light on dark, or dark on light, for it to be a rule
EVEN = 0.6  # share of a picture's edge that has to be of one light, for it to be a ground
INK = 0.35  # of the way from the ground to the farthest value: from there on a pixel is ink


@dataclass(frozen=True)
class Fitted:
    """A picture as the network gets it, and what was done to it, in sentences."""

    pixels: Pixels  # (C, H, W)
    remarks: tuple[str, ...]


def fitted(file: Path, name: str, like: Pixels, *, drawn: bool = False) -> Fitted:
    """The middle square of a picture at the size of `like`; `drawn` marks are centred and as large as theirs.

    like (N, C, H, W): some training images. Where these are grey and light on dark ground, and the picture is the
    other way round (or the reverse), light and dark are turned around.
    Raises `DataUnavailable` for what is no image or damaged, `RequestError` where a drawing is empty.
    """
    channels, high, wide = like.shape[1:]
    image = _read(file, name)
    side, remarks = max(high, wide), list[str]()
    grey = channels == 1 or bool((like[:, :1] == like).all())
    if grey:
        image = image.convert("L")
    values = np.asarray(image)
    ground = _ground(values)
    if grey and (theirs := _rule(like[:, 0])) and _lighter(values, ground) == -theirs and _even(values, ground):
        values, ground = 255 - values, 255 - ground
        kind = "light on dark" if theirs > 0 else "dark on light"
        remarks.append(f"Light and dark were turned around: what the run was trained on is {kind}.")
    if drawn:
        values = _centred(values, ground, _share(like))
        remarks.append("The drawing was centred, and made as large as what the run was trained on.")
    pixels = square(Image.fromarray(values), side)[:, :high, :wide]
    return Fitted(np.ascontiguousarray(pixels[:1].repeat(channels, 0) if grey else pixels[:channels]), tuple(remarks))


def _read(file: Path, name: str) -> Image.Image:
    try:
        return FileListing(name, {"": [file]}).read(0, LARGEST)
    except DataUnavailable as reason:
        # What Pillow says holds the place on this machine, which is nobody's business but where pixels are counted.
        large = f" (more than {MOST_PIXELS:,} pixels)" if "pixels" in str(reason) else ""
        raise DataUnavailable(
            f"'{shown(name)}' cannot be read as an image{large}: choose a JPEG, PNG, GIF, BMP, WebP or TIFF file."
        ) from None


def _ground(image: Pixels) -> int:
    """The median along the edge of an image, (H, W) or (H, W, 3)."""
    return int(np.median(_edge(image)))


def _edge(image: Pixels) -> Pixels:
    sides = (image[0], image[-1], image[:, 0], image[:, -1])
    return np.concatenate([each.ravel() for each in sides])


def _even(image: Pixels, ground: int) -> bool:
    return float((np.abs(_edge(image).astype(np.int16) - ground) < 32).mean()) >= EVEN


def _lighter(plane: Pixels, ground: int) -> int:
    """1 where what is in an image (H, W) is lighter than its ground, -1 where it is darker, 0 where nothing is."""
    apart = plane.astype(np.int16) - ground
    farthest = np.abs(apart).max()
    if not farthest:
        return 0
    return int(np.sign(apart[np.abs(apart) >= INK * farthest].sum()))


def _rule(planes: Pixels) -> int:
    """1 where most of the images (N, H, W) are light on dark, -1 where most are dark on light, else 0."""
    signs = np.array([_lighter(plane, _ground(plane)) for plane in planes])
    return 1 if (signs > 0).mean() >= MOSTLY else -1 if (signs < 0).mean() >= MOSTLY else 0


def _box(plane: Pixels, ground: int) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what differs from its ground, in an image (H, W); None where nothing does."""
    apart = np.abs(plane.astype(np.int16) - ground)
    if apart.max() < FAINT:
        return None
    ink = apart >= INK * apart.max()
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _share(like: Pixels) -> float:
    """The longer side of what is in an image, as a share of the image's, in the middle over the images."""
    planes = [image.mean(0).astype(np.uint8) for image in like]
    boxes = [_box(plane, _ground(plane)) for plane in planes]
    sides = [max(box[2] - box[0], box[3] - box[1]) for box in boxes if box]
    return float(np.median(sides)) / max(like.shape[-2:]) if sides else 0.75


def _centred(values: Pixels, ground: int, share: float) -> Pixels:
    """What is drawn in the middle of an even square, its longer side this share of the square's."""
    plane = values if values.ndim == 2 else values.mean(2).astype(np.uint8)
    box = _box(plane, ground)
    if box is None:
        raise RequestError("There is nothing drawn yet: draw something with the pointer, or with the arrow keys.")
    left, top, right, bottom = box
    across, down = right - left, bottom - top
    side = max(1, round(max(across, down) / share))
    canvas = np.full((side, side, *values.shape[2:]), ground, dtype=np.uint8)
    x, y = (side - across) // 2, (side - down) // 2
    canvas[y : y + down, x : x + across] = values[top:bottom, left:right]
    return canvas
