"""What does being watched cost? A run with observers and a connected page, against `--no-observe`.

    python benchmarks/observed.py [--pairs 5] [--steps 2000] [--write]

Each pair trains the same spec twice, in turns: once with `tlcore run --no-observe`, and once observed,
by the warm worker of a real server to which a client is connected that speaks the feed (it takes every
packet and acknowledges it; a real browser would also paint, on the same two cores). The ratio of the
training seconds is taken pair by pair. The server's own processor time is read beside it.
"""

import argparse
import json
import os
import platform
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil
import torch
from websockets.sync.client import connect

from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store


def unobserved(spec: RunSpec, path: Path) -> float:
    """Training seconds of `tlcore run --no-observe`."""
    words = [sys.executable, "-m", "tlcore.cli", "run", "--strategy", spec.strategy, "--scenario", spec.scenario]
    words += ["--steps", str(spec.steps), "--seed", str(spec.seed), "--no-observe", "--store", str(path), "--json"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def observed(spec: RunSpec, path: Path, address: str, server: psutil.Process) -> tuple[float, float, int]:
    """Training seconds of a watched run, the server's share of a core meanwhile, and the packets that came."""
    with closing(Store(path)) as store:
        run, before, began, packets = store.submit(spec), cpu_seconds(server), time.monotonic(), 0
        url = f"ws://{address}/api/live/{run.id}?after=0"
        with connect(url, max_size=None, additional_headers={"Origin": f"http://{address}"}) as socket:
            while store.run(run.id).status != "finished":
                try:
                    packet = socket.recv(timeout=1)
                except TimeoutError:
                    continue
                assert isinstance(packet, bytes)
                (length,) = struct.unpack_from("<I", packet)
                socket.send(json.dumps({"ack": json.loads(packet[4 : 4 + length])["seq"]}))
                packets += 1
        share = (cpu_seconds(server) - before) / (time.monotonic() - began)
        return store.run(run.id).seconds, share, packets


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def page(path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A real server with its warm worker: its address and its process."""
    environment = {**os.environ, "TLCORE_STORE": str(path)}
    words = [sys.executable, "-m", "dashboard.launch", "--no-browser"]
    apart = {"env": environment, "stdout": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(words, **apart) as launcher:
        try:
            address = ""
            while not address:
                found = re.search(r"http://([\d.]+:\d+)", launcher.stdout.readline() if launcher.stdout else "")
                address = found.group(1) if found else ""
            yield address, psutil.Process(launcher.pid).children()[0]
        finally:
            os.killpg(launcher.pid, signal.SIGINT)


def warm_up(path: Path, address: str, server: psutil.Process) -> None:
    """One short run, so that the worker has loaded everything."""
    observed(RunSpec("source-only", "moons", steps=50), path, address, server)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = [
        "# What being watched costs",
        "",
        "Training seconds of one spec, in turns: `tlcore run --no-observe`, and watched by a connected page's feed. "
        "Kept: throughput while watched over throughput alone, pair by pair; "
        f"{options.pairs} pairs, {options.steps:,} steps.",
        "",
        "| run | alone, median s | watched, median s | kept, median (min–max) | server, share of a core | packets |",
        "|---|--:|--:|---|--:|--:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        with page(path) as (address, server):
            warm_up(path, address, server)
            for key, scenario in (("dann", "printed-to-handwritten"), ("deep-coral", "moons")):
                spec = RunSpec(key, scenario, steps=options.steps)
                pairs = [
                    (unobserved(spec, Path(folder) / "alone.sqlite3"), *observed(spec, path, address, server))
                    for _ in range(options.pairs)
                ]
                kept = [alone / watched for alone, watched, _, _ in pairs]
                alone, watched, share, packets = (median(column) for column in zip(*pairs, strict=True))
                lines.append(
                    f"| {key} on {scenario} | {alone:.1f} | {watched:.1f} | **{median(kept):.2f}** "
                    f"({min(kept):.2f}–{max(kept):.2f}) | {share:.1%} | {packets:.0f} |"
                )
                print(lines[-1], flush=True)
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    lines += ["", f"{datetime.now(UTC):%Y-%m-%d}, {versions}, {os.cpu_count()} cores."]
    if options.write:
        (Path(__file__).parent / "results" / "observed.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
