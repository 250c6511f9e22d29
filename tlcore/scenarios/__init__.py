"""Scenarios: pairs of a source and a target domain, by name. Free of torch."""

from tlcore.cards import BETWEEN, SHIFTED, ScenarioCard
from tlcore.errors import UnknownKey
from tlcore.scenarios import altered, pairs
from tlcore.scenarios.base import Pair, Scenario, Split
from tlcore.scenarios.colored import COLORED_DIGITS, COLORED_MNIST
from tlcore.scenarios.digits import PrintedToHandwritten
from tlcore.scenarios.glyphs import Glyphs
from tlcore.scenarios.handwriting import CHANGED
from tlcore.scenarios.known import KNOWN
from tlcore.scenarios.labels import LABELS
from tlcore.scenarios.omniglot import Omniglot
from tlcore.scenarios.points import Blobs, CovariateShift, Moons
from tlcore.scenarios.real import REAL
from tlcore.scenarios.shapes import Bias, Shapes, ZeroShot

SCENARIOS: tuple[Scenario, ...] = (
    Moons(),
    Blobs(),
    CovariateShift(),
    PrintedToHandwritten(),
    *CHANGED,
    Shapes(),
    ZeroShot(),
    Bias(),
    Glyphs(),
    *LABELS,
    COLORED_DIGITS,
    *REAL,
    *KNOWN,
    COLORED_MNIST,
    Omniglot(),
)

__all__ = ["SCENARIOS", "Pair", "Scenario", "Split", "cards", "find"]


def find(key: str) -> Scenario:
    """The scenario of that name, or of two domains `SOURCE~TARGET`; raises `UnknownKey`, naming the nearest ones."""
    for scenario in SCENARIOS:
        if scenario.card.key == key:
            return scenario
    if key.endswith(SHIFTED):
        return altered.composed(key)
    if BETWEEN in key:
        return pairs.paired(key)
    raise UnknownKey("scenario", key, [scenario.card.key for scenario in SCENARIOS])


def cards() -> dict[str, ScenarioCard]:
    """Those that are there on every machine; what somebody imported makes more of them."""
    return {scenario.card.key: scenario.card for scenario in SCENARIOS}
