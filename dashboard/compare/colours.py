"""One colour a strategy, the same in every chart: Okabe-Ito first, and dashes once colours are used up."""

from collections.abc import Sequence
from functools import cache

from dashboard.drawing import CLASS_COLOURS
from tlcore import catalogue
from tlcore.runs.references import SOURCE_ONLY

INK = "#8a8f98"  # of the source alone, which all others are held against
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
_FIRST = ("dann", "deep-coral", "mcd", "cdan", "mmd", "fine-tune")  # what people compare first, told apart by colour


@cache
def _order() -> Sequence[str]:
    return [*_FIRST, *(key for key in catalogue.strategies() if key not in (*_FIRST, SOURCE_ONLY))]


def colour(strategy: str) -> str:
    if strategy not in _order():
        return INK
    return CLASS_COLOURS[_order().index(strategy) % len(CLASS_COLOURS)]


def faded(colour: str, share: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def styles(strategies: Sequence[str]) -> list[tuple[str, str, str]]:
    """For lines of these strategies colour, dash and symbol; two of equal colour differ in the other two."""
    used: dict[str, int] = {}
    found = []
    for place, strategy in enumerate(strategies):
        paint = CLASS_COLOURS[place % len(CLASS_COLOURS)] if not strategy else colour(strategy)
        again = used[paint] = used.get(paint, -1) + 1
        found.append((paint, DASHES[again % len(DASHES)], SYMBOLS[again % len(SYMBOLS)]))
    return found
