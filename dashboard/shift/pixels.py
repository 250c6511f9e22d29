"""How bright the images of both domains are, how much contrast they have, and in which colours."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.drawing import framed, outlines

Told = Mapping[str, Any]  # of one domain: mean and std of each channel, and two histograms

WIDE = 520.0
CHANNELS = ("Red", "Green", "Blue")
PIXELS = """
**How to read this.** How bright the images are (the mean of their grey values) and how much contrast they have (the
standard deviation of their grey values), source solid and target dashed: the height is the share of images. Values go
from 0 (black) to 1 (white); an image that is half black and half white has the most contrast, 0.5. At most 500 images
of each domain are looked at. Domains that differ here can often be brought nearer by normalisation alone, before any
adaptation.
"""


def histograms(pixels: Sequence[Told]) -> str:
    """Brightness and contrast of both domains, beside each other."""
    wide, high, gap, drawn = (WIDE - 30) / 2, 110.0, 30.0, []
    for k, (what, most) in enumerate((("brightness", "1"), ("contrast", "0.5"))):
        left, lines = k * (wide + gap), [each[what] for each in pixels]
        drawn.append(f'<text x="{left:g}" y="10">{what.capitalize()}</text>')
        drawn.append(f'<path class="end" d="M{left:g} {16 + high:g}h{wide:g}"/>')
        drawn.append(outlines(lines, left, 16, wide, high, (2, 1.8)))
        drawn.append(f'<text class="quiet" x="{left:g}" y="{29 + high:g}">0</text>')
        drawn.append(f'<text class="quiet" x="{left + wide:g}" y="{29 + high:g}" text-anchor="end">{most}</text>')
    drawn.append(f'<text class="quiet" x="0" y="{45 + high:g}">source solid, target dashed</text>')
    return framed(WIDE, 50 + high, "".join(drawn), said(pixels))


def pixel_rows(pixels: Sequence[Told]) -> list[list[str]]:
    lines = [["", "Source", "Target", "Apart"]]
    for what in ("brightness", "contrast"):
        a, b = (each[f"mean_{what}"] for each in pixels)
        lines.append([f"Mean {what} of an image", f"{a:.3f}", f"{b:.3f}", f"{b - a:+.3f}"])
    names = CHANNELS if len(pixels[0]["mean"]) == 3 else ("Grey",)
    for k, name in enumerate(names):
        (a, da), (b, db) = ((each["mean"][k], each["std"][k]) for each in pixels)
        lines.append(
            [f"{name}, mean ± std of all pixels", f"{a:.3f} ± {da:.3f}", f"{b:.3f} ± {db:.3f}", f"{b - a:+.3f}"]
        )
    return lines


def said(pixels: Sequence[Told]) -> str:
    """Both in a sentence."""
    (a, b), (c, d) = ([each[f"mean_{what}"] for each in pixels] for what in ("brightness", "contrast"))
    return f"Mean brightness {a:.2f} in the source and {b:.2f} in the target; mean contrast {c:.2f} and {d:.2f}."
