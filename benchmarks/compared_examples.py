"""The runs that the Compare page ships, so that it is never empty: trained for real, and made small.

    python -m benchmarks.compared_examples [--store FILE] [--jobs 2]

Can be stopped at any moment and goes on where it was. Writes `dashboard/compare/examples.json.gz`: of every run its
spec, its last numbers, at most forty points of its curves, and what the judge said in the end.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import machine
from dashboard.compare.examples import FILE
from dashboard.compare.gathering import curve
from tlcore.runs import likeness
from tlcore.runs.comparison import Comparison
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.runs.sweeping import sweep

STRATEGIES = ("source-only", "dann", "deep-coral", "mmd", "mcd", "cdan")
COMPARED = (
    Comparison(STRATEGIES, ["moons", "blobs", "printed-to-handwritten"]),
    Comparison(["fine-tune", "scratch"], ["moons"], target_labels=[1, 5, 20]),
    Comparison(
        ["dann"], ["moons"], seeds=[0, 1], reference=False,
        settings={"strength": ["0.1", "0.3", "1"], "lr": ["0.001", "0.003", "0.01"]},
    ),
)  # fmt: skip
POINTS = 40  # of a curve
DIGITS = 4
MEASURES = ("source_accuracy", "target_accuracy", "kept_target_accuracy", "kept_step")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, default=Path("benchmarks") / ".examples" / "store.sqlite3")
    parser.add_argument("--jobs", type=int, default=0)
    given = parser.parse_args()
    specs = list({likeness.mark(spec): spec for each in COMPARED for spec in each.laid_out().specs}.values())
    if not sweep(given.store, specs, given.jobs, watch=lambda now: print(f"\r{now.done} of {now.all}", end="")):
        raise SystemExit("Not all of it is done: the same command goes on from here.")
    store = Store(given.store)
    told = {"made": machine(), "runs": list(_runs(store, specs))}
    # Without a time in it the same runs give the same file.
    FILE.write_bytes(gzip.compress(json.dumps(told, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"\n{len(told['runs'])} runs, {FILE.stat().st_size / 1e3:.0f} kB in {FILE}")


def _runs(store: Store, specs: list[RunSpec]) -> Iterator[dict[str, Any]]:
    for run in likeness.of(specs, store.runs()).values():
        if run is None or run.status != "finished":
            raise SystemExit(f"A run is not finished: {run}")
        yield told(store, run)


def told(store: Store, run: Run) -> dict[str, Any]:
    """One run as the file keeps it."""
    found = curve(store, run)
    stride = -(-len(found.steps) // POINTS)
    places = list(range(len(found.steps)))[::-1][::stride][::-1]  # the last one is always kept
    spec = {name: value for name, value in run.spec.as_json().items() if name not in ("steps", "device", "observe")}
    return {
        "spec": spec,
        "seconds": round(run.seconds, 2),
        "metrics": {name: round(run.metrics[name], DIGITS) for name in MEASURES if name in run.metrics},
        "judge": None if found.judge is None else round(found.judge, DIGITS),
        "steps": [found.steps[at] for at in places],
        "curves": {name: [round(each[at], DIGITS) for at in places] for name, each in found.values.items()},
    }


if __name__ == "__main__":
    main()
