"""Which backbone to begin from."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from tlcore.cli.about_data import about_data
from tlcore.cli.bars import percent
from tlcore.cli.sentences import as_json_option, tell

if TYPE_CHECKING:
    from tlcore.runs.ranking import Ranking
    from tlcore.runs.spec import RunSpec


@click.command()
@about_data("linear-probe", "target_labels")
@click.option("--target-labels", type=int, default=5, show_default=True, help="Labelled target images per class.")
@click.option(
    "--backbone", "backbones", multiple=True, metavar="KEY", help="Rank only these; all on this machine if not given."
)
@as_json_option
def rank(spec: "RunSpec", backbones: Sequence[str], as_json: bool) -> int:
    """Rank the backbones on a scenario's few target labels, before anything is trained.

    In brackets: between which ranks nine of ten other draws of labels would put a backbone. It is told by a delete-d
    jackknife: 30 draws of four fifths of each class's labels, whose deviations count twice, for they share most labels.
    No bootstrap: a label that is drawn twice is its own nearest neighbour.
    """
    from tlcore import catalogue

    for key in backbones:
        catalogue.backbone(key)
    spec = spec.completed()
    from tlcore.runs.ranking import ranked

    with percent() as progress:
        found = ranked(spec, backbones, progress)
    tell(found, as_json, lambda found: "\n".join(_lines(found)))
    return 0


def _lines(found: "Ranking") -> Iterator[str]:
    from tlcore.runs.ranking import SCORES

    labels = f"{found.labels} labelled target images of {found.spec.scenario}"
    yield f"{len(found.candidates)} backbones on {labels}, best first."
    yield f"{'backbone':<30}" + "".join(f"{key:>18}" for key in SCORES)
    for each in found.candidates:
        cells = [f"{each.scores[key]:.3g} ({each.ranks[key][1]:.0f}–{each.ranks[key][2]:.0f})" for key in SCORES]
        yield f"{each.backbone + ' · ' + each.weights:<30}" + "".join(f"{cell:>18}" for cell in cells)
    yield "In brackets: between which ranks nine of ten other draws of labels would put it (delete-d jackknife)."
    if found.left_out:
        yield f"Left out: {len(found.left_out)}, whose weights are not on this machine."
