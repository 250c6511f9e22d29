"""The data that is looked at before any training, as options of a command."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from tlcore.cli.choices import setting

_OPTIONS = (
    click.option("--scenario", required=True, metavar="KEY", help="From what to what; see `tlcore list scenarios`."),
    click.option("--shift", type=float, help="How far the target is, in the scenario's unit."),
    click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another dial of the scenario."),
    click.option("--seed", type=int, default=0, show_default=True),
)


def about_data(strategy: str, *said: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Give a command the options that say which data it is about.

    It gets a `spec` by this strategy, which is yet to be completed, with whatever its own options named in
    `said` say.
    """

    def with_data(command: Callable[..., int]) -> Callable[..., int]:
        @wraps(command)
        def with_spec(scenario: str, shift: float | None, settings: Sequence[str], seed: int, **given: Any) -> int:
            from tlcore.runs.spec import RunSpec

            more = {name: given.pop(name) for name in said}
            spec = RunSpec(strategy, scenario, shift=shift, seed=seed, **more)
            return command(spec=spec.with_settings(dict(map(setting, settings))), **given)

        for option in reversed(_OPTIONS):
            option(with_spec)
        return with_spec

    return with_data
