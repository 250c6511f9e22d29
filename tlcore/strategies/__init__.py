"""The catalogue of strategies: one explicit line each."""

from typing import Any

from tlcore.errors import UnknownKey
from tlcore.strategies.adabn import AdaBN
from tlcore.strategies.adda import ADDA
from tlcore.strategies.base import Strategy, Training, Values
from tlcore.strategies.bitfit import BitFit
from tlcore.strategies.cdan import CDAN
from tlcore.strategies.dann import DANN
from tlcore.strategies.deep_coral import DeepCoral
from tlcore.strategies.distill import Distill
from tlcore.strategies.domain_confusion import DomainConfusion
from tlcore.strategies.dsbn import DSBN
from tlcore.strategies.fine_tune import FineTune
from tlcore.strategies.gradual_unfreezing import GradualUnfreezing
from tlcore.strategies.group_dro import GroupDRO
from tlcore.strategies.irm import IRM
from tlcore.strategies.l2_sp import L2SP
from tlcore.strategies.linear_probe import LinearProbe
from tlcore.strategies.lora import LoRA
from tlcore.strategies.lp_ft import LPFT
from tlcore.strategies.mcc import MCC
from tlcore.strategies.mcd import MCD
from tlcore.strategies.mdd import MDD
from tlcore.strategies.mean_teacher import MeanTeacher
from tlcore.strategies.mmd import MMD
from tlcore.strategies.proto_net import ProtoNet
from tlcore.strategies.pseudo_label import PseudoLabel
from tlcore.strategies.scratch import Scratch
from tlcore.strategies.shot import SHOT
from tlcore.strategies.source_only import SourceOnly
from tlcore.strategies.surgical import Surgical
from tlcore.strategies.target_only import TargetOnly
from tlcore.strategies.tent import TENT

_ALL: tuple[type[Strategy[Any]], ...] = (
    Scratch,
    SourceOnly,
    TargetOnly,
    LinearProbe,
    FineTune,
    GradualUnfreezing,
    Surgical,
    LPFT,
    L2SP,
    LoRA,
    BitFit,
    DeepCoral,
    MMD,
    DANN,
    DomainConfusion,
    ADDA,
    CDAN,
    MCD,
    MDD,
    AdaBN,
    DSBN,
    TENT,
    PseudoLabel,
    MeanTeacher,
    MCC,
    SHOT,
    IRM,
    GroupDRO,
    ProtoNet,
    Distill,
)

STRATEGIES: dict[str, type[Strategy[Any]]] = {strategy.card.key: strategy for strategy in _ALL}


def find(key: str) -> type[Strategy[Any]]:
    """The strategy of that key; raises `UnknownKey`, naming the nearest."""
    if key not in STRATEGIES:
        raise UnknownKey("strategy", key, STRATEGIES)
    return STRATEGIES[key]


__all__ = ["STRATEGIES", "Strategy", "Training", "Values", "find"]
