"""`tlcore export`: take a run away."""

from pathlib import Path

import click

from tlcore.cli.sentences import say

HELP = "safetensors, onnx, card, csv, parquet, toml; html and python, where the page is installed; mlflow, tensorboard."


@click.command()
@click.argument("number", metavar="RUN", type=int)
@click.option("--format", "form", default="safetensors", show_default=True, metavar="FORMAT", help=HELP)
@click.option(
    "--which", type=click.Choice(["last", "kept"]), default="last", show_default=True,
    help="The model at the end, or the one that a label-free validator has kept.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to; beside you, by the run's name.")
@click.option("--store", "place", type=click.Path(path_type=Path), help="The file with all runs.")
def export(number: int, form: str, which: str, out: Path | None, place: Path | None) -> int:
    """Take a run away: its trained model, a model card, its numbers, or a page that replays it."""
    from tlcore.runs.exporting.formats import export as exported
    from tlcore.runs.store import Store

    store = Store(place) if place else Store.default()
    try:
        path = exported(store, number, form, "kept" if which == "kept" else "last", out)
    finally:
        store.close()
    size = f", {path.stat().st_size / 1000:,.0f} kB" if path.is_file() else ""
    click.echo(str(path))
    return say(f"Run {number} as {form}{size}.", 0)
