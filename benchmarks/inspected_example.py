"""The recorded run that the Inspect page shows to whoever has none of their own.

    python -m benchmarks.inspected_example RUN BESIDE

writes run RUN of the store, thinned to a dozen looks, into `dashboard/inspect/example.npz`: what was answered, where
the network looks, what moved. BESIDE is the source-only run of the same experiment.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np

from dashboard import words
from dashboard.inspect.history import CERTAIN, EXAMPLE, History, history
from tlcore import catalogue
from tlcore.runs.inspecting import inspect
from tlcore.runs.store import Store

FRAMES, FEATURES = 12, 4


@click.command()
@click.argument("run", type=int)
@click.argument("beside", type=int)
def main(run: int, beside: int) -> None:
    """Record RUN of the store, beside the source-only run BESIDE."""
    store = Store.default()
    spec, past = store.run(run).spec, history(store, run)
    if past is None:
        raise click.ClickException(f"Run {run} never looked inside: choose one that observes.")
    with tempfile.TemporaryDirectory() as folder:
        inspected = inspect(store, run, beside, Path(folder), lambda *_: None)
        with np.load(Path(folder) / "look.npz") as look:
            arrays = {f"look/{name}": look[name] for name in look.files}
    title = f"{catalogue.strategy(spec.strategy)['card']['title']} on {words.dialled(spec)}, seed {spec.seed}"
    told = {"title": title, "source": past.source, "target": past.target, "classes": past.classes}
    arrays |= {"told": np.array(json.dumps({**told, "inspected": inspected})), **_frames(past)}
    np.savez_compressed(EXAMPLE, **arrays)
    click.echo(f"{EXAMPLE.name}: {EXAMPLE.stat().st_size / 1000:.0f} kB, {title}")


def _frames(past: History) -> dict[str, Any]:
    steps = _evenly(past.steps, FRAMES)
    kept = _evenly(sorted(past.features), FEATURES)
    frames = [past.frames[step] for step in steps]
    return {
        "domain": past.target_rows.astype(np.uint8),
        "label": past.label.astype(np.uint8),
        "steps": np.array(steps),
        "predicted": np.stack([each.predicted for each in frames]).astype(np.uint8),
        "confidence": np.stack([np.rint(CERTAIN * each.certain) for each in frames]).astype(np.uint8),
        "map": np.stack([each.place for each in frames]).astype(np.float16),
        "feature_steps": np.array(kept),
        "features": np.stack([past.features[step] for step in kept]).astype(np.float16),
    }


def _evenly(steps: list[int], most: int) -> list[int]:
    """The first, the last, and some between them."""
    if len(steps) <= most:
        return steps
    return [steps[k * (len(steps) - 1) // (most - 1)] for k in range(most)]


if __name__ == "__main__":
    main()
