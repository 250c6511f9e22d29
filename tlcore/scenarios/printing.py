"""Draws digits as scikit-learn's were scanned: 32×32 ink or paper, counted in 4×4 blocks.

Each image starts from a large glyph that is drawn once, and is slanted, turned, stretched and moved
by one affine map, so that a thousand images take a tenth of a second.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

GLYPH = 96  # side of a glyph's canvas, in pixels
CAPITAL = 64  # height of a digit on it
STROKES = (0, 2, 4, 6)  # how much ink is added around a glyph's outline: four thicknesses
BITMAP = len(STROKES)  # one more face: Pillow's old bitmap font, which has feet and even strokes
PLAIN = 1  # the face of plain print
THINNEST = 5  # pixels taken from each side of a stroke, which leaves 2 of plain print's 12
SCAN = 32  # side of the scanned square


@dataclass(frozen=True)
class Styles:
    """How each of N images is drawn; every field is (N,)."""

    face: NDArray[np.int64]  # which glyph: a thickness, or the bitmap font
    thin: NDArray[np.int64]  # glyph pixels taken from each side of a stroke
    height: NDArray[np.float64]  # of the digit, as a share of the square
    width: NDArray[np.float64]  # stretch against the height
    slant: NDArray[np.float64]  # sideways per upwards
    turn: NDArray[np.float64]  # radians
    right: NDArray[np.float64]  # pixels of the 32×32 square
    down: NDArray[np.float64]

    @classmethod
    def varied(cls, count: int, spread: float, random: np.random.Generator, fineness: float = 0) -> "Styles":
        """Styles around plain print: `spread` 0 is one plain style, 1 varies like handwriting.

        `fineness` 0 leaves the strokes as bold as the font has them, 1 makes most of them as thin as a hair.
        """

        def around(centre: float, most: float) -> NDArray[np.float64]:
            return centre + spread * most * random.uniform(-1, 1, count)

        face = np.where(random.random(count) < spread, random.integers(0, BITMAP + 1, count), PLAIN)
        shape = around(0.88, 0.12), around(1.0, 0.3), around(0, 0.45), around(0, 0.3), around(0, 3), around(0, 2)
        thin = np.floor(fineness * THINNEST + random.random(count)).astype(np.int64)
        return cls(face, thin, *shape)


def drawn(labels: NDArray[np.int64], styles: Styles, signs: str = "0123456789") -> NDArray[np.uint8]:
    """Images (N, 1, 8, 8) of 17 grey levels from 0 (paper) to 255 (ink): label k drawn as `signs[k]`."""
    scans = np.empty((len(labels), SCAN, SCAN), dtype=np.uint8)
    maps = _maps(styles).tolist()
    for row, label in enumerate(labels):
        glyph = _glyph(signs[label], int(styles.face[row]), int(styles.thin[row]))
        scan = glyph.transform((SCAN, SCAN), Image.Transform.AFFINE, maps[row], Image.Resampling.BILINEAR)
        scans[row] = np.asarray(scan)
    return counted(scans >= 128)


def counted(ink: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Ink (N, 32, 32) counted in blocks of 4×4 and spread over 0..255: (N, 1, 8, 8)."""
    blocks: NDArray[np.int64] = ink.reshape(-1, 8, 4, 8, 4).sum(axis=(2, 4))  # (N, 8, 8), 0..16
    grey: NDArray[np.uint8] = np.rint(blocks * (255 / 16)).astype(np.uint8)
    return grey[:, None]


def _maps(styles: Styles) -> NDArray[np.float64]:
    """Where in the glyph a pixel of each scan comes from, as Pillow's six numbers: (N, 6).

    The inverse of stretch, slant, turn and move, in this order.
    """
    scale = styles.height * (SCAN / CAPITAL)
    one, zero = np.ones_like(scale), np.zeros_like(scale)
    cos, sin = np.cos(styles.turn), np.sin(styles.turn)
    turn, slant, stretch = (
        np.array(rows).transpose(2, 0, 1)  # (N, 2, 2)
        for rows in (
            [[cos, -sin], [sin, cos]],
            [[one, -styles.slant], [zero, one]],
            [[scale * styles.width, zero], [zero, scale]],
        )
    )
    back = np.linalg.inv(turn @ slant @ stretch)  # (N, 2, 2)
    centre = SCAN / 2 + np.stack([styles.right, styles.down], axis=1)[:, :, None]  # (N, 2, 1)
    maps: NDArray[np.float64] = np.concatenate([back, GLYPH / 2 - back @ centre], axis=2).reshape(-1, 6)
    return maps


@cache
def _glyph(sign: str, face: int, thin: int) -> Image.Image:
    """A sign, white on black, cut to its ink, CAPITAL high and centred on a GLYPH×GLYPH canvas."""
    large = Image.new("L", (2 * GLYPH, 2 * GLYPH))
    pen = ImageDraw.Draw(large)
    if face == BITMAP:
        pen.text((8, 8), sign, fill=255, font=ImageFont.load_default_imagefont())
    else:
        pen.text((32, 32), sign, fill=255, font=ImageFont.load_default(size=CAPITAL), stroke_width=STROKES[face])
    ink = large.crop(large.getbbox())
    ink = ink.resize((max(1, round(ink.width * CAPITAL / ink.height)), CAPITAL), Image.Resampling.BICUBIC)
    canvas = Image.new("L", (GLYPH, GLYPH))
    canvas.paste(ink, ((GLYPH - ink.width) // 2, (GLYPH - CAPITAL) // 2))
    return canvas.filter(ImageFilter.MinFilter(1 + 2 * thin)) if thin else canvas
