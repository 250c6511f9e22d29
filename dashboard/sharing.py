"""A run as something to take away: a Python script, a command line, a configuration file."""

import os
from collections.abc import Mapping
from typing import Any

from dashboard import links
from tlcore import catalogue
from tlcore.runs import configuration
from tlcore.runs.exporting.format import Format
from tlcore.runs.spec import ALL_LABELS, RunSpec

WIDTH = 100  # letters in a line of a script
INDENT = 4 * " "

_SCRIPT = '''\
"""{title}: the same run as on the page, with the same numbers."""

import torch

from tlcore.networks import build_network
from tlcore.scenarios.prepare import prepare
from tlcore.strategies import find
from tlcore.training.events import Evaluated
from tlcore.training.loop import train

torch.set_num_threads({threads})  # with another number the last digits may differ
device = torch.device({device})
kind = find({strategy})

# Two domains: what may be seen of them is the task, held-out test images are the exam.
data = prepare(
{data}
)

# A backbone that sees, and a head that decides.
shape = tuple(data.task.source.inputs.shape[1:])
network = build_network({backbone}, data.task.classes, seed={seed}, input_shape=shape, weights={weights})

# The strategy and everything that can be set about it.
hparams = {{
{hparams}
}}
strategy = kind(network.to(device), kind.HParams.of(hparams))

# Train, and tell what the exam says on the way; the last line is the end.
for event in train(strategy, data.task, data.evaluators(strategy)):
    if isinstance(event, Evaluated):
        final = dict(event.values)
        print(f"step {{event.step}}:", final)
'''


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


def config(spec: RunSpec) -> str:
    """The file for `tlcore run --config FILE` that gives the same numbers, whatever defaults become."""
    return configuration.written(spec.completed())


def script(spec: RunSpec) -> str:
    """A whole Python program of 20 to 40 lines that trains exactly this run; its last line is the final evaluation.

    Every choice is written out, also those at their default, so that it can be read without a manual.
    """
    spec = spec.completed()
    strategy, scenario = catalogue.strategy(spec.strategy)["card"], catalogue.scenario(spec.scenario)
    said = {
        "shift": spec.shift, "settings": dict(spec.settings), "target_labels": spec.target_labels or 0,
        "oracle": strategy["oracle"], "augment": spec.augment, "seed": spec.seed,
    }  # fmt: skip
    data = [_quoted(spec.scenario), *(f"{name}={_quoted(each)}" for name, each in said.items()), "device=device"]
    hparams = [f"{_quoted(name)}: {_quoted(value)}" for name, value in spec.hparams.items()]
    return _SCRIPT.format(
        title=f"{spec.strategy} on {spec.scenario}, seed {spec.seed}",
        threads=1 if scenario["kind"] in ("points", "tiny") else max(1, (os.cpu_count() or 2) - 1),
        device='"cpu"' if spec.device == "cpu" else '"cuda" if torch.cuda.is_available() else "cpu"',
        strategy=_quoted(spec.strategy),
        data=_wrapped(data),
        backbone=_quoted(spec.backbone),
        seed=spec.seed,
        weights=_quoted(spec.weights),
        hparams=_wrapped(hparams, end=","),
    )  # fmt: skip


def _wrapped(parts: list[str], end: str = "") -> str:
    """Parts with commas between, broken into indented lines; never inside of a part."""
    lines = [INDENT]
    for place, part in enumerate(parts):
        comma = "," if place < len(parts) - 1 else end
        gap = "" if lines[-1] == INDENT else " "
        if gap and len(lines[-1]) + len(gap + part + comma) > WIDTH:
            lines, gap = [*lines, INDENT], ""
        lines[-1] += gap + part + comma
    return "\n".join(lines)


def _quoted(value: Any) -> str:
    """As Python says it, with the quotes that people type; names of settings hold none themselves."""
    return repr(value).replace("'", '"') if isinstance(value, str | Mapping) else repr(value)


FORMAT = Format(".py", lambda store, number, _: script(store.run(number).trained).encode())
