"""Which settings suit a strategy, sought without target labels."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tlcore.cli.choices import chosen
from tlcore.cli.sentences import as_json_option, tell

if TYPE_CHECKING:
    from tlcore.runs.searching import Search, Trial
    from tlcore.runs.spec import RunSpec


@click.command()
@chosen
@click.option("--trials", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Trainings, in all.")
@click.option("--validator", default="information", show_default=True, metavar="KEY", help="By what to choose.")
@click.option("--searches", "place", type=click.Path(path_type=Path), help="The file with all searches.")
@as_json_option
def search(spec: "RunSpec", trials: int, validator: str, place: Path | None, as_json: bool) -> int:
    """Try settings and keep those that a validator likes best; no target label takes part in the choice."""
    spec.completed()
    from tqdm import tqdm

    from tlcore.runs.searching import search as searched
    from tlcore.runs.store import Store

    if place is None:
        with_runs = Store.default()
        with_runs.close()
        place = with_runs.path.with_name("searches.sqlite3")
    with tqdm(total=trials, desc=f"{spec.strategy} on {spec.scenario}", unit=" trials", file=sys.stderr) as bar:

        def watch(done: int, trial: "Trial") -> None:
            bar.update(done - bar.n)

        found = searched(spec, trials, validator, place, watch)
    tell(found, as_json, told)
    return 0 if found.best is not None else 1


def told(found: "Search") -> str:
    """The choice, what it reached, and how well each validator would have chosen."""
    if found.best is None:
        return "No training came to its end: " + (found.trials[-1].error if found.trials else "none was begun.")
    best = found.best
    settings = " ".join(f"--set {name}={_short(value)}" for name, value in best.hparams.items())
    lines = [
        f"Of {len(found.trials)} trials '{found.validator}' chooses number {best.number} "
        f"({best.scores[found.validator]:.4g}): {settings}",
        "With target labels, which nobody has in real life (oracle): "
        + f"it reaches {best.oracle:.1%}, the best trial {max(each.oracle or 0 for each in found.trials):.1%}, "
        + f"the defaults {found.trials[0].oracle or 0:.1%}.",
    ]
    if correlations := found.correlations:
        ranked = sorted(correlations.items(), key=lambda item: -item[1])
        lines.append(
            "Rank correlation with the oracle: " + ", ".join(f"{name} {rho:+.2f}" for name, rho in ranked) + "."
        )
    return "\n".join(lines)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
