"""Cards: what a person reads about a strategy, a backbone or a scenario before choosing it.

A card holds words and numbers only, so that the page can show it without importing torch.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


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
    FEW_SHOT = "few-shot"


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
    # of each phase, what changes in it: "backbone", "head", or the batch norms' "statistics" alone
    wants_norm: bool = False  # True: only works on a backbone with batch norm
    flow: tuple[str, ...] = ()  # the data-flow sketch: "source > backbone* > head", * is frozen
    promise: Promise | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class BackboneCard:
    """A backbone's card."""

    key: str
    title: str
    idea: str
    takes: str  # "points" or "images"
    dim: int  # width of its features
    parameters: int
    weights: str = ""  # what it was pre-trained on; empty: nothing
    shipped: bool = True  # False: the weights must be downloaded
    download_mb: float = 0.0
    has_norm: bool = False  # has batch norm
    source: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Dial:
    """A number that says how a scenario's target differs from its source."""

    name: str  # as in a link and on the command line: "shift", "proportion"
    label: str  # as on the page: "rotation"
    unit: str  # "°", "%", "" …
    low: float
    high: float
    default: float
    step: float
    help: str


@dataclass(frozen=True)
class ScenarioCard:
    """A scenario's card."""

    key: str
    title: str  # "Moons → moons rotated"
    kind: str  # "points" (2-D), "tiny" (8×8 images) or "real" (data sets)
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

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
