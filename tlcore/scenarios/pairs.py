"""Pairs of any two domains: `pacs/photo~pacs/sketch`, `svhn~mnist`."""

from tlcore.cards import BETWEEN
from tlcore.errors import UnknownKey
from tlcore.library import domains
from tlcore.scenarios.base import Scenario


def listed() -> list[str]:
    """Every ordered pair of domains of each imported collection; any other two can be named all the same."""
    return [
        f"{source}{BETWEEN}{target}"
        for held in domains.collections().values()
        for source in held
        for target in held
        if source != target
    ]


def paired(key: str) -> Scenario:
    """The scenario `SOURCE~TARGET`. Raises `UnknownKey` for a domain that there is not."""
    source, between, _ = key.partition(BETWEEN)
    if not between:
        raise UnknownKey("pair of domains", key, listed())
    raise UnknownKey("domain", source, domains.entries())
