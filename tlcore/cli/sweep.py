"""A whole comparison: strategies × scenarios × seeds, and how they stand in the end."""

import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tlcore.cli.choices import setting
from tlcore.cli.sentences import as_json_option, say
from tlcore.cli.standing import told
from tlcore.errors import RequestError

if TYPE_CHECKING:
    from tlcore.runs.comparison import Comparison
    from tlcore.runs.headway import Progress
    from tlcore.runs.spec import RunSpec
    from tlcore.runs.store import Store


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--strategies", default="", metavar="KEY,KEY", help="What to compare; see `tlcore list strategies`.")
@click.option("--scenarios", default="", metavar="KEY,KEY", help="On which data; see `tlcore list scenarios`.")
@click.option(
    "--backbones", default="", metavar="KEY,KEY", help="With which networks; each scenario's own if not given."
)
@click.option("--seeds", default="", metavar="0,1,2|0-4", help="Three seeds, 0,1,2, if not given.")
@click.option("--target-labels", "labels", default="", metavar="1,5,20", help="Labelled target images per class.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE,VALUE", help="A hyper-parameter or a dial.")
@click.option("--no-reference", is_flag=True, help="Add no runs of the source alone.")
@click.option("--jobs", type=click.IntRange(0), default=0, metavar="NUMBER", help="Runs at a time; one a core if 0.")
@click.option("--ray", "address", default="", metavar="ADDRESS", help="Train on this Ray cluster; auto finds one.")
@click.option("--dry-run", is_flag=True, help="Only say what would be trained.")
@click.option("--store", "place", type=click.Path(path_type=Path), help="The file with all runs.")
@as_json_option
def sweep(
    file: Path | None, jobs: int, address: str, dry_run: bool, place: Path | None, as_json: bool, **given: Any
) -> int:
    """Train strategies × scenarios × seeds, and tell how they stand.

    What to compare stands in FILE (TOML, YAML or JSON), in the options, or in both: options go first. What is
    finished is not trained again, so a comparison that was interrupted goes on when it is asked for again.
    """
    from tlcore.runs.headway import progress, to_do

    layout = _asked(file, given).laid_out()
    for sentence in layout.left_out:
        say(f"Left out: {sentence}", 0)
    store = _store(place)
    lacking = to_do(store, layout.specs)
    many, done = len(layout.specs), len(layout.specs) - len(lacking)
    say(f"{many} runs, of which {done} are there already." if done else f"{many} runs.", 0)
    if dry_run:
        for spec in lacking:
            click.echo(f"{spec.strategy} on {spec.scenario} with {spec.backbone}, seed {spec.seed}")
        return 0
    _train(store, layout.specs, jobs, address)
    found = progress(layout.specs, store.runs())
    click.echo(json.dumps(_as_json(store, layout.specs)) if as_json else told(store, layout.specs))
    store.close()
    return _ended(found)


def _asked(file: Path | None, given: dict[str, Any]) -> "Comparison":
    """What the file says, with what the options say instead."""
    from tlcore.runs.comparison import Comparison
    from tlcore.runs.comparison_file import read

    said: dict[str, Any] = {
        "strategies": _keys(given["strategies"]),
        "scenarios": _keys(given["scenarios"]),
        "backbones": _keys(given["backbones"]),
        "seeds": _numbers("--seeds", given["seeds"]),
        "target_labels": _numbers("--target-labels", given["labels"]),
    }
    said = {name: value for name, value in said.items() if value}
    settings = {name: value.split(",") for name, value in map(setting, given["settings"])}
    if given["no_reference"]:
        said["reference"] = False
    if file is None:
        if "strategies" not in said or "scenarios" not in said:
            raise RequestError(
                "A comparison needs a FILE, or --strategies and --scenarios with keys and commas between."
            )
        return Comparison.of({**said, "settings": settings})
    read_ = read(file)
    return replace(read_, **said, settings={**read_.settings, **settings})


def _train(store: "Store", specs: "Sequence[RunSpec]", jobs: int, address: str) -> None:
    """Where it was asked for, with a bar that says how far it is."""
    from tqdm import tqdm

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what runs is saved then, as after a Ctrl-C
    layout = "{desc}: {percentage:3.0f}%|{bar}| {postfix}"
    with tqdm(desc="comparison", total=1.0, file=sys.stderr, dynamic_ncols=True, bar_format=layout) as bar:

        def watch(now: "Progress") -> None:
            bar.update(now.share - bar.n)
            if (words := _said(now)) != bar.postfix:
                bar.set_postfix_str(words)

        if address:
            from tlcore.runs.on_ray import sweep_on_ray

            sweep_on_ray(store.path, specs, address, jobs, watch)
        else:
            from tlcore.runs.sweeping import sweep as swept

            swept(store.path, specs, jobs, watch)


def _said(now: "Progress") -> str:
    failed = f", {now.failed} failed" if now.failed else ""
    left = f", {_time(now.left)} left" if now.left is not None else ""
    return f"{now.done} of {now.all} runs, {now.under_way} under way{failed}{left}"


def _ended(found: "Progress") -> int:
    """0 when all is finished, 1 where a run failed, 130 where something is left to do."""
    if found.failed:
        say(f"{found.failed} of {found.all} runs failed: `tlcore show RUN` says why.", 1)
    if not found.over:
        return say("Not all of it is done: the same command goes on from here.", 130)
    return 1 if found.failed else 0


def _as_json(store: "Store", specs: "Sequence[RunSpec]") -> dict[str, Any]:
    from tlcore.runs import likeness
    from tlcore.runs.standings import by_scenario, standings, winner

    runs = [run for run in likeness.of(specs, store.runs()).values() if run is not None]
    every = standings(runs)
    winners = [winner(among) for among in by_scenario(every).values()]
    clear = [each.as_json() for each in winners if each is not None]
    return {
        "standings": [each.as_json() for each in every],
        "clear_winners": clear,
        "runs": [{"run": run.id, "status": run.status, "error": run.error} for run in runs],
    }


def _store(place: Path | None) -> "Store":
    from tlcore.runs.reaping import reap
    from tlcore.runs.store import Store

    store = Store(place) if place else Store.default()
    reap(store)
    return store


def _keys(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _numbers(option: str, text: str) -> list[int]:
    found: list[int] = []
    try:
        for each in _keys(text):
            first, dash, last = each.partition("-")
            found += range(int(first), int(last) + 1) if dash else [int(each)]
    except ValueError:
        raise RequestError(f"{option} takes whole numbers, as in 0,1,2 or 0-4, but got '{text}'.") from None
    return found


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
