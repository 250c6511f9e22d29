"""Every strategy against the baseline that its card names, as a person would run it: `tlcore run`.

    python benchmarks/baselines.py [--only KEY ...] [--write]

The gain is paired: the same seed gives both runs the same data and the same first weights. Seconds are
of the whole command, from the shell and back, Python's start and torch's import included. `--write`
puts the table into `benchmarks/baselines.md`.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from time import perf_counter
from typing import Any

from scipy.stats import t as student

from tlcore import catalogue


def trained(strategy: str, promise: dict[str, Any], seed: int, store: Path) -> tuple[float, float]:
    """Target accuracy in points, and the seconds that the command took."""
    words = [sys.executable, "-m", "tlcore.cli", "run", "--strategy", strategy, "--scenario", promise["scenario"]]
    words += ["--seed", str(seed), "--device", "cpu", "--store", str(store), "--json"]
    if promise["shift"] is not None:
        words += ["--shift", str(promise["shift"])]
    if promise["target_labels"]:
        words += ["--target-labels", str(promise["target_labels"])]
    began = perf_counter()
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    seconds = perf_counter() - began
    return 100 * json.loads(done.stdout.splitlines()[-1])["metrics"]["target_accuracy"], seconds


def row(key: str, promise: dict[str, Any], store: Path) -> str:
    seeds = range(promise["seeds"])
    base = [trained(promise["over"], promise, seed, store) for seed in seeds]
    ours = [trained(key, promise, seed, store) for seed in seeds]
    gains = [mine[0] - theirs[0] for mine, theirs in zip(ours, base, strict=True)]
    half = float(student.ppf(0.975, len(gains) - 1)) * stdev(gains) / sqrt(len(gains))
    what = promise["scenario"] + (f", {promise['target_labels']} labels a class" if promise["target_labels"] else "")
    return (
        f"| {key} | {what} | {promise['over']} {mean(each[0] for each in base):.1f} "
        f"| {mean(each[0] for each in ours):.1f} | **{mean(gains):+.1f}** ± {half:.1f} | {promise['points']:g} "
        f"| {len(gains)} | {max(each[1] for each in ours):.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="*", help="keys of strategies")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = [
        "# Strategies against their baselines",
        "",
        "Target accuracy on held-out images in points, default settings, `tlcore run` with observers; no selection by",
        "target labels, the last step counts. The gain is paired by seed, ± half of its 95 % t-interval.",
        "",
        "| strategy | scenario | baseline | strategy | gain | promised | seeds | slowest command, s |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for key, entry in catalogue.strategies().items():
            promise = entry["card"]["promise"]
            if promise and (not options.only or key in options.only):
                lines.append(row(key, promise, Path(folder) / "store.sqlite3"))
                print(lines[-1], flush=True)
    versions = f"Python {platform.python_version()}, torch {version('torch')}"
    lines += ["", f"{datetime.now(UTC):%Y-%m-%d}, {versions}, {os.cpu_count()} cores, one thread, no GPU."]
    if options.write:
        Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
