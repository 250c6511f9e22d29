"""What a run is: every choice that makes it, and nothing else. Two runs of one spec are one run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from tlcore import catalogue, picking
from tlcore.dials import SHIFT, check_shared
from tlcore.errors import OutOfRange, RequestError, UnknownKey, only_known
from tlcore.hparams import Value, checked
from tlcore.runs import devices
from tlcore.runs.first_weights import first_weights

ALL_LABELS = 1_000_000  # labels per class: more than any class has, so every one of them
_AS_THEY_ARE = "none"  # how images are varied where neither a person nor the scenario says
_LABELS_PER_CLASS = 5  # what a strategy gets that cannot do without target labels, if nobody says otherwise
_OFFERS = {  # what a strategy may want beyond images and labels, as a person says it
    "factors": "further labels beside the class",
    "attributes": "attributes that describe every class",
    "environments": "a source of several environments",
    "new classes": "target classes that the source does not show",
    "images": "images",
}


@dataclass(frozen=True)
class RunSpec:
    """Every choice that makes a run; `None` and "" leave the choice to the scenario or the strategy."""

    strategy: str
    scenario: str
    backbone: str = ""
    shift: float | None = None  # the scenario's dial of that name, in its own unit
    settings: Mapping[str, float] = field(default_factory=dict)  # its other dials, and those about labels
    target_labels: int | None = None  # labelled target images per class; where a class has fewer, all of them
    seed: int = 0
    steps: int | None = None  # a short way to say hparams["steps"]; None: what suits the scenario
    hparams: Mapping[str, Value] = field(default_factory=dict)
    weights: str = ""  # the backbone's first ones: a pre-training's name, "none" or a file; "": its own
    augment: str = ""  # how training images are varied before the strategy sees them; see `catalogue.augments`
    device: str = "auto"
    observe: bool = True
    validator: str = ""  # picks the checkpoint that is kept; see `tlcore.picking`; it changes nothing in training
    name: str = field(default="", compare=False)  # what a person calls this data; it changes nothing

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, choices: Mapping[str, Any]) -> Self:
        """A spec from its JSON. Raises `UnknownKey` for a choice that there is not, `RequestError` for one missing."""
        only_known("choice", choices, [each.name for each in fields(cls)])
        for name in ("strategy", "scenario"):
            if not isinstance(choices.get(name), str):
                raise RequestError(f"A run needs a {name}: choose one of `tlcore list {_plural(name)}`.")
        return cls(**choices)

    def completed(self) -> Self:
        """The same run with nothing left open, every choice checked.

        Raises `UnknownKey`, `OutOfRange`, `DeviceUnavailable` or `RequestError`; loads no torch.
        """
        strategy = catalogue.strategy(self.strategy)
        scenario = catalogue.scenario(self.scenario)
        devices.lane(self.device)
        self._fits(strategy["card"], scenario)
        shift, settings = self._dials(scenario)
        backbone = self._backbone(strategy["card"], scenario)
        exam = catalogue.turned(self.scenario, settings)["exam"]
        return replace(
            self,
            backbone=backbone,
            weights=first_weights(self.weights, catalogue.backbone(backbone)),
            shift=shift,
            settings=settings,
            target_labels=self._budget(strategy["card"], scenario),
            seed=_whole("seed", self.seed, 0, 2**31 - 1),
            steps=None,
            augment=self._augment(scenario),
            hparams=self._hparams(strategy["hparams"], scenario["steps"]),
            validator=self._validator(strategy["card"], exam),
        )

    def with_settings(self, settings: Mapping[str, str]) -> Self:
        """The same run with hyper-parameters or dials changed by name, as `--set NAME=VALUE` does.

        Raises `UnknownKey` for a name that neither the strategy nor the scenario knows.
        """
        hparams = [each["name"] for each in catalogue.strategy(self.strategy)["hparams"]]
        dials = [each["name"] for each in catalogue.dials(self.scenario)]
        only_known("hyper-parameter or dial", settings, [*hparams, *dials])
        spec = replace(self, hparams={**self.hparams, **{k: v for k, v in settings.items() if k in hparams}})
        turned = {k: _number(k, v) for k, v in settings.items() if k in dials and k not in hparams}
        shift = turned.pop(SHIFT, spec.shift)
        return replace(spec, shift=shift, settings={**spec.settings, **turned})

    def _fits(self, card: Mapping[str, Any], scenario: Mapping[str, Any]) -> None:
        missing = lacking(card, scenario)
        if not missing:
            return
        fitting = [key for key, each in catalogue.scenarios().items() if not lacking(card, each)]
        choose = f"choose {_either(fitting)}" if fitting else "no scenario offers that yet"
        raise RequestError(f"'{self.strategy}' needs {missing}, which '{self.scenario}' does not offer: {choose}.")

    def _dials(self, scenario: Mapping[str, Any]) -> tuple[float | None, dict[str, float]]:
        own, of_labels = ({each["name"]: each for each in scenario[kind]} for kind in ("dials", "label_dials"))
        shift = own.pop(SHIFT, None)
        if self.shift is not None and shift is None:
            raise OutOfRange(f"'{self.scenario}' is a fixed pair of domains, so it takes no shift.")
        only_known("dial", self.settings, own | of_labels)
        settings = {name: _turned(each, self.settings.get(name)) for name, each in own.items()}
        # Dials about labels that rest at 0 are not mentioned: a run is the same run as before there were any.
        settings |= {
            name: turned for name in of_labels if (turned := _turned(of_labels[name], self.settings.get(name)))
        }
        check_shared(len(scenario["classes"]), settings)
        return (None if shift is None else _turned(shift, self.shift)), settings

    def _backbone(self, card: Mapping[str, Any], scenario: Mapping[str, Any]) -> str:
        known = catalogue.backbones()
        takes = "points" if scenario["kind"] == "points" else "images"
        fitting = [each for each in known.values() if each["takes"] == takes]
        having = [each["key"] for each in fitting if each["has_norm"]]
        if card["wants_norm"] and not having:
            raise RequestError(
                f"'{self.strategy}' works on batch norms, and no backbone for {takes} has any: choose another scenario."
            )
        if not self.backbone:
            own = str(scenario["backbone"])
            return str(having[0]) if card["wants_norm"] and own not in having else own
        backbone = catalogue.backbone(self.backbone)
        if backbone["takes"] != takes:
            raise RequestError(
                f"'{self.backbone}' takes {backbone['takes']}, but '{self.scenario}' is made of {takes}: "
                f"'{scenario['backbone']}' fits."
            )
        if card["wants_norm"] and self.backbone not in having:
            raise RequestError(
                f"'{self.strategy}' works on batch norms, and '{self.backbone}' has none: choose "
                f"{_either(having[:4])}, or another that has."
            )
        return self.backbone

    def _budget(self, card: Mapping[str, Any], scenario: Mapping[str, Any]) -> int:
        needs = card["needs"][1] == "few"
        if self.target_labels is None:
            return (scenario["target_labels"] or _LABELS_PER_CLASS) if needs else 0
        if needs and self.target_labels == 0:
            raise OutOfRange(f"'{self.strategy}' learns from labelled target images: give it at least 1 per class.")
        return _whole("target_labels", self.target_labels, 0, ALL_LABELS)

    def _augment(self, scenario: Mapping[str, Any]) -> str:
        chosen = self.augment or str(scenario["augment"]) or _AS_THEY_ARE
        catalogue.augment(chosen)
        if scenario["kind"] == "points" and chosen != _AS_THEY_ARE:
            raise RequestError(
                f"'{chosen}' varies images, but '{self.scenario}' is made of points: choose the augmentation none."
            )
        return chosen

    def _validator(self, card: Mapping[str, Any], exam: str) -> str:
        if not self.validator:
            return picking.default(card, exam)
        if self.validator not in (*picking.THOROUGH, picking.NONE):
            raise UnknownKey("validator", self.validator, [*picking.THOROUGH, picking.NONE])
        if self.validator != picking.NONE and (why := picking.unfit(self.validator, card, exam)):
            raise RequestError(
                f"The validator '{self.validator}' cannot pick a checkpoint here: {why}. Leave it out, or say none."
            )
        return self.validator

    def _hparams(self, descriptions: list[dict[str, Any]], steps: int) -> dict[str, Value]:
        by_name = {each["name"]: each for each in descriptions}
        only_known("hyper-parameter", self.hparams, by_name)
        if "steps" not in by_name:
            if self.steps is not None:
                raise RequestError(f"'{self.strategy}' sets the number of its steps by itself.")
            given = dict(self.hparams)
        elif self.steps is None:
            given = {"steps": steps, **self.hparams}
        else:
            given = {**self.hparams, "steps": self.steps}
        return {name: checked(each, given.get(name, each["default"])) for name, each in by_name.items()}


def lacking(card: Mapping[str, Any], scenario: Mapping[str, Any]) -> str:
    """What a strategy's card wants and a scenario's does not offer, in words; empty if they suit each other."""
    offers = [*scenario["offers"], *([] if scenario["kind"] == "points" else ["images"])]
    return " and ".join(_OFFERS[each] for each in card["wants"] if each not in offers)


def _turned(dial: Mapping[str, Any], value: float | None) -> float:
    asked = dial["default"] if value is None else value
    return float(checked({"name": dial["name"], "type": "float", "low": dial["low"], "high": dial["high"]}, asked))


def _whole(name: str, value: Any, low: int, high: int) -> int:
    return int(checked({"name": name, "type": "int", "low": low, "high": high}, value))


def _number(name: str, value: Any) -> float:
    return float(checked({"name": name, "type": "float"}, value))


def _either(keys: list[str]) -> str:
    quoted = [f"'{key}'" for key in keys]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _plural(name: str) -> str:
    return "strategies" if name == "strategy" else f"{name}s"
