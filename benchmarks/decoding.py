"""An epoch from the cache beside an epoch from the files: our streams against DataLoaders over ImageFolders.

    python benchmarks/decoding.py FOLDER FOLDER [--side 64] [--batch 64] [--rounds 5] [--write]

FOLDER is one folder of images a class, such as PACS/photo and PACS/sketch. Every way hands over the same number of
uint8 batches (B, 3, side, side) of both folders, shuffled, without a network: what is measured is the waiting for data.
A DataLoader reads, decodes, resizes and cuts every image in every epoch (torchvision v2, on PIL images). The first
epoch of ours does that once, and is timed by itself. Rounds alternate between all ways, so that whatever else the
machine does slows all of them; ratios are taken round by round. `--packing` times how the first epoch is spread
over threads, or over processes.
"""

import argparse
import os
import platform
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import torch
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms.v2 import CenterCrop, Compose, PILToTensor, Resize

from tlcore.data import Domain, Mapped
from tlcore.library import cache, packing
from tlcore.library.listing import FileListing

WORKERS = (0, 1, 2)
SEEN = {".jpg", ".jpeg", ".png"}

Epoch = Callable[[], int]
"""One pass over all images of both folders; returns how many there were."""


def listing(folder: Path) -> FileListing:
    classes = sorted(each for each in folder.iterdir() if each.is_dir())
    held = {each.name: [file for file in each.iterdir() if file.suffix.lower() in SEEN] for each in classes}
    return FileListing(folder.name, held)


def ours(folders: list[Path], side: int, batch: int, *, on_disk: bool) -> Epoch:
    """Streams of the domains: from the mapped file, or from memory where a domain is small enough for it."""
    domains = []
    for folder in folders:
        found = cache.packed(listing(folder), side)
        inputs = Mapped(found.images) if on_disk else torch.from_numpy(found.images.read())
        domains.append(Domain(folder.name, inputs, torch.from_numpy(found.labels)))
    begun = [0]

    def epoch() -> int:
        begun[0] += 1
        count = 0
        for domain in domains:
            stream, passes = domain.batches(batch), len(domain) // batch
            for k in range(begun[0] * passes, (begun[0] + 1) * passes):
                count += len(stream.at(k)[0])
        return count

    return epoch


def theirs(folders: list[Path], side: int, batch: int, workers: int) -> Epoch:
    change = Compose([Resize(side), CenterCrop(side), PILToTensor()])
    sets = [ImageFolder(folder, change) for folder in folders]
    loaders = [
        DataLoader(each, batch, shuffle=True, num_workers=workers, drop_last=True, persistent_workers=workers > 0)
        for each in sets
    ]

    def epoch() -> int:
        return sum(len(images) for loader in loaders for images, _ in loader)

    return epoch


def timed(epoch: Epoch) -> tuple[float, int]:
    began = perf_counter()
    count = epoch()
    return perf_counter() - began, count


def compared(folders: list[Path], side: int, batch: int, rounds: int) -> tuple[dict[str, list[float]], float, int]:
    """Seconds of each way in every round, those of our first epoch, and images in an epoch."""
    began = perf_counter()
    from_disk = ours(folders, side, batch, on_disk=True)
    from_disk()
    first = perf_counter() - began
    ways: dict[str, Epoch] = {
        "ours, mapped from disk": from_disk,
        "ours, in memory": ours(folders, side, batch, on_disk=False),
    }
    ways |= {f"DataLoader, {k} workers": theirs(folders, side, batch, k) for k in WORKERS}
    for name, epoch in ways.items():  # the first of each: workers start, the system's cache of files fills
        print(name, f"{timed(epoch)[0]:.2f} s", flush=True)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    count = 0
    for number in range(rounds):
        for name, epoch in ways.items():
            taken, count = timed(epoch)
            seconds[name].append(taken)
        print(f"round {number + 1}:", {name: round(each[-1], 3) for name, each in seconds.items()}, flush=True)
    return seconds, first, count


def table(
    folders: list[Path], side: int, batch: int, seconds: dict[str, list[float]], first: float, count: int
) -> list[str]:
    mapped = seconds["ours, mapped from disk"]
    lines = [
        f"{count:,} images an epoch ({' and '.join(folder.name for folder in folders)}), {side}×{side}, batches of "
        f"{batch}, {len(mapped)} rounds in turns; ratios round by round. Our first epoch, which decodes everything and "
        f"writes the cache, took {first:.1f} s.",
        "",
        "| way | s an epoch after the first, median (smallest–largest) | images/s | times as long as ours from disk |",
        "|---|---|--:|---|",
    ]
    for name, each in seconds.items():
        ratios = [one / our for one, our in zip(each, mapped, strict=True)]
        times = "1" if each is mapped else f"**{median(ratios):.1f}** ({min(ratios):.1f}–{max(ratios):.1f})"
        spread = f"{median(each):.2f} ({min(each):.2f}–{max(each):.2f})"
        lines.append(f"| {name} | {spread} | {count / median(each):,.0f} | {times} |")
    return lines


def packed_by(folder: Path, side: int, threads: int, processes: int) -> float:
    """Images a second of decoding, without writing."""
    found = listing(folder)
    began = perf_counter()
    if processes:
        parts = [range(k, min(k + 64, len(found))) for k in range(0, len(found), 64)]
        with ProcessPoolExecutor(processes) as pool:
            list(pool.map(partial(_squares, found, side), parts))
    else:
        packing.THREADS = threads
        packing.decoded(found, side, lambda row, pixels: None, lambda done: None)
    return len(found) / (perf_counter() - began)


def _squares(found: FileListing, side: int, rows: range) -> bytes:
    """The pixels go back through a pipe, as they would have to."""
    return b"".join(packing.square(found.read(row, side), side).tobytes() for row in rows)


def packings(folders: list[Path], side: int, rounds: int) -> list[str]:
    ways = {"1 thread": (1, 0), "2 threads": (2, 0), "4 threads": (4, 0), "1 process": (0, 1), "2 processes": (0, 2)}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (threads, processes) in ways.items():
            rates[name].append(packed_by(folders[0], side, threads, processes))
    lines = [
        f"Decoding {folders[0].name} to {side}×{side}, images/s, median (smallest–largest) of {rounds} rounds:",
        "",
    ]
    lines += ["| by | images/s |", "|---|---|"]
    return lines + [
        f"| {name} | {median(each):,.0f} ({min(each):,.0f}–{max(each):,.0f}) |" for name, each in rates.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--side", type=int, nargs="+", default=[64, 224])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="into benchmarks/results/decoding.md")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    lines = ["# An epoch from the cache beside an epoch from the files", ""]
    lines += ["Waiting for data alone, without a network: with one, whichever of the two is slower sets the pace.", ""]
    load = os.getloadavg()[0]
    with TemporaryDirectory() as place:
        os.environ["TLCORE_DATA"] = place
        for side in asked.side:
            seconds, first, count = compared(asked.folders, side, asked.batch, asked.rounds)
            lines += [f"## {side}×{side}", "", *table(asked.folders, side, asked.batch, seconds, first, count), ""]
    lines += ["## The first epoch: threads or processes", "", *packings(asked.folders, asked.side[0], asked.rounds), ""]
    lines += [
        "Threads decode as quickly as processes, without handing pixels over or loading everything twice.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, torch {torch.__version__}, "
        f"{platform.machine()}, {os.cpu_count()} cores that other work shared (load {load:.0f} at the start): ratios "
        "count, and the smallest times come nearest to a quiet machine.",
        "",
    ]
    told = "\n".join(lines)
    print(told)
    if asked.write:
        (Path(__file__).parent / "results" / "decoding.md").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
