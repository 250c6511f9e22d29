"""Controls that a link leaves out: `hide=seed,m` shows the experiment without its seed and its backbone.

A hidden control keeps what the link says, or its default. Names are those of a link's settings, and two more.
"""

from collections.abc import Collection
from typing import Protocol

from dashboard import words
from dashboard.choices import main_hparam
from tlcore import catalogue
from tlcore.runs.spec import RunSpec

DATA, STRATEGY, BACKBONE, LABELS, SEED, MORE = "d", "s", "m", "lab", "seed", "more"


class Shows(Protocol):
    """Whether the control of that name is on the page; "more:lr" is one of the further settings."""

    def __call__(self, name: str, /) -> bool: ...


def everything(_: str) -> bool:
    return True


def all_but(hidden: Collection[str]) -> Shows:
    return lambda name: name not in hidden and name.partition(":")[0] not in hidden


def only(shown: Collection[str]) -> Shows:
    return lambda name: name in shown or name.partition(":")[2] in shown


def named(spec: RunSpec) -> dict[str, str]:
    """The controls that this experiment has, by name: what a person calls them, in their order on the page."""
    main = main_hparam(catalogue.strategy(spec.strategy)["hparams"])
    dials = {each["name"]: each["label"].capitalize() for each in catalogue.scenario(spec.scenario)["dials"]}
    of_main = {} if main is None else {main["name"]: words.hparam_name(main["name"])}
    ends = {SEED: "Seed", MORE: "More settings"}
    return {DATA: "Data", **dials, LABELS: "Labels", BACKBONE: "Backbone", STRATEGY: "Strategy", **of_main, **ends}


def hidden_in(text: str) -> frozenset[str]:
    """The names of a link's `hide`: "seed,m". Those that mean nothing here do no harm."""
    return frozenset(name for each in text.split(",") if (name := each.strip()))
