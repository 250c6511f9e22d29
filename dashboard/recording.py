"""The recorded run that plays on the first visit, until the first real one has something to show.

    python -m dashboard.recording RUN

writes run RUN of the store into `static/first.bin`, thinned so that it loads at once: fewer
frames and fewer points of the curves. Unpacked, it is [uint32 milliseconds, uint32 length, packet] again
and again; it lies in the package as gzip, which every browser opens by itself.
"""

import gzip
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace

import click
import numpy as np

from dashboard.assets import STATIC
from dashboard.packets import Item, packet
from dashboard.tail import Tail
from tlcore.runs.store import Store
from tlcore.training.events import Array, Measured, Observed

SECONDS = 12.0  # how long it plays
FRAMES = 40
EVERY_POINT = 4  # of the strategy's curves
PLACE = STATIC / "first.bin"


@click.command()
@click.argument("run", type=int)
def main(run: int) -> None:
    """Record RUN of the store for the first visit."""
    PLACE.write_bytes(gzip.compress(recording(Tail(Store.default(), run)), 9, mtime=0))
    click.echo(f"{PLACE.name}: {PLACE.stat().st_size / 1000:.0f} kB")


def recording(tail: Tail) -> bytes:
    """A run that has ended, as packets with their times: one for each frame that is kept."""
    parts, batch = [], []
    steps = max(tail.row.steps, 1)
    for item in _thinned(tail.items):
        batch.append(item)
        if item.verdict is not None:
            parts.append(_part(tail, batch, steps))
            batch = []
    return b"".join([*parts, _part(tail, batch, steps, status="finished")])


def _part(tail: Tail, items: list[Item], steps: int, status: str = "running") -> bytes:
    step = items[-1].event.step if items else steps
    seconds = SECONDS * step / steps
    row = {"status": status, "want": "run", "pace": None, "step": step, "steps": steps, "seconds": seconds}
    seq = items[-1].seq if items else tail.last
    head = {"run": None, "seq": seq, "row": row | {"left": None, "device": "", "looks": 0}}
    said = next((item.verdict for item in reversed(items) if item.verdict), None)
    head |= {"about": tail.facts} if items and items[0].seq == tail.items[0].seq else {}
    message = packet(head | ({"verdict": said} if said else {}), items)
    return struct.pack("<II", round(1000 * seconds), len(message)) + message


def _thinned(items: Iterable[Item]) -> Iterator[Item]:
    """Evaluations, the frames that are kept, and a quarter of the curves' points."""
    items = list(items)
    frames = [item.seq for item in items if item.verdict is not None]
    kept = {frames[k * (len(frames) - 1) // (FRAMES - 1)] for k in range(FRAMES)} if frames else set()
    measured = 0
    for item in items:
        event = item.event
        if isinstance(event, Measured):
            measured += 1
            if measured % EVERY_POINT:
                continue
        if isinstance(event, Observed):
            if item.verdict is not None and item.seq not in kept:
                continue
            if event.name == "umap":
                continue
            event = replace(event, arrays={name: _short(name, values) for name, values in event.arrays.items()})
        yield item._replace(event=event)


def _short(name: str, values: Array) -> Array:
    """A map with no more digits than a screen has pixels: it packs to half the size."""
    return np.round(values * 64) / np.float32(64) if name == "map" else values


if __name__ == "__main__":
    main()
