"""Letters of eight alphabets that no other letter of the list resembles, and the font that holds them all."""

from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

# Where two alphabets share a form (Latin o, Greek omicron, Cyrillic o …), the first one has it.
KNOWN = {
    "Latin": "abcdefgijkmnoprstuvwxyzABDEFGHKLMNPQRTY",
    "Greek": "αβδεζηθικλμνξπφχω",
    "Cyrillic": "гджзийлфцчшщъыьюя",
    "Armenian": "գդէըթժիլխկձճմնշչպջռվտփքֆ",
}
NEW = {
    "Georgian": "აბგდეზთიკლმპჟრსტუფქღყწჭჯ",
    "Hebrew": "אבגדהזךכלמנעףץצקרשת",
    "Tifinagh": "ⴰⴱⴳⴺⴻⴼⴽⴿⵀⵁⵃⵄⵇⵉⵊⵋⵌⵐⵒⵓⵕⵖⵛⵜⵠⵢⵣⵤ",
    "Lao": "ກຂຄຈຊຍຕຖທນບປຜຝພມຣລວສຫຮ",
}
LETTERS = "".join((*KNOWN.values(), *NEW.values()))

FONT = Path(__file__).parent / "fonts" / "dejavu-sans-letters.ttf"
CANVAS = 80  # side of a glyph's canvas, in pixels
TALL = 52  # the longer side of a letter on it, at its plain weight
STROKES = (-1, 0, 2, 4, 6)  # pixels added around a letter's outline, or taken from it, at twice that size


@cache
def glyph(letter: str, weight: int) -> Image.Image:
    """A letter, white on black, centred on a CANVAS×CANVAS square; `weight` counts in STROKES."""
    stroke, large = STROKES[weight], Image.new("L", (4 * CANVAS, 4 * CANVAS))
    pen = ImageDraw.Draw(large)
    pen.text((CANVAS, CANVAS), letter, fill=255, font=_font(), stroke_width=max(0, stroke))
    ink = large.filter(ImageFilter.MinFilter(1 - 2 * stroke)) if stroke < 0 else large
    ink = ink.crop(ink.getbbox())
    scale = TALL / max(ink.size)
    ink = ink.resize((max(1, round(ink.width * scale)), max(1, round(ink.height * scale))), Image.Resampling.BICUBIC)
    canvas = Image.new("L", (CANVAS, CANVAS))
    canvas.paste(ink, ((CANVAS - ink.width) // 2, (CANVAS - ink.height) // 2))
    return canvas


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, 2 * TALL)
