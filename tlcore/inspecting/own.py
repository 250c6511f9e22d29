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

LARGEST = 1024  # pixels of the shorter side at which a picture is read
BRIGHT, DARK = 160, 96  # medians along the edge beyond which a ground counts as light or as dark
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
    ground, theirs = _ground(values), _ground(like)
    if grey and ((ground > BRIGHT and theirs < DARK) or (ground < DARK and theirs > BRIGHT)):
        values, ground = 255 - values, 255 - ground
        kind = "light on dark" if theirs < DARK else "dark on light"
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


def _ground(images: Pixels) -> int:
    """The median along the edge of an image (H, W) or (H, W, 3), or of images (N, C, H, W)."""
    planes = images.reshape(-1, *images.shape[-2:]) if images.ndim != 3 else np.moveaxis(images, -1, 0)
    edges = (planes[:, 0], planes[:, -1], planes[:, :, 0], planes[:, :, -1])
    return int(np.median(np.concatenate([each.ravel() for each in edges])))


def _box(plane: Pixels, ground: int) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what differs from its ground, in an image (H, W); None where nothing does."""
    apart = np.abs(plane.astype(np.int16) - ground)
    if apart.max() < 255 * INK / 2:
        return None
    ink = apart >= INK * apart.max()
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _share(like: Pixels) -> float:
    """The longer side of what is in an image, as a share of the image's, in the middle over the images."""
    ground = _ground(like)
    boxes = [_box(image.mean(0).astype(np.uint8), ground) for image in like[:200]]
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
