"""What there is to choose from, readable without torch.

The cards of strategies and backbones stand beside code that needs torch, and the page must not
load it: torch alone takes longer to import than the page to appear. So `python -m tlcore.catalogue`
writes every card into `catalogue.json`, and a test fails when that file is stale.
"""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from tlcore.cards import BETWEEN, SHIFTED
from tlcore.dials import effective
from tlcore.errors import UnknownKey
from tlcore.library import shelf
from tlcore.timm_cards import PREFIX, timm_card

PLACE = Path(__file__).with_name("catalogue.json")


def strategies() -> dict[str, dict[str, Any]]:
    """By key: `card` (see `tlcore.cards.Card`) and `hparams` (see `HParams.describe`)."""
    return _read()["strategies"]


def backbones() -> dict[str, dict[str, Any]]:
    """By key: see `tlcore.cards.BackboneCard`."""
    return _read()["backbones"]


def scenarios() -> dict[str, dict[str, Any]]:
    """By key: see `tlcore.cards.ScenarioCard`. Those of the catalogue, then the pairs of what was imported here."""
    return {**_read()["scenarios"], **_imported()}


def augments() -> dict[str, dict[str, Any]]:
    """By key: see `tlcore.augment.AugmentCard`."""
    return _read()["augments"]


def strategy(key: str) -> dict[str, Any]:
    return _found("strategy", key, strategies())


def backbone(key: str) -> dict[str, Any]:
    """That of the catalogue, or timm's as in `timm:resnet10t`. Raises `UnknownKey` or `RequestError`."""
    return timm_card(key) if key.startswith(PREFIX) else _found("backbone", key, backbones())


def scenario(key: str) -> dict[str, Any]:
    """That of the catalogue, or of two domains as in `pacs/photo~pacs/sketch`. Raises `UnknownKey`."""
    if key in (own := _read()["scenarios"]):
        return own[key]  # without a look at the disk: a page asks two hundred times
    if key in (known := scenarios()):
        return known[key]
    if key.endswith(SHIFTED):
        from tlcore.scenarios import altered

        return altered.composed(key).card.as_json()
    if BETWEEN in key:
        from tlcore.scenarios import pairs  # loads numpy, which no other card needs

        return pairs.paired(key).card.as_json()
    return _found("scenario", key, known)


def dials(scenario_key: str) -> list[dict[str, Any]]:
    """Every dial of a scenario: its own, then those about labels."""
    card = scenario(scenario_key)
    return [*card["dials"], *card["label_dials"]]


def turned(scenario_key: str, settings: Mapping[str, float]) -> dict[str, Any]:
    """A scenario's card with the dials about labels as the settings say: another exam, other label sets."""
    card = scenario(scenario_key)
    exam, label_sets = effective(card["exam"], card["label_sets"], settings)
    return {**card, "exam": exam, "label_sets": label_sets}


def augment(key: str) -> dict[str, Any]:
    return _found("augmentation", key, augments())


def written() -> str:
    """The catalogue as the cards say it now; loads torch."""
    from tlcore import augment, networks, scenarios
    from tlcore.strategies import STRATEGIES

    content = {
        "strategies": {
            key: {"card": each.card.as_json(), "hparams": each.HParams.describe()} for key, each in STRATEGIES.items()
        },
        "backbones": {key: card.as_json() for key, card in networks.cards().items()},
        "scenarios": {key: card.as_json() for key, card in scenarios.cards().items()},
        "augments": {key: card.as_json() for key, card in augment.cards().items()},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _found(kind: str, key: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if key not in known:
        raise UnknownKey(kind, key, known)
    return known[key]


def _imported() -> dict[str, dict[str, Any]]:
    stamp = shelf.stamp()
    return _pairs_of(stamp) if stamp else {}


@lru_cache(maxsize=4)
def _pairs_of(_stamp: tuple[tuple[str, int, int], ...]) -> dict[str, dict[str, Any]]:
    """The pairs of what lies on the shelf, worked out once for each state of it."""
    from tlcore.scenarios import pairs

    return {key: pairs.paired(key).card.as_json() for key in pairs.listed()}


@cache
def _read() -> dict[str, dict[str, dict[str, Any]]]:
    content: dict[str, dict[str, dict[str, Any]]] = json.loads(PLACE.read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    PLACE.write_text(written(), encoding="utf-8")
