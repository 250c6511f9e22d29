"""The Data page's drawings, from a summary's numbers: class balance, pixel values, average images, pairs.

Everywhere the source is solid and the target is dashed and hollow, so that no colour is needed to tell them apart.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard.drawing import framed, outlines

ROW, BAR, MOST = 30.0, 9.0, 24  # units of a class in the balance, of one bar; classes that are drawn
WIDE, NAMES, NUMBERS = 460.0, 118.0, 52.0
CHANNELS = ("Red", "Green", "Blue")
AVERAGE = 62.0  # units of an average image

Counts = Mapping[str, int]


def balance(classes: Sequence[str], source: Counts, target: Counts) -> str:
    """Bars of every class: its share of all images of its domain, and how many these are."""
    shown = classes[:MOST]
    all_source, all_target = max(1, sum(source.values())), max(1, sum(target.values()))
    most = max([source.get(c, 0) / all_source for c in shown] + [target.get(c, 0) / all_target for c in shown] + [1e-9])
    room = WIDE - NAMES - NUMBERS
    drawn = []
    for place, name in enumerate(shown):
        top = place * ROW
        drawn.append(f'<text x="{NAMES - 8:g}" y="{top + 16:g}" text-anchor="end">{escape(_short(name, 19))}</text>')
        for line, (counts, whole) in enumerate(((source, all_source), (target, all_target))):
            many = counts.get(name, 0)
            wide, y = room * many / whole / most, top + 3 + line * (BAR + 2)
            look = (
                'fill="var(--st-text-color)" fill-opacity=".62"'
                if line == 0
                else 'fill="none" stroke="var(--st-text-color)" stroke-width="1.3" stroke-dasharray="4 2.5"'
            )
            drawn.append(f'<rect x="{NAMES:g}" y="{y:g}" width="{max(wide, 0.8):.1f}" height="{BAR:g}" {look}/>')
            drawn.append(f'<text class="quiet" x="{NAMES + wide + 5:.1f}" y="{y + 8:g}" font-size="9">{many:,}</text>')
    says = "Images of each class. " + "; ".join(f"{c}: {source.get(c, 0)} and {target.get(c, 0)}" for c in shown)
    return framed(WIDE, len(shown) * ROW, "".join(drawn), says)


def balance_rows(classes: Sequence[str], source: Counts, target: Counts) -> list[list[str]]:
    """The same as a table."""
    all_source, all_target = max(1, sum(source.values())), max(1, sum(target.values()))
    rows = [["Class", "Source", "of all", "Target", "of all"]]
    for name in classes:
        a, b = source.get(name, 0), target.get(name, 0)
        rows.append([name, f"{a:,}", f"{a / all_source:.1%}", f"{b:,}", f"{b / all_target:.1%}"])
    return rows


def histograms(source: Mapping[str, Any], target: Mapping[str, Any], grey: bool) -> str:
    """How often pixels have which value: one panel a channel, source solid and target dashed."""
    channels = ("Grey",) if grey else CHANNELS
    wide, high, gap = (WIDE - 16 * (len(channels) - 1)) / len(channels), 84.0, 16.0
    drawn = []
    for k, name in enumerate(channels):
        left = k * (wide + gap)
        lines = [source["histogram"][k], target["histogram"][k]]
        lines = [[value**0.5 for value in line] for line in lines]  # rare values stay visible beside a background
        drawn.append(f'<text x="{left:g}" y="9">{name}</text>')
        drawn.append(f'<path class="end" d="M{left:g} {14 + high:g}h{wide:g}"/>')
        drawn.append(outlines(lines, left, 14, wide, high, (1.8, 1.6)))
        drawn.append(f'<text class="quiet" x="{left:g}" y="{26 + high:g}" font-size="9">0</text>')
        drawn.append(
            f'<text class="quiet" x="{left + wide:g}" y="{26 + high:g}" font-size="9" text-anchor="end">255</text>'
        )
    return framed(WIDE, 30 + high, "".join(drawn), "Pixel values of source and target: " + _said(source, target, grey))


def pixel_rows(source: Mapping[str, Any], target: Mapping[str, Any], grey: bool) -> list[list[str]]:
    """Mean and standard deviation of each channel, on the scale of 0 to 1, and how far the means are apart."""
    rows = [["Channel", "Source mean ± std", "Target mean ± std", "Apart"]]
    for k, name in enumerate(("Grey",) if grey else CHANNELS):
        a, b = source["mean"][k], target["mean"][k]
        told = [f"{a:.2f} ± {source['std'][k]:.2f}", f"{b:.2f} ± {target['std'][k]:.2f}", f"{b - a:+.2f}"]
        rows.append([name, *told])
    return rows


def averages(classes: Sequence[str], sides: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """Average images, one row a domain: of all, then of each class; `sides` are (mark, address, its classes)."""
    names, gap = ["All", *classes[:10]], 6.0
    middles = [22 + k * (AVERAGE + gap) + AVERAGE / 2 for k in range(len(names))]
    drawn = [
        f'<text x="{middle:g}" y="9" text-anchor="middle">{escape(_short(name, 10))}</text>'
        for middle, name in zip(middles, names)
    ]
    for line, (mark, address, own) in enumerate(sides):
        top = 15 + line * (AVERAGE + gap)
        drawn.append(f'<text x="4" y="{top + AVERAGE / 2 + 4:g}">{mark}</text>')
        for k, name in enumerate(names):
            if k and name not in own:
                continue
            place = own.index(name) + 1 if k else 0
            drawn.append(crop(address, place, len(own) + 1, 1, 22 + k * (AVERAGE + gap), top, AVERAGE))
    wide = 22 + len(names) * (AVERAGE + gap)
    return framed(wide, 15 + 2 * (AVERAGE + gap), "".join(drawn), f"Average images of {', '.join(names)}.")


def pairs(told: Sequence[Mapping[str, Any]], address: str, blocks: bool, columns: int = 6) -> str:
    """Pairs of images, one above the other, with how alike they are."""
    size, gap, below = 64.0, 9.0, 22.0
    drawn = []
    for k, pair in enumerate(told):
        left, top = k % columns * (size + gap), k // columns * (2 * size + below + 8)
        for line in (0, 1):
            place = k + line * len(told)
            drawn.append(crop(address, place, len(told), 2, left, top + line * (size + 2), size, blocks))
        (a, b), same = pair["classes"], pair["classes"][0] == pair["classes"][1]
        says = _short(a, 12) if same else f"{_short(a, 6)} · {_short(b, 6)}"
        at = f'x="{left + size / 2:g}" text-anchor="middle" font-size="9"'
        drawn.append(f'<text {at} y="{top + 2 * size + 12:g}">{pair["alike"]:.2f}</text>')
        drawn.append(f'<text class="quiet" {at} y="{top + 2 * size + 22:g}">{escape(says)}</text>')
    lines = -(-len(told) // columns)
    high = lines * (2 * size + below + 8)
    return framed(columns * (size + gap) - gap, high, "".join(drawn), f"{len(told)} pairs of images that look alike.")


def crop(
    address: str, place: int, columns: int, lines: int, x: float, y: float, size: float, blocks: bool = False
) -> str:
    """One square out of a sheet of `columns` × `lines` equal ones, drawn at (x, y)."""
    across, down = place % columns, place // columns
    style = ' style="image-rendering:pixelated"' if blocks else ""
    return (
        f'<svg x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}" viewBox="{across} {down} 1 1" overflow="hidden">'
        f'<image href="{escape(address, quote=True)}" width="{columns}" height="{lines}"'
        f' preserveAspectRatio="none"{style}/>'
        "</svg>"
    )


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _said(source: Mapping[str, Any], target: Mapping[str, Any], grey: bool) -> str:
    return "; ".join(f"{row[0]} {row[1]} and {row[2]}" for row in pixel_rows(source, target, grey)[1:])
