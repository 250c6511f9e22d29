"""How far two domains are, before any training."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tlcore.cli.choices import setting
from tlcore.cli.sentences import as_json_option

if TYPE_CHECKING:
    from tlcore.runs.shifting import Findings


@click.command()
@click.option("--scenario", required=True, metavar="KEY", help="From what to what; see `tlcore list scenarios`.")
@click.option("--backbone", default="", metavar="KEY", help="Whose features; the scenario's own if not given.")
@click.option("--weights", default="", metavar="NAME|FILE", help="The backbone's first weights.")
@click.option("--shift", type=float, help="How far the target is, in the scenario's unit.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another dial of the scenario.")
@click.option("--layers", is_flag=True, help="Measure the input and every stage of the backbone as well.")
@click.option("--classes", is_flag=True, help="Measure class by class as well; uses the target's labels.")
@click.option("--seed", type=int, default=0, show_default=True)
@as_json_option
def shift(
    scenario: str, backbone: str, weights: str, shift: float | None, settings: Sequence[str],
    layers: bool, classes: bool, seed: int, as_json: bool,
) -> int:  # fmt: skip
    """How far a scenario's domains are for a backbone: each metric with what chance alone would say."""
    from tlcore.runs.spec import RunSpec

    spec = RunSpec("source-only", scenario, backbone=backbone, weights=weights, shift=shift, seed=seed)
    spec = spec.with_settings(dict(map(setting, settings))).completed()
    from tqdm import tqdm

    from tlcore.runs.shifting import measured_shift

    with tqdm(total=100, bar_format="{percentage:3.0f}% [{elapsed}<{remaining}] {desc}", leave=False) as bar:

        def say(what: str, share: float) -> None:
            bar.set_description_str(what, refresh=False)
            bar.update(round(100 * share) - bar.n)
            bar.refresh()

        found = measured_shift(spec, layers=layers, classes=classes, progress=say)
    if as_json:
        click.echo(json.dumps(found.as_json()))
        return 0
    click.echo(f"{scenario} with {found.spec.backbone}, {found.rows[0]:,} and {found.rows[1]:,} training images.")
    for name, findings in ({"features": found.features} | dict(found.layers) | dict(found.classes)).items():
        click.echo(told(name, findings))
    return 0


def told(name: str, findings: "Findings") -> str:
    """Findings as the lines of a table."""
    head = f"\n{name:<12} {'value':>10} {'null':>10} {'chance to':>10}  p"
    if not findings:
        return f"\n{name}: too few images, or features that are not finite."
    lines = [
        f"{key:<12} {each.value:>10.4g} {each.null:>10.4g} {each.reach:>10.4g}  {each.p_value:.3f}"
        for key, each in findings.items()
    ]
    return "\n".join([head, *lines])
