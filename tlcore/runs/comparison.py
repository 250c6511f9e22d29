"""A comparison: strategies × scenarios × backbones × label budgets × settings × seeds, as one list of runs.

Whatever is compared needs the source alone beside it, with the same data, backbone and seed: what is missing of it
is added, so that every gain can be told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import product
from typing import Any, Self

from tlcore import catalogue
from tlcore.errors import OutOfRange, RequestError, only_known
from tlcore.runs.likeness import mark
from tlcore.runs.references import SOURCE_ONLY, reference
from tlcore.runs.spec import RunSpec

MOST = 10_000  # runs of one comparison
_LISTS = ("strategies", "scenarios", "backbones", "seeds", "target_labels")
_EXAMPLE = {"seeds": "[0, 1, 2]", "target_labels": "[1, 5]"}


@dataclass(frozen=True)
class Comparison:
    """What is to be compared; an empty list leaves the choice to each scenario or strategy."""

    strategies: Sequence[str]
    scenarios: Sequence[str]
    backbones: Sequence[str] = ()
    seeds: Sequence[int] = (0, 1, 2)
    target_labels: Sequence[int] = ()  # labelled target images per class, for strategies that learn from them
    settings: Mapping[str, Sequence[str]] = field(default_factory=dict)  # dials and hyper-parameters, each with values
    augment: str = ""
    weights: str = ""
    device: str = "auto"
    reference: bool = True  # whether runs of the source alone are added where they are missing
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _LISTS}}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """A comparison as a file says it. Raises `UnknownKey` or `RequestError` in a sentence."""
        only_known("choice of a comparison", told, [each.name for each in fields(cls)])
        for name in ("strategies", "scenarios"):
            if not told.get(name):
                raise RequestError(f"A comparison needs {name}: a list of keys, see `tlcore list {name}`.")
        listed = {name: _listed(name, told[name]) for name in _LISTS if name in told}
        return cls(**{**told, **listed, "settings": _settings(told.get("settings", {}))})

    def laid_out(self) -> "Layout":
        """Every run of it, each once, references first. Raises `RequestError` where it names what there is not."""
        self._checked()
        specs, left_out = dict[str, RunSpec](), list[str]()
        for combination in self._combinations():
            try:
                spec = self._spec(*combination)
            except RequestError as error:
                if str(error) not in left_out:
                    left_out.append(str(error))
                continue
            specs.setdefault(mark(spec), spec)
        if not specs:
            raise RequestError(f"None of these runs can be: {left_out[0]}")
        wanted = {mark(each): each for spec in specs.values() for each in self._references(spec)}
        return Layout([*(each for key, each in wanted.items() if key not in specs), *specs.values()], left_out)

    def _checked(self) -> None:
        """Raises `RequestError` for a name that means nothing anywhere in it, and for a comparison without end."""
        for strategy in self.strategies:
            catalogue.strategy(strategy)
        for scenario in self.scenarios:
            catalogue.scenario(scenario)
        for backbone in self.backbones:
            catalogue.backbone(backbone)
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise OutOfRange("The seeds of a comparison should be different whole numbers, as in 0,1,2.")
        known = {name for strategy in self.strategies for name in _hparams(strategy)}
        known |= {each["name"] for scenario in self.scenarios for each in catalogue.dials(scenario)}
        only_known("hyper-parameter or dial", self.settings, known)
        sizes = [*(len(getattr(self, name)) for name in _LISTS), *map(len, self.settings.values())]
        many = 1
        for size in sizes:
            many *= max(1, size)
        if many > MOST:
            raise OutOfRange(f"A comparison may have at most {MOST:,} runs, but this one has {many:,}.")

    def _combinations(self) -> Iterator[tuple[str, str, str, int | None, dict[str, str], int]]:
        backbones, labels = self.backbones or ("",), self.target_labels or (None,)
        for scenario, strategy, backbone, budget in product(self.scenarios, self.strategies, backbones, labels):
            for settings in self._turned(strategy, scenario):
                for seed in self.seeds:
                    yield scenario, strategy, backbone, budget, settings, seed

    def _turned(self, strategy: str, scenario: str) -> list[dict[str, str]]:
        """All combinations of those settings that a strategy or a scenario knows."""
        known = {*_hparams(strategy), *(each["name"] for each in catalogue.dials(scenario))}
        values = {name: each for name, each in self.settings.items() if name in known}
        return [dict(zip(values, each)) for each in product(*values.values())]

    def _spec(
        self, scenario: str, strategy: str, backbone: str, budget: int | None, settings: Mapping[str, str], seed: int
    ) -> RunSpec:
        labels = budget if learns_from_labels(strategy) else None
        spec = RunSpec(
            strategy, scenario, backbone, target_labels=labels, seed=seed, augment=self.augment, weights=self.weights
        )
        return replace(spec, device=self.device).with_settings(settings).completed()

    def _references(self, spec: RunSpec) -> list[RunSpec]:
        if not self.reference or spec.strategy == SOURCE_ONLY:
            return []
        try:
            return [replace(reference(spec, SOURCE_ONLY), target_labels=0).completed()]
        except RequestError:  # this data cannot be learnt by the source alone
            return []


@dataclass(frozen=True)
class Layout:
    """The runs of a comparison, and in a sentence each what does not fit together and was left out."""

    specs: Sequence[RunSpec]
    left_out: Sequence[str]


def learns_from_labels(strategy: str) -> bool:
    """Whether a strategy looks at the few labelled target images that a budget buys."""
    return bool(catalogue.strategy(strategy)["card"]["needs"][1] == "few")


def _hparams(strategy: str) -> list[str]:
    return [each["name"] for each in catalogue.strategy(strategy)["hparams"]]


def _listed(name: str, value: Any) -> list[Any]:
    kind: type = int if name in ("seeds", "target_labels") else str
    if not isinstance(value, list | tuple) or any(type(each) is not kind for each in value):
        example = _EXAMPLE.get(name, '["…", "…"]')
        raise RequestError(f"The {name} of a comparison should be a list, as in {example}, but are {value!r}.")
    return list(value)


def _settings(told: Any) -> dict[str, list[str]]:
    if not isinstance(told, Mapping):
        raise RequestError("The settings of a comparison should be names with values, as in shift = [30, 60].")
    return {str(name): [_said(each) for each in _many(value)] for name, value in told.items()}


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
