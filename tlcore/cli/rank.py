"""Which backbone to begin from."""

import json
from collections.abc import Sequence

import click

from tlcore.cli.choices import setting
from tlcore.cli.sentences import as_json_option


@click.command()
@click.option("--scenario", required=True, metavar="KEY", help="From what to what; see `tlcore list scenarios`.")
@click.option("--target-labels", type=int, default=5, show_default=True, help="Labelled target images per class.")
@click.option(
    "--backbone", "backbones", multiple=True, metavar="KEY", help="Rank only these; all on this machine if not given."
)
@click.option("--shift", type=float, help="How far the target is, in the scenario's unit.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another dial of the scenario.")
@click.option("--seed", type=int, default=0, show_default=True)
@as_json_option
def rank(
    scenario: str, target_labels: int, backbones: Sequence[str], shift: float | None, settings: Sequence[str],
    seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Rank the backbones on a scenario's few target labels, before anything is trained."""
    from tlcore import catalogue
    from tlcore.runs.spec import RunSpec

    for key in backbones:
        catalogue.backbone(key)
    spec = RunSpec("linear-probe", scenario, shift=shift, target_labels=target_labels, seed=seed)
    spec = spec.with_settings(dict(map(setting, settings))).completed()
    from tqdm import tqdm

    from tlcore.runs.ranking import SCORES, ranked

    with tqdm(total=100, bar_format="{percentage:3.0f}% [{elapsed}<{remaining}] {desc}", leave=False) as bar:

        def say(what: str, share: float) -> None:
            bar.set_description_str(what, refresh=False)
            bar.update(round(100 * share) - bar.n)
            bar.refresh()

        found = ranked(spec, backbones, progress=say)
    if as_json:
        click.echo(json.dumps(found.as_json()))
        return 0
    click.echo(f"{len(found.candidates)} backbones on {found.labels} labelled target images of {scenario}, best first.")
    click.echo(f"{'backbone':<30}" + "".join(f"{key:>18}" for key in SCORES))
    for each in found.candidates:
        cells = [f"{each.scores[key]:.3g} ({each.ranks[key][1]:.0f}–{each.ranks[key][2]:.0f})" for key in SCORES]
        click.echo(f"{each.backbone + ' · ' + each.weights:<30}" + "".join(f"{cell:>18}" for cell in cells))
    click.echo("In brackets: between which ranks it lies on nine of ten draws of four fifths of the labels.")
    if found.left_out:
        click.echo(f"Left out: {len(found.left_out)}, whose weights are not on this machine.")
    return 0
