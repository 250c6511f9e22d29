"""A run as something to take away: a Python script, a command line, a link."""

from typing import Any

from dashboard import links
from tlcore.runs.spec import ALL_LABELS, RunSpec


def choices(spec: RunSpec) -> dict[str, Any]:
    """What has to be said to get this run again; nothing that is at its default."""
    spec = links.normal(spec)
    said = {
        "strategy": spec.strategy, "scenario": spec.scenario, "backbone": spec.backbone or None,
        "weights": spec.weights or None, "shift": spec.shift, "settings": dict(spec.settings) or None,
        "augment": spec.augment or None, "target_labels": spec.target_labels, "seed": spec.seed or None,
        "hparams": dict(spec.hparams) or None,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def command_line(spec: RunSpec) -> str:
    """The `tlcore run` that gives the same numbers."""
    said = choices(spec)
    settings = {**said.pop("settings", {}), **said.pop("hparams", {})}
    if said.get("target_labels") == ALL_LABELS:
        said["target_labels"] = links.ALL
    words = [f"--{name.replace('_', '-')} {links.text(value)}" for name, value in said.items()]
    return " ".join(["tlcore run", *words, *(f"--set {name}={links.text(value)}" for name, value in settings.items())])


def script(spec: RunSpec) -> str:
    """A whole Python program that trains exactly this run and prints its accuracies and losses on the way."""
    said = choices(spec)
    first = f'"{said.pop("strategy")}", "{said.pop("scenario")}"'
    given = ", ".join([first, *(f"{name}={_quoted(value)}" for name, value in said.items())])
    return (
        "import tlcore\nfrom tlcore.training.events import Evaluated, Finished\n\n"
        f"for event in tlcore.run({given}):\n"
        "    if isinstance(event, Evaluated | Finished):\n"
        "        print(event.step, event.values)\n"
    )


def _quoted(value: Any) -> str:
    """As Python says it, with the quotes that people type; names of settings hold none themselves."""
    return repr(value).replace("'", '"')
