"""Commands about runs: what there is to choose from, train, resume, show, stop."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tlcore.cli.choices import chosen
from tlcore.cli.sentences import as_json_option, say, tell
from tlcore.cli.stands import Stands
from tlcore.errors import RequestError

# Everything else is loaded by the command that needs it: `tlcore list` should answer at once.
if TYPE_CHECKING:
    from tlcore.runs.spec import RunSpec
    from tlcore.runs.store import Store

_OBEYS_WITHIN = 10.0  # seconds


_place = click.option("--store", "place", type=click.Path(path_type=Path), help="The file with all runs.")


def _about_a_run(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that say which run it is about, where it is, and how to tell of it."""
    return click.argument("number", metavar="RUN", type=int)(_place(as_json_option(command)))


@click.command("list")
@click.argument("what", type=click.Choice(["strategies", "scenarios", "backbones", "augments"]))
@as_json_option
def list_(what: str, as_json: bool) -> int:
    """What there is to choose from."""
    from tlcore import catalogue

    entries = getattr(catalogue, what)()
    if what == "strategies":
        entries = {key: {**each["card"], "hparams": each["hparams"]} for key, each in entries.items()}
    if as_json:
        click.echo(json.dumps(list(entries.values())))
        return 0
    width = max(map(len, entries))
    for key, card in entries.items():
        click.echo(f"{key:<{width}}  {card['title']}: {card['idea']}")
    return 0


@click.command()
@chosen
@click.option("--seeds", default="", metavar="0,1,2", help="Several seeds, side by side, with the mean's interval.")
@click.option("--no-observe", is_flag=True, help="Do not look at features and shift while training.")
@click.option("--validator", default="", metavar="KEY", help="Picks the checkpoint that is kept: a key, or none.")
@click.option("--log", "targets", multiple=True, metavar="KIND:FOLDER", help="mlflow:FOLDER, tensorboard:FOLDER.")
@_place
@as_json_option
def run(
    spec: "RunSpec", seeds: str, no_observe: bool, validator: str, targets: Sequence[str], place: Path | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Train one strategy on one scenario, here and now."""
    from tlcore.runs.exporting import logs
    from tlcore.runs.processes import Process

    spec = replace(spec, observe=spec.observe and not no_observe, validator=validator or spec.validator).completed()
    wanted = [logs.parse(each) for each in targets]
    store = _store(place)
    if seeds and wanted:
        raise RequestError("--log follows one run: train the seeds, then `tlcore export RUN --format tensorboard`.")
    if seeds:
        from tlcore.cli.seeds import run_seeds

        return run_seeds(store, spec, seeds, as_json)
    from tlcore.runs.foreground import train_here  # loads torch: after every mistake that can be found without it

    begun = store.submit(spec, holder=Process.me())
    with logs.logging(store, begun.id, wanted):
        outcome = train_here(store, begun)
    return _told(store, outcome, as_json, place)


@click.command()
@_about_a_run
def resume(number: int, place: Path | None, as_json: bool) -> int:
    """Go on with a run from its last checkpoint, here and now."""
    from tlcore.runs.processes import Process

    store = _store(place)
    store.takable(number)
    from tlcore.runs.foreground import train_here

    return _told(store, train_here(store, store.take(number, Process.me())), as_json, place)


@click.command()
@_about_a_run
def show(number: int, place: Path | None, as_json: bool) -> int:
    """How a run stands."""
    store = _store(place)
    tell(Stands.of(store, store.run(number)), as_json, Stands.words)
    return 0


@click.command()
@_about_a_run
def stop(number: int, place: Path | None, as_json: bool) -> int:
    """Let a run save and stop, wherever it trains; it can be resumed."""
    from tlcore.runs.rows import OVER

    store = _store(place)
    found = store.ask(number, want="stop")
    deadline = time.monotonic() + _OBEYS_WITHIN
    while found.status not in OVER and time.monotonic() < deadline:
        time.sleep(0.05)
        found = store.run(number)
    tell(Stands.of(store, found), as_json, lambda each: each.sentence)
    if found.status in OVER:
        return 0
    return say(f"Run {number} was asked to stop, and has not come to rest yet.", 1)


def _store(place: Path | None) -> "Store":
    from tlcore.runs.reaping import reap
    from tlcore.runs.store import Store

    store = Store(place) if place else Store.default()
    reap(store)
    return store


def _told(store: "Store", outcome: Any, as_json: bool, place: Path | None) -> int:
    found = outcome.run
    if found.status in ("stopped", "paused"):
        where = f" --store {place}" if place else ""
        say(f"Go on with: tlcore resume {found.id}{where}", 0)
    if found.error:
        say(found.error, 0)
    stands = Stands.of(store, found)
    for line in stands.remarks:
        say(line, 0)
    tell(stands, as_json, lambda each: each.sentence)
    store.close()
    if found.status == "finished":
        return 0
    if outcome.signal is not None:
        return 128 + int(outcome.signal)
    return 2 if isinstance(outcome.failure, RequestError) else 1
