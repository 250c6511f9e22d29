"""A search for a strategy's settings that looks at no target label: the validator chooses, the oracle only watches."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import optuna
import torch

from tlcore import catalogue
from tlcore.data import seed_of
from tlcore.errors import RequestError, StoreError, TransferError, UnknownKey
from tlcore.hparams import Value
from tlcore.picking import NONE
from tlcore.runs import devices
from tlcore.runs.building import build, device_of, suitable_threads
from tlcore.runs.spec import RunSpec
from tlcore.training.loop import Rhythm, train
from tlcore.training.validating import PREFIX, THOROUGH, Validators

REACH = 10.0  # a number without both bounds is sought from a tenth of its default to ten times that
FIXED = ("steps", "batch", "source_steps", "epochs")  # what costs time is not for a search to choose
ORACLE = "target_accuracy"

Progress = Callable[[int, "Trial"], None]


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, what every validator said, and what nobody would know in real life."""

    number: int
    hparams: Mapping[str, Value]
    scores: Mapping[str, float]  # of every validator, larger is better; empty where training failed
    oracle: float | None  # target accuracy on held-out images, in [0, 1]
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"number": self.number, "hparams": dict(self.hparams), "scores": dict(self.scores)}
        return told | {"oracle_target_accuracy": self.oracle, "error": self.error}


@dataclass(frozen=True)
class Search:
    spec: RunSpec
    validator: str
    trials: Sequence[Trial]

    @property
    def best(self) -> Trial | None:
        """The trial that the validator chooses; None if every training failed."""
        told = [each for each in self.trials if self.validator in each.scores]
        return max(told, key=lambda each: each.scores[self.validator], default=None)

    @property
    def correlations(self) -> dict[str, float]:
        """Of each validator Spearman's rank correlation with the oracle over the trials; needs three of them."""
        from scipy.stats import spearmanr

        told = [each for each in self.trials if each.scores and each.oracle is not None]
        if len(told) < 3:
            return {}
        oracle, found = [each.oracle for each in told], {}
        for name in THOROUGH:
            scores = [each.scores[name] for each in told]
            if len(set(scores)) > 1 and len(set(oracle)) > 1:
                found[name] = float(spearmanr(scores, oracle).statistic)
        return found

    def as_json(self) -> dict[str, Any]:
        spec, best = self.spec, self.best
        told: dict[str, Any] = {"strategy": spec.strategy, "scenario": spec.scenario, "seed": spec.seed}
        told |= {"validator": self.validator, "best": None if best is None else best.as_json()}
        told |= {"rank_correlation_with_oracle": self.correlations}
        return told | {"trials": [each.as_json() for each in self.trials]}


def search(spec: RunSpec, trials: int, validator: str, place: Path, progress: Progress | None = None) -> Search:
    """Try settings until there are `trials`, the defaults first, and remember them in the SQLite file `place`.

    A search of the same experiment goes on where it was. What is chosen next and in the end depends on the
    validator alone; the target's accuracy is noted beside it, for whoever wants to judge the validator.

    Raises `UnknownKey` for a validator that there is not, `RequestError` for an experiment that is not
    graded by classes, `StoreError` for a file that cannot be used, and what `RunSpec.completed` raises.
    """
    if validator not in THOROUGH:
        raise UnknownKey("validator", validator, THOROUGH)
    spec = spec.completed()
    if catalogue.strategy(spec.strategy)["card"]["answers"] != "classes" or _exam(spec) not in ("classes", "open"):
        raise RequestError("A search needs a strategy and a scenario that name classes: choose another of them.")
    space = tunable(spec)
    study = _study(spec, validator, place)
    if not study.trials:
        study.enqueue_trial({name: spec.hparams[name] for name in space})
    begun = [each for each in study.trials if each.state.is_finished()]
    for number in range(len(begun), trials):
        # Drawn anew for each trial, so that a search that goes on later tries the very same settings.
        study.sampler = optuna.samplers.TPESampler(seed=seed_of("search", spec.seed, number) % 2**32)
        asked = study.ask()
        chosen = {name: _suggested(asked, name, each) for name, each in space.items()}
        scores, error = _tried(replace(spec, hparams={**spec.hparams, **chosen}))
        asked.set_user_attr("scores", scores)
        asked.set_user_attr("error", error)
        if PREFIX + validator in scores:
            study.tell(asked, scores[PREFIX + validator])
        else:
            study.tell(asked, state=optuna.trial.TrialState.FAIL)
        if progress is not None:
            progress(number + 1, _trial(study.trials[-1], spec))
    over = [each for each in study.trials if each.state.is_finished()]
    return Search(spec, validator, [_trial(each, spec) for each in over])


def tunable(spec: RunSpec) -> dict[str, dict[str, Any]]:
    """The settings of a strategy that a search may turn, each with `low`, `high` and `log`, or `among`."""
    found: dict[str, dict[str, Any]] = {}
    for each in catalogue.strategy(spec.strategy)["hparams"]:
        name, kind, default = each["name"], each["type"], each["default"]
        if name in FIXED:
            continue
        if kind == "bool":
            found[name] = {"among": [False, True]}
        elif kind == "str" and each.get("among"):
            found[name] = {"among": list(each["among"])}
        elif kind in ("int", "float") and default > 0:
            low, high = each.get("low"), each.get("high")
            least = max(default / REACH, low) if low is not None else default / REACH
            most = min(default * REACH, high) if high is not None else default * REACH
            whole = kind == "int"
            found[name] = {
                "low": int(max(1, least)) if whole else least,
                "high": int(most) if whole else most,
                "log": True,
            }
    return found


def _suggested(trial: optuna.Trial, name: str, each: Mapping[str, Any]) -> Value:
    if "among" in each:
        chosen: Value = trial.suggest_categorical(name, each["among"])
        return chosen
    if isinstance(each["low"], int):
        return trial.suggest_int(name, each["low"], each["high"], log=each["log"])
    return trial.suggest_float(name, each["low"], each["high"], log=each["log"])


def _tried(spec: RunSpec) -> tuple[dict[str, float], str]:
    """What validators and the oracle say at the end of a training; where it fails, why."""
    torch.set_num_threads(suitable_threads(catalogue.scenario(spec.scenario)["kind"]))
    try:
        built = build(replace(spec, observe=False, validator=NONE), device_of(spec, devices.lane(spec.device)))
        task, exam = built.prepared.task, built.prepared.exam
        graders = [
            *built.evaluators,
            Validators(exam.validation or exam.source, task.target.without_labels(), thorough=True),
        ]
        last: Mapping[str, float] = {}
        for event in train(built.strategy, task, graders, rhythm=Rhythm(evaluations=1)):
            last = getattr(event, "values", last)
    except TransferError as error:
        return {}, str(error)
    return dict(last), ""


def _trial(trial: optuna.trial.FrozenTrial, spec: RunSpec) -> Trial:
    told = trial.user_attrs.get("scores", {})
    scores = {name: told[PREFIX + name] for name in THOROUGH if PREFIX + name in told}
    return Trial(trial.number, trial.params, scores, told.get(ORACLE), trial.user_attrs.get("error", ""))


def _study(spec: RunSpec, validator: str, place: Path) -> optuna.Study:
    """The study of just this experiment; another validator would have chosen other settings, and so has its own."""
    choices = {name: value for name, value in spec.as_json().items() if name != "validator"}  # a run's own, unused here
    made_of = json.dumps([choices, validator], sort_keys=True)
    name = f"{spec.strategy} on {spec.scenario}, {hashlib.blake2b(made_of.encode(), digest_size=8).hexdigest()}"
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        return optuna.create_study(
            storage=f"sqlite:///{place}", study_name=name, direction="maximize", load_if_exists=True
        )
    except Exception as reason:  # noqa: BLE001 - a damaged file, a full disk, no leave: SQLAlchemy has many names
        raise StoreError(
            f"The searches in '{place}' cannot be opened ({type(reason).__name__}): move that file away."
        ) from None


def _exam(spec: RunSpec) -> str:
    return str(catalogue.turned(spec.scenario, spec.settings)["exam"])
