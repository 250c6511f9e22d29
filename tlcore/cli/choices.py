"""All that makes a run, as options of a command."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tlcore.cards import BETWEEN
from tlcore.cli.sentences import say
from tlcore.errors import DataUnavailable, RequestError


def _labels(_: click.Context, __: click.Parameter, text: str | None) -> int | None:
    from tlcore.runs.spec import ALL_LABELS

    if text is None:
        return None
    try:
        return ALL_LABELS if text == "all" else int(text)
    except ValueError:
        raise RequestError(f"--target-labels takes a whole number or all, but got '{text}'.") from None


_OPTIONS = (
    click.option("--strategy", default="", metavar="KEY", help="What to do; see `tlcore list strategies`."),
    click.option("--scenario", default="", metavar="KEY", help="From what to what; see `tlcore list scenarios`."),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A TOML file with all of these; what else is said here goes before what it says.",
    ),
    click.option("--source", metavar="FOLDER|KEY", help="Instead of a scenario: a domain; see `tlcore data list`."),
    click.option("--target", metavar="FOLDER|KEY", help="And another one."),
    click.option("--backbone", default="", metavar="KEY", help="The network; the scenario's own if not given."),
    click.option(
        "--weights", default="", metavar="NAME|FILE", help="Its first weights: a pre-training, none, or a file."
    ),
    click.option("--shift", type=float, help="How far the target is, in the scenario's unit."),
    click.option(
        "--augment", default="", metavar="NAME", help="How training images are varied: `tlcore list augments`."
    ),
    click.option("--target-labels", callback=_labels, metavar="NUMBER|all", help="Labelled target images per class."),
    click.option("--seed", type=int, default=0, show_default=True),
    click.option("--steps", type=int, help="Gradient steps; what suits the scenario if not given."),
    click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A hyper-parameter, or another dial."),
    click.option("--device", default="auto", show_default=True, metavar="auto|cpu|cuda"),
)
_SPOKEN = (
    "strategy", "scenario", "backbone", "weights", "shift", "augment", "target_labels", "seed", "steps", "device",
)  # fmt: skip


def chosen(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of a run; it gets what they say as `spec`, which is yet to be completed."""

    @wraps(command)
    def with_spec(settings: Sequence[str], config: Path | None, **given: Any) -> int:
        from tlcore.runs import configuration
        from tlcore.runs.spec import RunSpec

        source, target = given.pop("source"), given.pop("target")
        said = {name: given.pop(name) for name in _SPOKEN}
        if config is None or source or target or said["scenario"]:
            said["scenario"] = _scenario(said["scenario"], source, target)
        if config is None:
            if not said["strategy"]:
                raise RequestError("A run needs a strategy: give --strategy KEY; see `tlcore list strategies`.")
            spec = RunSpec(**said)
        else:
            spec = replace(configuration.read(config), **_spoken(said))
        return command(spec=spec.with_settings(dict(map(setting, settings))), **given)

    for option in reversed(_OPTIONS):
        option(with_spec)
    return with_spec


def _spoken(said: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on the command line and not only among its defaults."""
    context = click.get_current_context()
    names = {"scenario"} if said["scenario"] else set()
    names |= {name for name in said if context.get_parameter_source(name) is not ParameterSource.DEFAULT}
    return {name: said[name] for name in names}


def _scenario(key: str, source: str | None, target: str | None) -> str:
    """The scenario that was named, or the pair of two domains: a folder is checked and added, and stays where it is."""
    if key and not source and not target:
        return key
    if key or not (source and target):
        raise RequestError(
            "A run needs data: give --scenario KEY, or both --source and --target with a folder of classes or the name "
            "of a domain."
        )
    return BETWEEN.join(map(_domain, (source, target)))


def _domain(said: str) -> str:
    path = Path(said).expanduser()
    if not path.is_dir() and not path.is_file():
        if "/" in said and said.startswith((".", "/", "~")):
            raise DataUnavailable(f"'{said}' is not there: name a folder with one folder of images a class.")
        return said
    from tlcore.cli.data import progressing
    from tlcore.library import arriving, domains

    with progressing() as progress:
        collection = arriving.add(path, progress=progress)
    for warning in collection.warnings:
        say(warning, 0)
    held = domains.collections()[collection.key]
    if len(held) > 1:
        raise RequestError(f"'{said}' holds {len(held)} domains: name one of them, {' or '.join(held)}.")
    return held[0]


def setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise RequestError(f"--set takes NAME=VALUE, as in --set lr=0.001, but got '{text}'.")
    return name.strip(), value.strip()
