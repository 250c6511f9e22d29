"""How backbones and scores are called where a model is chosen."""

from collections.abc import Mapping
from typing import Any

from tlcore import catalogue


def name(each: Mapping[str, Any]) -> str:
    """A backbone with its pre-training, as a person says it."""
    card = catalogue.backbone(each["backbone"])
    return f"{card['title']}, {'random' if each['weights'] == 'none' else each['weights']}"


def title(key: str) -> str:
    """What a score is called."""
    known = {"logme": "LogME", "h-score": "H-score", "transrate": "TransRate", "knn": "5 nearest"}
    return known.get(key, key.upper())
