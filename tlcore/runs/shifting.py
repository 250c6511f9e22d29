"""How far the two domains of a scenario are, as a backbone sees them before anything is trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from tlcore.data import Domain
from tlcore.networks import build_backbone
from tlcore.runs.progress import Progress, silent
from tlcore.runs.spec import RunSpec
from tlcore.scenarios.prepare import Prepared, prepare
from tlcore.shift.examining import FLIPS, Finding, examined
from tlcore.training.layers import INPUT, through_layers

ROWS = 2000  # of each domain go through the backbone
FEWEST_OF_A_CLASS = 20  # rows a domain, below which a class is left out

Findings = Mapping[str, Finding]


@dataclass(frozen=True)
class Shift:
    """Findings by metric: of the features, of each layer, and of each class's features."""

    spec: RunSpec
    rows: tuple[int, int]
    features: Findings
    layers: Mapping[str, Findings]  # "input", then every stage; empty unless asked for
    classes: Mapping[str, Findings]  # told with target labels: for looking, not for choosing

    def as_json(self) -> dict[str, Any]:
        spec = self.spec
        told: dict[str, Any] = {"scenario": spec.scenario, "backbone": spec.backbone, "weights": spec.weights}
        told |= {"shift": spec.shift, "settings": dict(spec.settings), "seed": spec.seed, "rows": list(self.rows)}
        told |= {"metrics": _json(self.features)}
        told |= {"layers": [{"layer": name, "metrics": _json(each)} for name, each in self.layers.items()]}
        return told | {"classes": [{"class": name, "metrics": _json(each)} for name, each in self.classes.items()]}


@dataclass(frozen=True)
class Looked:
    """The first rows of both domains' training parts, and what a backbone makes of them, layer by layer."""

    spec: RunSpec
    prepared: Prepared
    domains: tuple[Domain, Domain]  # without the target's labels
    layers: tuple[Mapping[str, Tensor], Mapping[str, Tensor]]  # (N, D) each, by name; the last are the features

    @property
    def features(self) -> tuple[Tensor, Tensor]:
        first, second = (list(each.values())[-1] for each in self.layers)
        return first, second


def look_through(spec: RunSpec, *, oracle: bool = False, progress: Progress = silent) -> Looked:
    """Both domains through the spec's backbone, once. Raises what `measured_shift` raises."""
    spec = spec.completed()
    progress("Reading the images", 0.0)
    prepared = prepare(spec.scenario, shift=spec.shift, settings=spec.settings, oracle=oracle, seed=spec.seed)
    task = prepared.task
    domains = task.source.at(slice(ROWS)), task.target.at(slice(ROWS))
    shape = tuple(task.source.inputs.shape[1:])
    backbone = build_backbone(spec.backbone, seed=spec.seed, input_shape=shape, weights=spec.weights)
    progress("Looking through the network", 0.1)
    first, second = (through_layers(backbone, domain.once(100)) for domain in domains)
    return Looked(spec, prepared, domains, (first, second))


def measured_shift(
    spec: RunSpec, *, layers: bool = False, classes: bool = False, flips: int = FLIPS, progress: Progress = silent
) -> Shift:
    """Every shift metric between the training images of both domains; the target's labels are used for `classes` only.

    Raises what `RunSpec.completed`, `prepare` and `build_backbone` raise.
    """
    looked = look_through(spec, oracle=classes, progress=progress)
    return measured(looked, layers=layers, classes=classes, flips=flips, progress=progress)


def measured(
    looked: Looked, *, layers: bool = False, classes: bool = False, flips: int = FLIPS, progress: Progress = silent
) -> Shift:
    """The same of domains that have been looked at; `classes` needs a look with the oracle."""
    spec, prepared, domains, (first, second) = looked.spec, looked.prepared, looked.domains, looked.layers
    names = list(first)
    features = names[-1]
    wanted = names if layers else [features]
    found: dict[str, Findings] = {}
    for done, name in enumerate(wanted):
        progress(f"Measuring {'the input' if name == INPUT else name}", 0.3 + 0.7 * done / len(wanted) / (1 + classes))
        found[name] = examined(first[name], second[name], seed=spec.seed, count=flips)
    by_class: dict[str, Findings] = {}
    if classes and prepared.few is not None:
        answers = domains[0].answers(), prepared.few.answers()[:ROWS]
        for number, name in enumerate(prepared.pair.classes):
            progress(f"Measuring class {name}", 0.65 + 0.35 * number / prepared.task.classes)
            near, far = (clouds[features][own == number] for clouds, own in zip((first, second), answers))
            if min(len(near), len(far)) >= FEWEST_OF_A_CLASS:
                by_class[name] = examined(near, far, seed=spec.seed, count=flips)
    progress("Done", 1.0)
    sizes = len(domains[0]), len(domains[1])
    return Shift(spec, sizes, found[features], found if layers else {}, by_class)


def _json(findings: Findings) -> dict[str, Any]:
    return {key: finding.as_json() for key, finding in findings.items()}
