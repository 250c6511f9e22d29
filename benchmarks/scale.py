"""How much memory do 100,000 images of 224×224 take? Each row in a process of its own that reads its own peak.

    python benchmarks/scale.py [--images 100000] [--side 224] [--folder /tmp] [--write]

The file of decoded images is written as the cache writes it, with generated content and without 100,000 JPEGs; it takes
15 GB of disk and is deleted at the end. A second domain of a fifth of the size is the target. Everything after that
is what a run does: the scenario is built, both domains are split, batches are drawn, the exam is asked, observers look.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
from PIL import Image

from tlcore.library import cache, domains, packfile
from tlcore.library.domains import ALL, DomainEntry
from tlcore.library.listing import Listing

CLASSES, NOISES, BATCH, STEPS = 10, 64, 32, 12
MOST = 4.0  # GiB that a training may have resident
WAYS = {  # what is done, as the table says it
    "build": "the pair is built, nothing read",
    "epoch": "one epoch of labelled batches, no network",
    "small-resnet": f"DANN, {STEPS} steps",
    "resnet18": f"source only, {STEPS} steps",
}


class Generated(Listing):
    """Images that were never files: noise, brighter where a class says so."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.classes = name, tuple(f"class {k}" for k in range(CLASSES))
        self.labels = np.arange(count, dtype=np.int64) * CLASSES // count  # sorted by class, as files are

    @property
    def fingerprint(self) -> str:
        return blake2b(f"{self.name} {len(self)}".encode(), digest_size=16).hexdigest()

    def opened(self, row: int) -> Image.Image:
        raise AssertionError("an image was decoded that should have been in the cache")


def write(listing: Generated, side: int) -> None:
    """The file that `cache.packed` would have made."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 128, (NOISES, packfile.CHANNELS, side, side), dtype=np.uint8)
    file = cache.folder() / f"{listing.fingerprint}-{side}{cache.ENDING}"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w+b") as out:
        put = packfile.writer(out, side)
        for row, label in enumerate(listing.labels.tolist()):
            image = noise[row % NOISES].copy()
            image[:, label * side // CLASSES : (label + 1) * side // CLASSES] += 100
            put(row, image)
        packfile.sealed(out, listing.name, listing.fingerprint, side, len(listing), [])


def entries(images: int, side: int) -> dict[str, DomainEntry]:
    def entry(name: str, count: int) -> DomainEntry:
        found = Generated(name, count)
        return DomainEntry(name, name, found.classes, {ALL: count}, side, True, lambda part: found)

    return {each.key: each for each in (entry("large", images), entry("smaller", images // 5))}


def done(way: str, side: int) -> Iterator[int]:
    """One row of the table: yields how many images were read in batches so far."""
    import torch

    from tlcore.runs.building import build
    from tlcore.runs.spec import RunSpec
    from tlcore.training.loop import Rhythm, train

    torch.set_num_threads(1)
    network = way in ("small-resnet", "resnet18")
    spec = RunSpec(
        "dann" if way == "small-resnet" else "source-only",
        "large~smaller",
        backbone=way if network else "small-cnn-colour",
        weights="none" if network else "",
        settings={"side": float(side), "images_source": 0.0, "images_target": 0.0},
        hparams={"batch": BATCH, "steps": 10 * STEPS},
    ).completed()
    built = build(spec, torch.device("cpu"))
    task = built.prepared.task
    yield 0
    if way == "epoch":
        for k in range(len(task.source) // BATCH):
            task.source.batches(BATCH).at(k)
            yield (k + 1) * BATCH
    elif network:
        each = BATCH * (2 if spec.strategy == "dann" else 1)
        walked = train(built.strategy, task, built.evaluators, built.observers, Rhythm(evaluations=10, rest=0.0))
        for event in walked:
            yield event.step * each
            if event.step >= STEPS:
                break


def child(way: str, images: int, side: int) -> None:
    vars(domains)["find"] = entries(images, side).__getitem__
    walk = done(way, side)
    read = next(walk)
    clock, own = perf_counter(), process_time()
    for read in walk:  # noqa: B007 - the last one is told
        pass
    told = {"read": read, "seconds": perf_counter() - clock, "cpu": process_time() - own, "peak": peak()}
    print(json.dumps(told))


def peak() -> float:
    """The most that this process ever had resident, GiB: mapped pages count, the system's cache of files does not."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return float(line.split()[1]) / 2**20
    raise RuntimeError("this system does not tell a process's peak")


def measured(folder: Path, images: int, side: int) -> list[dict[str, Any]]:
    environment = {**os.environ, "TLCORE_DATA": str(folder)}
    os.environ["TLCORE_DATA"] = str(folder)
    for entry in entries(images, side).values():
        began = perf_counter()
        listing = entry.listed(ALL)
        assert isinstance(listing, Generated)
        write(listing, side)
        print(f"{entry.key}: {entry.images:,} images written in {perf_counter() - began:.0f} s", flush=True)
    rows = []
    for way in WAYS:
        command = [sys.executable, __file__, "--way", way, "--images", str(images), "--side", str(side)]
        answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        rows.append({"way": way, **json.loads(answer.stdout.splitlines()[-1])})
        print(rows[-1], flush=True)
    return rows


def table(rows: list[dict[str, Any]], images: int, side: int) -> str:
    import torch

    size = images * 3 * side * side
    lines = [
        f"# {images:,} images of {side}×{side} in bounded memory",
        "",
        f"The decoded images are {size / 2**30:.1f} GiB on disk, those of a second domain (the target) "
        f"{size / 5 / 2**30:.1f} GiB. Peak resident memory of the whole process, torch included, as the "
        f"system tells it (VmHWM); a run may have {MOST:g} GiB. Batches of {BATCH}. Observers look as ever.",
        "",
        "| what | backbone | images read in batches | peak resident, GiB | CPU time, s | wall time, s |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        backbone = row["way"] if row["way"] not in ("build", "epoch") else "none"
        numbers = f"{row['read']:,} | **{row['peak']:.2f}** | {row['cpu']:.0f} | {row['seconds']:.0f}"
        lines.append(f"| {WAYS[row['way']]} | {backbone} | {numbers} |")
    one = next(row for row in rows if row["way"] == "epoch")
    rate = one["read"] / one["cpu"]
    lines += [
        "",
        f"An epoch reads {rate:,.0f} images a second of CPU time; nothing is decoded. Most of the peak is torch "
        "itself and what the network keeps for its backward pass; the map of the file is opened anew after every "
        "64 MiB, because mapped pages count as the process's own.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, torch {torch.__version__}, 1 CPU thread, "
        f"{platform.machine()}, {os.cpu_count()} cores that other work shared: CPU time counts, wall time says little.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--folder", type=Path, default=None, help="where 18 GB are free")
    parser.add_argument("--write", action="store_true", help="into benchmarks/results/scale.md")
    parser.add_argument("--way", choices=list(WAYS), help="one row, in this process")
    asked = parser.parse_args()
    if asked.way:
        child(asked.way, asked.images, asked.side)
        return
    with TemporaryDirectory(dir=asked.folder) as folder:
        rows = measured(Path(folder), asked.images, asked.side)
    told = table(rows, asked.images, asked.side)
    print(told)
    if asked.write:
        (Path(__file__).parent / "results" / "scale.md").write_text(told, encoding="utf-8")
    if any(row["peak"] >= MOST for row in rows):
        sys.exit(f"more than {MOST:g} GiB were resident")


if __name__ == "__main__":
    main()
