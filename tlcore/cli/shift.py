"""How far two domains are, before any training."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tlcore.cli.about_data import about_data
from tlcore.cli.bars import percent
from tlcore.cli.sentences import as_json_option, tell

if TYPE_CHECKING:
    from tlcore.runs.shifting import Findings, Shift
    from tlcore.runs.spec import RunSpec


@click.command()
@about_data("source-only", "backbone", "weights")
@click.option("--backbone", default="", metavar="KEY", help="Whose features; the scenario's own if not given.")
@click.option("--weights", default="", metavar="NAME|FILE", help="The backbone's first weights.")
@click.option("--layers", is_flag=True, help="Measure the input and every stage of the backbone as well.")
@click.option("--classes", is_flag=True, help="Measure class by class as well; uses the target's labels.")
@as_json_option
def shift(spec: "RunSpec", layers: bool, classes: bool, as_json: bool) -> int:
    """How far a scenario's domains are for a backbone: each metric with what chance alone would say."""
    spec = spec.completed()
    from tlcore.runs.shifting import measured_shift

    with percent() as progress:
        found = measured_shift(spec, layers=layers, classes=classes, progress=progress)
    tell(found, as_json, lambda found: "\n".join(_lines(found)))
    return 0


def _lines(found: "Shift") -> Iterator[str]:
    source, target = found.rows
    yield f"{found.spec.scenario} with {found.spec.backbone}, {source:,} and {target:,} training images."
    for name, findings in ({"features": found.features} | dict(found.layers) | dict(found.classes)).items():
        yield told(name, findings)


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
