"""How near is what the page says before Run? Time and memory of a trial, against the whole run.

    python -m benchmarks.estimates [--data FOLDER] [--write]

Each spec is estimated in one process and trained to its end in another one, unobserved; both tell seconds and the
highest memory beyond what Python and torch had taken before. With `--data`, a folder with one folder a domain and
in it one folder a class (such as PACS), photographs are among them; they are registered in a data folder of the
benchmark's own.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import torch

RESULTS = Path(__file__).parent / "results" / "estimates.md"
SMALL: tuple[dict[str, Any], ...] = (
    {"strategy": "dann", "scenario": "printed-to-handwritten"},
    {"strategy": "simclr", "scenario": "printed-to-handwritten"},
    {"strategy": "adda", "scenario": "handwritten-to-low-contrast"},
    {"strategy": "proto-net", "scenario": "glyphs", "steps": 200},
)
LARGE: tuple[dict[str, Any], ...] = (
    {"strategy": "dann", "backbone": "small-resnet", "steps": 100, "augment": "photos"},
    {"strategy": "source-only", "backbone": "resnet18", "steps": 30, "settings": {"side": 96}},
)


def estimated(choices: Mapping[str, Any]) -> dict[str, Any]:
    from tlcore.runs.estimating import estimate
    from tlcore.runs.spec import RunSpec

    return estimate(RunSpec(**choices, weights="none", device="cpu")).as_json()


def trained(choices: Mapping[str, Any]) -> dict[str, Any]:
    from tlcore.runs.engine import execute
    from tlcore.runs.memory import Watermark
    from tlcore.runs.processes import Process
    from tlcore.runs.spec import RunSpec
    from tlcore.runs.steering import Control
    from tlcore.runs.store import Store

    spec = RunSpec(**choices, weights="none", device="cpu", observe=False)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "lab.sqlite3")
        run, mark = store.submit(spec, holder=Process.me()), Watermark(torch.device("cpu"))
        execute(store, run.id, Control(makes_room=False))
        run = store.run(run.id)
        assert run.status == "finished", run.error
        store.close()
    return {"seconds": run.seconds, "memory": mark.height()}


def told(what: str, choices: Mapping[str, Any]) -> dict[str, Any]:
    """What a process of its own says."""
    command = [sys.executable, "-m", "benchmarks.estimates", "--one", what, json.dumps(choices)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def line(choices: Mapping[str, Any]) -> str:
    before, after = told("estimated", choices), told("trained", choices)
    name = f"{choices['strategy']}, {choices['scenario']}, {choices.get('backbone') or 'its own'}"
    seconds = f"{before['seconds']:.0f} | {after['seconds']:.0f} | **{before['seconds'] / after['seconds']:.2f}**"
    megabytes = f"{before['memory'] / 1e6:.0f} | {after['memory'] / 1e6:.0f}"
    row = f"| {name} | {before['length']:,} | {seconds} | {megabytes} |"
    print(row, flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder with domains of photographs")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        what, choices = options.one
        print(json.dumps({"estimated": estimated, "trained": trained}[what](json.loads(choices))))
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["TLCORE_DATA"] = home
        specs = list(SMALL)
        if options.data:
            add = [sys.executable, "-m", "tlcore.cli", "data", "add", str(options.data)]
            subprocess.run(add, check=True, capture_output=True)
            from tlcore import catalogue

            pair = next(key for key in catalogue.scenarios() if "~" in key)
            specs += [{**each, "scenario": pair} for each in LARGE]
        rows = [line(each) for each in specs]
    if options.write:
        RESULTS.write_text(page(rows), encoding="utf-8")


def page(rows: list[str]) -> str:
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    return f"""# What the page says before Run, and what it was

Three steps of every phase on images of noise (`tlcore estimate`), against the whole run, unobserved, each in a process
of its own. Seconds by the clock; megabytes at the highest, beyond what Python and torch had taken before. A run holds
its images on top, where they are small enough to be held, packs them the first time, and writes checkpoints; a
trial does none of it.

| run, data, backbone | steps | said, s | was, s | ratio | said, MB | was, MB |
|---|--:|--:|--:|--:|--:|--:|
{chr(10).join(rows)}

The share of evaluations is said for a thousand test images of each domain, which is the most that is asked while
training goes on: with fewer, a run takes less than was said.

{datetime.now(UTC):%Y-%m-%d}, {versions}, {psutil.cpu_count()} cores, busy with other work.
"""


if __name__ == "__main__":
    main()
