"""What a run would take, before it is started."""

from typing import TYPE_CHECKING

import click

from tlcore.cli.choices import chosen
from tlcore.cli.sentences import as_json_option, tell

if TYPE_CHECKING:
    from tlcore.runs.estimates import Estimate
    from tlcore.runs.spec import RunSpec


@click.command()
@chosen
@as_json_option
def estimate(spec: "RunSpec", as_json: bool) -> int:
    """Time and memory that a run would take here: three steps of it are tried, once, on made-up images."""
    spec = spec.completed()
    from tlcore.runs.estimates import smaller
    from tlcore.runs.estimating import estimate as estimated

    found = estimated(spec)
    tell(found, as_json, lambda found: told(found, smaller(spec, found)))
    return 0


def told(found: "Estimate", less: "RunSpec") -> str:
    """An estimate in two sentences; `less` is what would fit instead."""
    told = "measured" if found.measured else "worked out from smaller batches"
    takes = f"About {_time(found.seconds())} on this {_named(found.device)} ({told}), {found.length:,} steps."
    needs = f"A batch of {found.batch} takes about {_size(found.memory)}, of {_size(found.free)} that are free"
    if found.fits:
        return f"{takes} {needs}; the largest that fits is {found.largest}."
    if found.largest:
        return f"{takes} {needs}, which is too much: choose --set batch={found.largest}."
    if int(less.hparams["batch"]) < found.batch:
        side = less.settings["side"]
        return f"{takes} {needs}, which is too much: choose --set side={side:g} --set batch={less.hparams['batch']}."
    return f"{takes} {needs}, which is too much: choose a smaller backbone."


def _named(device: str) -> str:
    return "GPU" if device == "cuda" else "CPU"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
