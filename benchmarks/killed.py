"""Killed with SIGKILL at random moments and resumed, a run ends bit for bit as if nothing had happened.

    python benchmarks/killed.py [--kills 10] [--only KEY] [--write]

For every strategy: one run that is left alone, and one whose process is killed (no signal that it
could catch) at ten random moments and taken up from its last checkpoint. Compared are all told
losses and evaluations, and the final weights; equal means equal to the last bit. `--write` puts the
table into `benchmarks/results/killed.md`.
"""

import argparse
import os
import platform
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor

from tlcore.runs import checkpoints
from tlcore.runs.engine import checkpoint_file, execute
from tlcore.runs.processes import Process
from tlcore.runs.reaping import reap
from tlcore.runs.spec import RunSpec
from tlcore.runs.steering import Control
from tlcore.runs.store import Store
from tlcore.strategies import STRATEGIES

SCENARIO = "handwritten-to-low-contrast"
OFTEN = 0.15  # seconds between two checkpoints: ten are asked for in real life, but a short run has to have some


def spec(key: str) -> RunSpec:
    return RunSpec(strategy=key, scenario=SCENARIO, seed=3, steps=1200, target_labels=5, observe=True)


def train_in_a_child(path: Path, run_id: int) -> int:
    """Fork a process that takes the run and trains it; the pid."""
    pid = os.fork()
    if pid:
        return pid
    with closing(Store(path)) as store:
        store.take(run_id, Process.me())
        execute(store, run_id, Control(save_every=OFTEN))
    os._exit(0)


def left_alone(path: Path, key: str) -> tuple[int, float]:
    """A whole run: its number, and how many seconds it took."""
    with closing(Store(path)) as store:
        run_id = store.submit(spec(key)).id
    began = time.monotonic()
    os.waitpid(train_in_a_child(path, run_id), 0)
    return run_id, time.monotonic() - began


def killed(path: Path, key: str, kills: int, seconds: float) -> tuple[int, list[int]]:
    """A run killed so often before its end: its number, and the steps at which it was killed."""
    with closing(Store(path)) as store:
        run_id, steps = store.submit(spec(key)).id, list[int]()
        while True:
            pid = train_in_a_child(path, run_id)
            if len(steps) < kills:
                until_it_moves(store, run_id)
                time.sleep(random.uniform(0, seconds / kills))
                os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            reap(store)
            run = store.run(run_id)
            if run.status == "finished":
                return run_id, steps
            if not os.WIFSIGNALED(status):
                sys.exit(f"{key}: the run ended as {run.status}: {run.error}")
            steps.append(run.step)
            store.resume(run_id)


def until_it_moves(store: Store, run_id: int) -> None:
    began = store.run(run_id).step
    while (run := store.run(run_id)).step <= began and run.status != "finished":
        time.sleep(0.005)


def told(path: Path, run_id: int) -> list[object]:
    with closing(Store(path)) as store:
        return [each.event for each in store.events(run_id, kinds=("measured", "evaluated", "finished"))]


def weights(path: Path, run_id: int) -> list[Tensor]:
    with closing(Store(path)) as store:
        _, state = checkpoints.load(checkpoint_file(store, run_id))
    return list(tensors(state))


def tensors(value: object) -> Iterator[Tensor]:
    """Every tensor of a checkpoint: networks, optimisers, discriminators, chance."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from tensors(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from tensors(each)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--only", choices=sorted(STRATEGIES))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    random.seed(0)
    lines = [
        "# Killed and resumed, bit for bit",
        "",
        f"`{SCENARIO}`, seed 3, observed, a checkpoint every {OFTEN} s; SIGKILL at {options.kills} random moments. "
        "Equal: every told loss and evaluation, and every tensor of the last checkpoint (weights, optimiser, chance).",
        "",
        "| strategy | killed at step | curves equal | tensors equal |",
        "|---|---|---|---|",
    ]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for key in [options.only] if options.only else STRATEGIES:
            path = Path(folder) / f"{key}.sqlite3"
            whole, seconds = left_alone(path, key)
            broken, steps = killed(path, key, options.kills, seconds)
            curves = told(path, whole) == told(path, broken)
            first, second = weights(path, whole), weights(path, broken)
            bits = len(first) == len(second) and all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
            failed |= not (curves and bits)
            answer = {True: "yes", False: "**no**"}
            lines.append(
                f"| {key} | {', '.join(map(str, steps))} | {answer[curves]}, {len(told(path, whole))} events "
                f"| {answer[bits]}, {len(first)} tensors |"
            )
            print(lines[-1], flush=True)
    lines += [
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, torch {torch.__version__}, one CPU thread.",
    ]
    if options.write:
        (Path(__file__).parent / "results" / "killed.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
