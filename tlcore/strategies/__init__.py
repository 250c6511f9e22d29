"""The catalogue of strategies: one explicit line each."""

from typing import Any

from tlcore.errors import UnknownKey
from tlcore.strategies.adabn import AdaBN
from tlcore.strategies.adda import ADDA
from tlcore.strategies.base import Strategy, Training, Values
from tlcore.strategies.dann import DANN
from tlcore.strategies.deep_coral import DeepCoral
from tlcore.strategies.fine_tune import FineTune
from tlcore.strategies.linear_probe import LinearProbe
from tlcore.strategies.mmd import MMD
from tlcore.strategies.proto_net import ProtoNet
from tlcore.strategies.scratch import Scratch
from tlcore.strategies.source_only import SourceOnly

_ALL: tuple[type[Strategy[Any]], ...] = (
    Scratch,
    SourceOnly,
    LinearProbe,
    FineTune,
    DeepCoral,
    MMD,
    DANN,
    ADDA,
    AdaBN,
    ProtoNet,
)

STRATEGIES: dict[str, type[Strategy[Any]]] = {strategy.card.key: strategy for strategy in _ALL}


def find(key: str) -> type[Strategy[Any]]:
    """The strategy of that key; raises `UnknownKey`, naming the nearest."""
    if key not in STRATEGIES:
        raise UnknownKey("strategy", key, STRATEGIES)
    return STRATEGIES[key]


__all__ = ["STRATEGIES", "Strategy", "Training", "Values", "find"]
