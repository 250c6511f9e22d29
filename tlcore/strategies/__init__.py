"""The catalogue of strategies: one explicit line each."""

from typing import Any

from tlcore.errors import UnknownKey
from tlcore.strategies.adabn import AdaBN
from tlcore.strategies.adda import ADDA
from tlcore.strategies.anil import ANIL
from tlcore.strategies.attention_transfer import AttentionTransfer
from tlcore.strategies.attribute_embedding import AttributeEmbedding
from tlcore.strategies.barlow import Barlow
from tlcore.strategies.base import Strategy, Training, Values
from tlcore.strategies.baseline_plus_plus import BaselinePlusPlus
from tlcore.strategies.bitfit import BitFit
from tlcore.strategies.cdan import CDAN
from tlcore.strategies.coral import Coral
from tlcore.strategies.dann import DANN
from tlcore.strategies.deep_cluster import DeepCluster
from tlcore.strategies.deep_coral import DeepCoral
from tlcore.strategies.deep_jdot import DeepJDOT
from tlcore.strategies.distill import Distill
from tlcore.strategies.domain_confusion import DomainConfusion
from tlcore.strategies.dsbn import DSBN
from tlcore.strategies.eszsl import ESZSL
from tlcore.strategies.fine_tune import FineTune
from tlcore.strategies.gradual_unfreezing import GradualUnfreezing
from tlcore.strategies.group_dro import GroupDRO
from tlcore.strategies.hints import Hints
from tlcore.strategies.importance_weighting import ImportanceWeighting
from tlcore.strategies.irm import IRM
from tlcore.strategies.iwan import IWAN
from tlcore.strategies.jan import JAN
from tlcore.strategies.k_means import KMeans
from tlcore.strategies.kliep import KLIEP
from tlcore.strategies.kmm import KMM
from tlcore.strategies.l2_sp import L2SP
from tlcore.strategies.linear_probe import LinearProbe
from tlcore.strategies.lora import LoRA
from tlcore.strategies.lp_ft import LPFT
from tlcore.strategies.maml import MAML
from tlcore.strategies.matching_net import MatchingNet
from tlcore.strategies.mcc import MCC
from tlcore.strategies.mcd import MCD
from tlcore.strategies.mdd import MDD
from tlcore.strategies.mean_teacher import MeanTeacher
from tlcore.strategies.mmd import MMD
from tlcore.strategies.multi_task import MultiTask
from tlcore.strategies.pada import PADA
from tlcore.strategies.proto_net import ProtoNet
from tlcore.strategies.pseudo_label import PseudoLabel
from tlcore.strategies.replay import Replay
from tlcore.strategies.reptile import Reptile
from tlcore.strategies.rotation import Rotation
from tlcore.strategies.scratch import Scratch
from tlcore.strategies.self_taught import SelfTaught
from tlcore.strategies.shot import SHOT
from tlcore.strategies.siamese import Siamese
from tlcore.strategies.simclr import SimCLR
from tlcore.strategies.simsiam import SimSiam
from tlcore.strategies.source_only import SourceOnly
from tlcore.strategies.subspace_alignment import SubspaceAlignment
from tlcore.strategies.surgical import Surgical
from tlcore.strategies.target_only import TargetOnly
from tlcore.strategies.tca import TCA
from tlcore.strategies.tent import TENT
from tlcore.strategies.ulsif import ULSIF

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
    Replay,
    LoRA,
    BitFit,
    Coral,
    DeepCoral,
    MMD,
    JAN,
    DeepJDOT,
    SubspaceAlignment,
    TCA,
    ImportanceWeighting,
    KMM,
    ULSIF,
    KLIEP,
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
    PADA,
    IWAN,
    IRM,
    GroupDRO,
    MultiTask,
    ProtoNet,
    MatchingNet,
    Siamese,
    BaselinePlusPlus,
    ESZSL,
    AttributeEmbedding,
    MAML,
    ANIL,
    Reptile,
    Distill,
    Hints,
    AttentionTransfer,
    Rotation,
    SimCLR,
    SimSiam,
    Barlow,
    DeepCluster,
    KMeans,
    SelfTaught,
)

STRATEGIES: dict[str, type[Strategy[Any]]] = {strategy.card.key: strategy for strategy in _ALL}


def find(key: str) -> type[Strategy[Any]]:
    """The strategy of that key; raises `UnknownKey`, naming the nearest."""
    if key not in STRATEGIES:
        raise UnknownKey("strategy", key, STRATEGIES)
    return STRATEGIES[key]


__all__ = ["STRATEGIES", "Strategy", "Training", "Values", "find"]
