"""A run as something to take away: a Python script, a command line, a link."""

from typing import Any

from dashboard import links
from tlcore.runs.spec import RunSpec


def choices(spec: RunSpec) -> dict[str, Any]:
    """What has to be said to get this run again; nothing that is at its default."""
    spec = links.normal(spec)
    said = {
        "strategy": spec.strategy, "scenario": spec.scenario, "backbone": spec.backbone or None, "shift": spec.shift,
        "settings": dict(spec.settings) or None, "target_labels": spec.target_labels, "seed": spec.seed or None,
        "hparams": dict(spec.hparams) or None,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def command_line(spec: RunSpec) -> str:
    """The `tlcore run` that gives the same numbers."""
    said = choices(spec)
    settings = {**said.pop("settings", {}), **said.pop("hparams", {})}
    words = [f"--{name.replace('_', '-')} {links.text(value)}" for name, value in said.items()]
    return " ".join(["tlcore run", *words, *(f"--set {name}={links.text(value)}" for name, value in settings.items())])


def script(spec: RunSpec) -> str:
    """A whole Python program that trains exactly this run and tells its final numbers."""
    said = choices(spec)
    strategy, scenario = said.pop("strategy"), said.pop("scenario")
    others = "".join(f"    {name}={value!r},\n" for name, value in said.items())
    return (
        f"import tlcore\n\nfor event in tlcore.run(\n    {strategy!r},\n    {scenario!r},\n{others}):\n"
        "    print(event)\n"
    )
