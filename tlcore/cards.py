"""Cards: what a person reads about a strategy, a backbone or a scenario before choosing it.

A card holds words and numbers only, so that the page can show it without importing torch.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from tlcore.dials import Dial, effective, of_labels

__all__ = [
    "BETWEEN",
    "SHIFTED",
    "Access",
    "BackboneCard",
    "Card",
    "Dial",
    "Factor",
    "Family",
    "Promise",
    "ScenarioCard",
]


BETWEEN = "~"  # stands between source and target in the key of a scenario that is any two domains: "svhn~mnist"
SHIFTED = f"{BETWEEN}shifted"  # how the key of one that is a single domain, changed in part, ends: "svhn~shifted"


class Access(StrEnum):
    """How much of a domain a strategy asks for; each grants only what it says."""

    NOTHING = "nothing"
    IMAGES = "images"  # all images, no labels
    FEW = "few"  # all images, and the labels that the budget buys (k per class)
    LABELS = "labels"  # all images with all labels


class Family(StrEnum):
    BASELINE = "baseline"
    INDUCTIVE = "feature extraction and fine-tuning"
    ALIGNMENT = "feature alignment"
    ADVERSARIAL = "adversarial"
    NORMALISATION = "domain-specific normalisation"
    REWEIGHTING = "instance reweighting"
    SELF_TRAINING = "self-training and source-free"
    PARTIAL = "partial and open label sets"
    BIAS = "invariance and bias"
    MULTI_TASK = "multi-task"
    FEW_SHOT = "few-shot"
    ZERO_SHOT = "zero-shot"
    META = "meta-learning"
    DISTILLATION = "distillation"
    SELF_SUPERVISED = "self-supervised"
    UNSUPERVISED = "unsupervised transfer"


@dataclass(frozen=True)
class Promise:
    """What a strategy is expected to gain over its baseline; the slow suite keeps it to its word."""

    scenario: str
    over: str  # the baseline's key
    points: float  # at least so many points of target accuracy (0 to 100), mean of the seeds
    seeds: int = 3
    backbone: str = ""  # the scenario's own if empty
    shift: float | None = None
    target_labels: int = 0
    settings: Mapping[str, float] = field(default_factory=dict)  # of the scenario's other dials
    measure: str = "target_accuracy"  # what is compared, as an evaluator names it


@dataclass(frozen=True)
class Card:
    """A strategy's card."""

    key: str
    title: str
    family: Family
    idea: str  # one sentence
    source: str  # paper and equation
    needs: tuple[Access, Access]  # of the source, of the target
    curves: Mapping[str, str]  # every value that `steps` yields, explained
    use: str = ""  # when to use it
    avoid: str = ""  # when not to
    assumes: str = ""
    cost: str = ""  # against plain training, in words
    trains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # of each phase, what changes in it: "head", "backbone" or one "block" of it; or, of the backbone, only its
    # "weights", "biases", "norms" (their scales and shifts) or "statistics"; or "adapters" that were put on it
    wants_norm: bool = False  # True: only works on a backbone with batch norm
    flow: tuple[str, ...] = ()  # the data-flow sketch: "source > backbone* > head", * is frozen
    promise: Promise | None = None
    no_promise: str = ""  # instead of a promise: why it gains nothing on small data, and where it would
    exhibits: Mapping[str, str] = field(default_factory=dict)  # every special view, explained
    wants: tuple[str, ...] = ()  # what a scenario must offer; see `ScenarioCard.offers`
    answers: str = "classes"  # or "clusters": groups without names, matched to classes by the exam

    @property
    def setting(self) -> str:
        """Where labels are: the three settings of Pan & Yang, "A survey on transfer learning", TKDE 2010."""
        source, target = self.needs
        if target in (Access.FEW, Access.LABELS):
            return "inductive"
        return "transductive" if source is Access.LABELS else "unsupervised"

    @property
    def oracle(self) -> bool:
        """Whether it asks for all target labels, which nobody has in practice."""
        return self.needs[1] is Access.LABELS

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "setting": self.setting, "oracle": self.oracle}


@dataclass(frozen=True)
class BackboneCard:
    """A backbone's card."""

    key: str
    title: str
    idea: str
    takes: str  # "points" or "images"
    dim: int  # width of its features
    parameters: int
    family: str = "small"  # by which the page groups them
    pretrainings: Mapping[str, str] = field(default_factory=dict)  # the weights that it can have, by name: on what
    own: str = ""  # which of them it has unless somebody says otherwise; empty: none
    shipped: bool = True  # False: its own weights must be downloaded
    download_mb: float = 0.0
    file: str = ""  # the name of its own weights in the cache of torch's hub
    has_norm: bool = False  # has batch norm
    source: str = ""
    side: int = 0  # the width that its images are best given in, pixels; larger ones are reduced to it; 0: any
    smallest: int = 0  # narrower images are enlarged to it
    gflops: float = 0.0  # billions of multiply-adds for one image of `side`; 0: not measured
    top1: float = 0.0  # % right on ImageNet's validation images with its own weights; 0: not such weights
    activations_mb: float = 0.0  # what one image of `side` leaves in memory until its backward pass

    @property
    def weights(self) -> str:
        """What it was pre-trained on unless somebody says otherwise; empty: nothing."""
        return self.pretrainings.get(self.own, "")

    @property
    def weights_mb(self) -> float:
        """Memory of the weights alone, in single precision."""
        return round(4e-6 * self.parameters, 1)

    @property
    def memory_mb(self) -> float:
        """About what training all of it on one image takes: weights, gradients, Adam's two means, activations."""
        return round(4 * self.weights_mb + self.activations_mb, 1)

    def as_json(self) -> dict[str, Any]:
        told = {"weights": self.weights, "weights_mb": self.weights_mb, "memory_mb": self.memory_mb}
        return {**asdict(self), **told}


@dataclass(frozen=True)
class Factor:
    """A further question about every image: its colour, its size, the environment that it comes from."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioCard:
    """A scenario's card. Its classes are one label space for both domains, though either may lack some of them."""

    key: str
    title: str  # "Moons → moons rotated"
    kind: str  # "points" (2-D), "tiny" (small images, made or at hand) or "real" (data sets)
    idea: str
    source: str  # name of the source domain
    target: str  # name of the target domain
    classes: tuple[str, ...]
    dials: tuple[Dial, ...]  # the first is *the* shift; empty for a fixed pair
    shape: tuple[int, ...]  # of one input: (2,) or (C, H, W)
    backbone: str  # the backbone that suits it
    steps: int  # a length of training that suits it
    credit: str = ""  # where the data comes from, and its licence
    download_mb: float = 0.0
    offers: tuple[str, ...] = ()  # beyond images and labels: "factors", "attributes", "environments", "new classes"
    factors: tuple[Factor, ...] = ()
    exam: str = "classes"  # or "episodes", "zero-shot", "open"; see `tlcore.training.evaluators`
    label_sets: str = "closed"  # both domains hold all classes, in like proportions; or "skewed" (in others),
    # "partial" (the target lacks classes), "open" (the source does), "open-partial", "disjoint" (they share none)
    target_labels: int = 0  # a budget that suits it, labels per class
    augment: str = ""  # how its training images are varied unless somebody says otherwise; empty: not at all

    @property
    def label_dials(self) -> tuple[Dial, ...]:
        """The dials about labels that it has beside its own; all at 0 unless somebody turns them."""
        return of_labels(len(self.classes), self.exam, self.label_sets, self.dials)

    def turned(self, settings: Mapping[str, float]) -> Self:
        """The card of this scenario with the dials about labels as the settings say: another exam, other label sets."""
        exam, label_sets = effective(self.exam, self.label_sets, settings)
        return replace(self, exam=exam, label_sets=label_sets)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "label_dials": [asdict(dial) for dial in self.label_dials]}
