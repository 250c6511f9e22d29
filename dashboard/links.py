"""An experiment as a link, both ways: short names in readable text, and nothing that is at its default.

/?d=moons&shift=60&s=dann&strength=1&seed=3
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dashboard.choices import home, why_not
from tlcore import catalogue
from tlcore.cards import SHIFTED
from tlcore.dials import SHIFT
from tlcore.errors import RequestError
from tlcore.hparams import checked
from tlcore.library.compositions import LONGEST
from tlcore.library.names import shown
from tlcore.runs.spec import ALL_LABELS, RunSpec

SCENARIO, STRATEGY, BACKBONE, WEIGHTS, AUGMENT, KEEP = "d", "s", "m", "w", "aug", "keep"
LABELS, SEED, NAME, RUN = "lab", "seed", "name", "run"
LESSON, HIDE, SAID = "lesson", "hide", "said"  # which lesson, which controls are left out, what was predicted
ASIDE = (RUN, LESSON, HIDE, SAID)  # what a link may hold beside the experiment
WORDS = {
    SCENARIO: "scenario", STRATEGY: "strategy", BACKBONE: "backbone", WEIGHTS: "weights", AUGMENT: "augment",
    KEEP: "validator",
}  # fmt: skip
WHOLE = {LABELS: "target_labels", SEED: "seed"}
ALL = "all"  # labels there are
FIRST = RunSpec(strategy="dann", scenario="moons")  # what the page shows to whoever opens it first


def read(params: Mapping[str, str]) -> tuple[RunSpec, list[str]]:
    """The experiment that a link says, and the settings in it that mean nothing here.

    Whatever is missing or ignored keeps its default, so that every link shows something.
    """
    spec, ignored = _begun(params), []
    for name, text in sorted(params.items(), key=_order):
        if name in ASIDE:
            continue
        try:
            changed = _with(spec, name, text)
            changed.completed()
        except RequestError:
            ignored.append(name if len(text) > 20 or name not in known(spec) else f"{name}={text}")
        else:
            spec = changed
    return normal(spec), ignored


def write(spec: RunSpec) -> dict[str, str]:
    """The shortest link that says this experiment; `read` gives it back."""
    spec = normal(replace(spec, device="auto"))  # which device is nobody's business but this machine's
    said: dict[str, Any] = {SCENARIO: spec.scenario, SHIFT: spec.shift, **spec.settings, NAME: spec.name or None}
    said |= {BACKBONE: spec.backbone or None, WEIGHTS: spec.weights or None, STRATEGY: spec.strategy, **spec.hparams}
    labels = ALL if spec.target_labels == ALL_LABELS else spec.target_labels
    said |= {AUGMENT: spec.augment or None, LABELS: labels, SEED: spec.seed or None, KEEP: spec.validator or None}
    return {name: text(value) for name, value in said.items() if value is not None}


def same(one: RunSpec, other: RunSpec) -> bool:
    """Whether two experiments are one, whatever they are called."""
    return write(replace(one, name="")) == write(replace(other, name=""))


def query(spec: RunSpec) -> str:
    return urlencode(write(spec))


def normal(spec: RunSpec) -> RunSpec:
    """The same experiment with every default left out. Raises `RequestError` for one that cannot be run."""
    full, plain = spec.completed(), RunSpec(spec.strategy, spec.scenario).completed()
    return replace(
        full,
        backbone="" if full.backbone == plain.backbone else full.backbone,
        augment="" if full.augment == plain.augment else full.augment,
        validator="" if full.validator == plain.validator else full.validator,
        shift=None if full.shift == plain.shift else full.shift,
        settings={name: value for name, value in full.settings.items() if value != plain.settings.get(name)},
        target_labels=None if full.target_labels == plain.target_labels else full.target_labels,
        hparams={name: value for name, value in full.hparams.items() if value != plain.hparams[name]},
    )


def known(spec: RunSpec) -> list[str]:
    """The names that a link to this experiment may hold."""
    hparams = [each["name"] for each in catalogue.strategy(spec.strategy)["hparams"]]
    dials = [each["name"] for each in catalogue.dials(spec.scenario)]
    return [*WORDS, *WHOLE, NAME, *dials, *hparams]


def _begun(params: Mapping[str, str]) -> RunSpec:
    """What a link is read into: data on which its strategy runs, if it names none."""
    strategy = params.get(STRATEGY, "")
    if SCENARIO in params or strategy not in catalogue.strategies() or not why_not(strategy, FIRST.scenario):
        return FIRST
    return home(strategy)


def _order(item: tuple[str, str]) -> tuple[int, str]:
    """Data and strategy first: what the other names mean depends on them."""
    return (list(WORDS).index(item[0]) if item[0] in WORDS else len(WORDS)), item[0]


def _with(spec: RunSpec, name: str, text: str) -> RunSpec:
    """The experiment with one setting of a link. Raises `RequestError` if it has no such setting."""
    if name in WORDS:
        return replace(spec, **{WORDS[name]: text})
    if name == NAME and spec.scenario.endswith(SHIFTED):
        return replace(spec, name=shown(text)[:LONGEST])
    if name == LABELS and text == ALL:
        return replace(spec, target_labels=ALL_LABELS)
    if name in WHOLE:
        return replace(spec, **{WHOLE[name]: checked({"name": name, "type": "int"}, text)})
    return spec.with_settings({name: text})


def text(value: Any) -> str:
    """As short as it can be said without loss: 60 and not 60.0."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
