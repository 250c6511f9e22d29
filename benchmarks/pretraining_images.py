"""Generated images to pre-train small backbones on: figures, letters and textures, all in colour.

Nothing here is drawn as a scenario draws it: other figures, other letters than digits, other grounds. Each
of the three sets has its own question; ground, colours, blur and the camera's noise are drawn alike for all.
"""

from collections.abc import Callable, Sequence
from math import cos, pi, sin
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

Chance = np.random.Generator
Colour = NDArray[np.float64]  # red, green and blue from 0 to 255
Points = list[tuple[float, float]]
Grey = NDArray[np.float32]  # (SIDE, SIDE) in [0, 1]

SIDE = 72  # crops of it are learnt from
LIGHT = np.array([0.299, 0.587, 0.114])  # of red, green and blue in grey
OVER = 2  # figures are drawn this much larger, then reduced: smooth edges


def shapes(label: int, chance: Chance) -> Image.Image:
    """A figure of any colour, size and place, leaning somewhat, filled, hatched or as a line drawing."""
    picture = ground(chance)
    for _ in range(int(chance.integers(0, 2))):
        _scribble(picture, chance)
    return _shot(_covered(picture, _figure(label, chance), chance), chance)


def letters(label: int, chance: Chance) -> Image.Image:
    """A letter of any colour, slant, size and place, solid or as an outline, upper or lower case."""
    return _shot(_covered(ground(chance), _letter(label, chance), chance), chance)


def textures(label: int, chance: Chance) -> Image.Image:
    """A pattern that fills the image, in any two colours, turn and scale."""
    first, second = _colours(chance)
    light = list(TEXTURES.values())[label](*_plane(chance), chance)[:, :, None]
    return _shot(Image.fromarray((light * first + (1 - light) * second).astype(np.uint8)), chance)


def drawn(
    draw: Callable[[int, Chance], Image.Image], classes: int, count: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """`count` images (N, 3, SIDE, SIDE) with as many of each class, and their labels (N,)."""
    chance = np.random.default_rng(seed)
    labels = chance.permutation(np.arange(count) % classes)
    images = np.empty((count, 3, SIDE, SIDE), np.uint8)
    for row, label in enumerate(labels):
        images[row] = np.asarray(draw(int(label), chance)).transpose(2, 0, 1)
    return images, labels


def ground(chance: Chance) -> Image.Image:
    """Even paper, a gradient, soft blotches or a pattern."""
    kind = chance.integers(0, 4)
    first, second = _colours(chance)
    if kind == 0:
        return Image.new("RGB", (SIDE, SIDE), tuple(int(each) for each in first))
    if kind == 3:
        light = list(TEXTURES.values())[int(chance.integers(len(TEXTURES)))](*_plane(chance), chance)
    elif kind == 2:
        light = _clouds(chance, 3)
    else:
        x, _ = _plane(chance)
        light = np.clip(0.5 + x / SIDE, 0, 1)
    share = chance.uniform(0.1, 0.6)  # how far its two colours lie apart
    picture = light[:, :, None] * first + (1 - light[:, :, None]) * (share * second + (1 - share) * first)
    return Image.fromarray(picture.astype(np.uint8))


def _colours(chance: Chance) -> tuple[Colour, Colour]:
    """Two colours at some distance from each other."""
    first = chance.uniform(0, 255, 3)
    return first, _far_from(first, chance)


def _far_from(colour: Colour, chance: Chance) -> Colour:
    while True:
        other = chance.uniform(0, 255, 3)
        if abs(other - colour).mean() > 50 and abs((other - colour) @ LIGHT) > 40:  # apart in grey as well
            return other


def _shot(picture: Image.Image, chance: Chance) -> Image.Image:
    """As a camera takes it: more or less colour, some blur, some noise."""
    picture = ImageEnhance.Color(picture).enhance(float(chance.uniform(0.1, 1.0)))
    if chance.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(float(chance.uniform(0.3, 1.2))))
    noise = chance.normal(0, chance.uniform(0, 12), (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def _covered(picture: Image.Image, cover: Image.Image, chance: Chance) -> Image.Image:
    """A picture with ink where a mask (SIDE, SIDE) is white, in a colour that stands out, even or shaded."""
    below = np.asarray(picture).reshape(-1, 3).mean(0)
    colour = _far_from(below, chance)
    x, _ = _plane(chance)
    shade = 1 + chance.uniform(0, 0.5) * np.clip(x / SIDE, -0.5, 0.5)[:, :, None]
    ink = Image.fromarray(np.clip(colour * shade, 0, 255).astype(np.uint8))
    return Image.composite(ink, picture, cover)


def _figure(label: int, chance: Chance) -> Image.Image:
    outline = list(FIGURES.values())[label]
    mask = Image.new("L", (OVER * SIDE, OVER * SIDE))
    pen = ImageDraw.Draw(mask)
    radius = chance.uniform(0.32, 0.5) * OVER * SIDE
    points = _placed(outline(), radius, chance)
    if chance.random() < 0.45:
        width = int(chance.integers(4, 10))
        pen.line([*points, points[0], points[1]], fill=255, width=width, joint="curve")
    else:
        pen.polygon(points, fill=255)
        if chance.random() < 0.4:
            inner = Image.new("L", mask.size)
            step = int(chance.integers(8, 18))
            for at in range(-mask.width, 2 * mask.width, step):
                ImageDraw.Draw(inner).line([(at, 0), (at + mask.width, mask.height)], fill=255, width=step // 3)
            mask.paste(int(chance.integers(0, 140)), (0, 0), Image.composite(inner, Image.new("L", mask.size), mask))
    return mask.resize((SIDE, SIDE), Image.Resampling.BOX)


def _placed(outline: Points, radius: float, chance: Chance) -> Points:
    """An outline in the unit circle, turned, stretched, sheared and moved into the image."""
    turn, stretch = chance.uniform(-0.5, 0.5), chance.uniform(0.75, 1.0)
    lean = chance.uniform(-0.25, 0.25)
    free = 0.5 * OVER * SIDE - 0.8 * radius
    right, down = (0.5 * OVER * SIDE + chance.uniform(-free, free) for _ in range(2))
    placed = []
    for x, y in outline:
        u, v = x * stretch + lean * y, y
        placed.append(
            (right + radius * (cos(turn) * u - sin(turn) * v), down + radius * (sin(turn) * u + cos(turn) * v))
        )
    return placed


def _scribble(picture: Image.Image, chance: Chance) -> None:
    colour = tuple(int(each) for each in chance.uniform(0, 255, 3))
    points = [tuple(chance.uniform(0, SIDE, 2)) for _ in range(int(chance.integers(2, 5)))]
    ImageDraw.Draw(picture).line(points, fill=colour, width=int(chance.integers(1, 4)))


def _letter(label: int, chance: Chance) -> Image.Image:
    sign = ascii_uppercase[label]
    sign = sign.lower() if chance.random() < 0.4 else sign
    large = Image.new("L", (240, 240))
    width = int(chance.integers(0, 7))
    font = ImageFont.load_default(size=100)
    if chance.random() < 0.25:
        font = ImageFont.load_default_imagefont()
        small = Image.new("L", (20, 20))
        ImageDraw.Draw(small).text((4, 4), sign, fill=255, font=font)
        box = small.getbbox()
        large = small.crop(box).resize(((box[2] - box[0]) * 9, (box[3] - box[1]) * 9), Image.Resampling.BICUBIC)
    else:
        ImageDraw.Draw(large).text((70, 40), sign, fill=255, font=font, stroke_width=width)
        if chance.random() < 0.3:
            inside = large.filter(ImageFilter.MinFilter(7))
            large.paste(0, (0, 0), inside)
        large = large.crop(large.getbbox())
    return _turned(large, chance)


def _turned(glyph: Image.Image, chance: Chance) -> Image.Image:
    """A glyph of any size on a mask (SIDE, SIDE): 40 to 85 % as high, leaning up to 0.35, turned up to 0.4 rad."""
    scale = glyph.height / (chance.uniform(0.4, 0.85) * SIDE)
    turn, lean, stretch = chance.uniform(-0.4, 0.4), chance.uniform(-0.35, 0.35), chance.uniform(0.7, 1.3)
    right, down = chance.uniform(-0.12, 0.12, 2) * SIDE
    matrix = (
        scale * np.array([[1 / stretch, lean], [0, 1]]) @ np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
    )
    middle = np.array([glyph.width, glyph.height]) / 2 - matrix @ np.array([SIDE / 2 + right, SIDE / 2 + down])
    numbers = (matrix[0, 0], matrix[0, 1], middle[0], matrix[1, 0], matrix[1, 1], middle[1])
    smooth = glyph.filter(ImageFilter.GaussianBlur(max(0.0, 0.4 * (scale - 1))))
    return smooth.transform((SIDE, SIDE), Image.Transform.AFFINE, numbers, Image.Resampling.BILINEAR)


def _round(corners: int, inner: float = 1.0, start: float = 0.0) -> Points:
    """A polygon in the unit circle; with `inner` below 1 a star of as many points."""
    points = []
    for corner in range(corners):
        for part, radius in ((0.0, 1.0), (0.5, inner))[: 2 if inner < 1 else 1]:
            angle = start + 2 * pi * (corner + part) / corners
            points.append((radius * sin(angle), -radius * cos(angle)))
    return points


def _curve(at: Callable[[float], tuple[float, float]]) -> Points:
    return [at(2 * pi * step / 40) for step in range(40)]


def _crescent() -> Points:
    outer = [(cos(a), sin(a)) for a in np.linspace(0.35 * pi, 1.65 * pi, 24)]
    inner = [(0.45 + 0.75 * cos(a) * 0.9, 0.9 * sin(a)) for a in np.linspace(1.6 * pi, 0.4 * pi, 24)]
    return [*outer, *inner]


FIGURES: dict[str, Callable[[], Points]] = {
    "disc": lambda: _curve(lambda a: (sin(a), cos(a))),
    "ellipse": lambda: _curve(lambda a: (0.5 * sin(a), cos(a))),
    "half": lambda: [(cos(a), sin(a)) for a in np.linspace(0, pi, 24)],
    "crescent": _crescent,
    "drop": lambda: _curve(lambda a: (0.65 * sin(a) * sin(a / 2) ** 1.5, -cos(a))),
    "heart": lambda: _curve(
        lambda a: (sin(a) ** 3, -(13 * cos(a) - 5 * cos(2 * a) - 2 * cos(3 * a) - cos(4 * a)) / 17)
    ),
    "flower": lambda: _curve(lambda a: ((0.75 + 0.25 * cos(5 * a)) * sin(a), (0.75 + 0.25 * cos(5 * a)) * cos(a))),
    "triangle": lambda: _round(3),
    "spike": lambda: [(0, -1), (0.35, 0.9), (-0.35, 0.9)],
    "square": lambda: _round(4, start=pi / 4),
    "bar": lambda: [(-0.3, -0.95), (0.3, -0.95), (0.3, 0.95), (-0.3, 0.95)],
    "trapezium": lambda: [(-0.4, -0.7), (0.4, -0.7), (0.95, 0.7), (-0.95, 0.7)],
    "house": lambda: [(0, -1), (0.8, -0.2), (0.8, 0.9), (-0.8, 0.9), (-0.8, -0.2)],
    "hexagon": lambda: _round(6),
    "cross": lambda: [
        (-0.3, -1), (0.3, -1), (0.3, -0.3), (1, -0.3), (1, 0.3), (0.3, 0.3),
        (0.3, 1), (-0.3, 1), (-0.3, 0.3), (-1, 0.3), (-1, -0.3), (-0.3, -0.3),
    ],
    "arrow": lambda: [(0, -1), (0.75, -0.1), (0.28, -0.1), (0.28, 1), (-0.28, 1), (-0.28, -0.1), (-0.75, -0.1)],
    "corner": lambda: [(-0.8, -0.9), (-0.2, -0.9), (-0.2, 0.3), (0.8, 0.3), (0.8, 0.9), (-0.8, 0.9)],
    "tee": lambda: [
        (-0.9, -0.9), (0.9, -0.9), (0.9, -0.35), (0.28, -0.35), (0.28, 0.95),
        (-0.28, 0.95), (-0.28, -0.35), (-0.9, -0.35),
    ],
    "bolt": lambda: [(0.2, -1), (-0.6, 0.15), (-0.05, 0.15), (-0.25, 1), (0.6, -0.25), (0.05, -0.25)],
    "star of four": lambda: _round(4, inner=0.35),
    "star of five": lambda: _round(5, inner=0.42),
    "star of eight": lambda: _round(8, inner=0.6),
    "hourglass": lambda: [(-0.7, -0.95), (0.7, -0.95), (0.12, 0), (0.7, 0.95), (-0.7, 0.95), (-0.12, 0)],
    "steps": lambda: [
        (-0.9, -0.9), (-0.3, -0.9), (-0.3, -0.3), (0.3, -0.3), (0.3, 0.3), (0.9, 0.3), (0.9, 0.9), (-0.9, 0.9),
    ],
}  # fmt: skip


def _plane(chance: Chance) -> tuple[Grey, Grey]:
    """Every pixel's place (SIDE, SIDE) right and down of the middle, the whole turned by any angle."""
    line = np.arange(SIDE, dtype=np.float32) - SIDE / 2
    turn = chance.uniform(-pi, pi)
    x, y = line[None, :], line[:, None]
    return (cos(turn) * x + sin(turn) * y).astype(np.float32), (cos(turn) * y - sin(turn) * x).astype(np.float32)


def _clouds(chance: Chance, points: int) -> Grey:
    """Smooth noise in [0, 1] with so many blotches along each side."""
    coarse = Image.fromarray(chance.uniform(0, 255, (points, points)).astype(np.uint8))
    return np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32) / 255


def _wave(x: Grey, period: float) -> Grey:
    return 0.5 + 0.5 * np.sin(2 * pi * x / period)


def _sharp(light: Grey, edge: float = 6.0) -> Grey:
    return np.clip(0.5 + edge * (light - 0.5), 0, 1)


def _cells(chance: Chance, count: int) -> tuple[Grey, Grey, NDArray[np.int64]]:
    """Distance to the nearest and to the second nearest of scattered points, and which is the nearest."""
    line = np.arange(SIDE, dtype=np.float32)
    points = chance.uniform(-4, SIDE + 4, (count, 2)).astype(np.float32)
    far = np.hypot(line[None, None, :] - points[:, 0, None, None], line[None, :, None] - points[:, 1, None, None])
    two = np.partition(far, 1, axis=0)[:2]
    return two[0], two[1], far.argmin(0)


def _bricks(x: Grey, y: Grey, chance: Chance) -> Grey:
    high = chance.uniform(6, 12)
    row = np.floor(y / high)
    along = (x + high * (row % 2)) % (2 * high)
    return ((y % high > 1.3) & (along > 1.3)).astype(np.float32)


def _scattered(chance: Chance, draw: Callable[[ImageDraw.ImageDraw, float, float], None], count: int) -> Grey:
    mask = Image.new("L", (OVER * SIDE, OVER * SIDE))
    pen = ImageDraw.Draw(mask)
    for x, y in chance.uniform(0, OVER * SIDE, (count, 2)):
        draw(pen, float(x), float(y))
    return np.asarray(mask.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / 255


def _dashes(_: Grey, __: Grey, chance: Chance) -> Grey:
    def dash(pen: ImageDraw.ImageDraw, x: float, y: float) -> None:
        angle, long = chance.uniform(0, pi), chance.uniform(8, 18)
        pen.line([(x, y), (x + long * cos(angle), y + long * sin(angle))], fill=255, width=3)

    return _scattered(chance, dash, int(chance.integers(60, 140)))


def _bubbles(_: Grey, __: Grey, chance: Chance) -> Grey:
    def bubble(pen: ImageDraw.ImageDraw, x: float, y: float) -> None:
        r = chance.uniform(4, 16)
        pen.ellipse([x - r, y - r, x + r, y + r], outline=255, width=3)

    return _scattered(chance, bubble, int(chance.integers(25, 60)))


def _pebbles(_: Grey, __: Grey, chance: Chance) -> Grey:
    def pebble(pen: ImageDraw.ImageDraw, x: float, y: float) -> None:
        r = chance.uniform(4, 14)
        pen.ellipse([x - r, y - r, x + r, y + r], fill=int(chance.integers(60, 256)))

    return _scattered(chance, pebble, int(chance.integers(30, 90)))


def _spectrum(chance: Chance, fall: float) -> Grey:
    """Noise whose strength falls as frequency to the power of `fall`."""
    lines = np.fft.fftfreq(SIDE)
    strength = np.maximum(np.hypot(lines[:, None], lines[None, :]), 1 / SIDE) ** -fall
    noise = np.fft.ifft2(np.fft.fft2(chance.standard_normal((SIDE, SIDE))) * strength).real
    return np.clip(0.5 + noise / (4 * noise.std()), 0, 1).astype(np.float32)


def _warped(x: Grey, chance: Chance, most: float) -> Grey:
    return x + most * (_clouds(chance, 5) - 0.5)


TEXTURES: dict[str, Callable[[Grey, Grey, Chance], Grey]] = {
    "stripes": lambda x, _, c: _sharp(_wave(x, c.uniform(5, 14))),
    "soft stripes": lambda x, _, c: _wave(x, c.uniform(6, 18)),
    "fine lines": lambda x, _, c: (x % c.uniform(5, 10) < 1.4).astype(np.float32),
    "checks": lambda x, y, c: _sharp(0.5 + 2 * (_wave(x, p := c.uniform(8, 20)) - 0.5) * (_wave(y, p) - 0.5)),
    "plaid": lambda x, y, c: 0.5 * _sharp(_wave(x, c.uniform(8, 16))) + 0.5 * _sharp(_wave(y, c.uniform(8, 16))),
    "grid": lambda x, y, c: ((x % (p := c.uniform(6, 14)) < 1.6) | (y % p < 1.6)).astype(np.float32),
    "dots": lambda x, y, c: _sharp(_wave(x, p := c.uniform(6, 14)) * _wave(y, p), 4),
    "zigzag": lambda x, y, c: _sharp(_wave(y + abs(x % (p := c.uniform(8, 16)) - p / 2), c.uniform(6, 12))),
    "waves": lambda x, y, c: _sharp(
        _wave(y + c.uniform(2, 5) * np.sin(2 * pi * x / c.uniform(12, 24)), c.uniform(6, 12))
    ),
    "rings": lambda x, y, c: _wave(np.hypot(x - c.uniform(-20, 20), y - c.uniform(-20, 20)), c.uniform(5, 12)),
    "wood": lambda x, y, c: _wave(_warped(np.hypot(x + 50, 0.25 * y), c, 18), c.uniform(4, 9)),
    "marble": lambda x, _, c: _wave(_warped(x, c, 45), c.uniform(9, 18)) ** 2,
    "spokes": lambda x, y, c: _sharp(_wave(np.arctan2(y, x) / (2 * pi), 1 / int(c.integers(6, 14))), 3),
    "bricks": _bricks,
    "cracks": lambda _, __, c: np.clip((d := _cells(c, int(c.integers(15, 45))))[1] - d[0], 0, 1.8) / 1.8,
    "mosaic": lambda _, __, c: c.random(60).astype(np.float32)[_cells(c, int(c.integers(20, 60)))[2]],
    "scales": lambda _, __, c: np.clip(_cells(c, int(c.integers(20, 50)))[0] / 10, 0, 1),
    "dashes": _dashes,
    "bubbles": _bubbles,
    "pebbles": _pebbles,
    "grain": lambda _, __, c: _spectrum(c, 0.0),
    "fleece": lambda _, __, c: _spectrum(c, 1.0),
    "clouds": lambda _, __, c: _spectrum(c, 1.9),
    "blots": lambda _, __, c: _sharp(_spectrum(c, 1.8), 12),
}

SETS: dict[str, tuple[Callable[[int, Chance], Image.Image], Sequence[str]]] = {
    "shapes": (shapes, tuple(FIGURES)),
    "letters": (letters, tuple(ascii_uppercase)),
    "textures": (textures, tuple(TEXTURES)),
}
