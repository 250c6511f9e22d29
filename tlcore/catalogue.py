"""What there is to choose from, readable without torch.

The cards of strategies and backbones stand beside code that needs torch, and the page must not
load it: torch alone takes longer to import than the page to appear. So `python -m tlcore.catalogue`
writes every card into `catalogue.json`, and a test fails when that file is stale.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tlcore.errors import UnknownKey
from tlcore.scenarios import pairs

PLACE = Path(__file__).with_name("catalogue.json")


def strategies() -> dict[str, dict[str, Any]]:
    """By key: `card` (see `tlcore.cards.Card`) and `hparams` (see `HParams.describe`)."""
    return _read()["strategies"]


def backbones() -> dict[str, dict[str, Any]]:
    """By key: see `tlcore.cards.BackboneCard`."""
    return _read()["backbones"]


def scenarios() -> dict[str, dict[str, Any]]:
    """By key: see `tlcore.cards.ScenarioCard`. Those of the catalogue, then the pairs of what was imported here."""
    return {**_read()["scenarios"], **{key: scenario(key) for key in pairs.listed()}}


def strategy(key: str) -> dict[str, Any]:
    return _found("strategy", key, strategies())


def backbone(key: str) -> dict[str, Any]:
    return _found("backbone", key, backbones())


def scenario(key: str) -> dict[str, Any]:
    """That of the catalogue, or of two domains as in `pacs/photo~pacs/sketch`. Raises `UnknownKey`."""
    known = _read()["scenarios"]
    if key not in known and pairs.BETWEEN in key:
        return pairs.paired(key).card.as_json()
    return _found("scenario", key, known)


def written() -> str:
    """The catalogue as the cards say it now; loads torch."""
    from tlcore import networks, scenarios
    from tlcore.strategies import STRATEGIES

    content = {
        "strategies": {
            key: {"card": each.card.as_json(), "hparams": each.HParams.describe()} for key, each in STRATEGIES.items()
        },
        "backbones": {key: card.as_json() for key, card in networks.cards().items()},
        "scenarios": {key: card.as_json() for key, card in scenarios.cards().items()},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _found(kind: str, key: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if key not in known:
        raise UnknownKey(kind, key, known)
    return known[key]


@cache
def _read() -> dict[str, dict[str, dict[str, Any]]]:
    content: dict[str, dict[str, dict[str, Any]]] = json.loads(PLACE.read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    PLACE.write_text(written(), encoding="utf-8")
