"""How fast is the engine? Against the same training written by hand, in one process, in turns.

    python benchmarks/throughput.py [--rounds 7] [--steps 150] [--device cuda] [--write]

Three ways to train DANN (or source only) with the same network, data, batch and number of steps:

- engine: `tlcore.training.loop.train`, what every run goes through;
- device: a plain PyTorch loop over tensors that lie on the device, as a careful person writes it;
- loader: the same loop over two `DataLoader`s of a `TensorDataset`, as most tutorials write it.

Rounds alternate between the ways, so that a machine that slows down slows all of them; the ratio is
taken round by round, and the median is printed with the smallest and the largest.
"""

import argparse
import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle
from math import exp
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tlcore.data import Domain, Task
from tlcore.networks import ImageBackbone, build_network
from tlcore.strategies import STRATEGIES
from tlcore.training.loop import train

SHAPE, COUNT, CLASSES, BATCH, LR = (1, 28, 28), 8192, 10, 64, 1e-3


def domain(name: str, device: torch.device) -> Domain:
    random = torch.Generator().manual_seed(len(name))
    images = torch.randint(0, 256, (COUNT, *SHAPE), dtype=torch.uint8, generator=random)
    return Domain(name, images, torch.randint(0, CLASSES, (COUNT,), generator=random)).to(device)


def engine(key: str, backbone: str, task: Task, steps: int) -> None:
    network = build_network(backbone, CLASSES, seed=0, input_shape=SHAPE).to(task.source.inputs.device)
    kind = STRATEGIES[key]
    for _ in train(kind(network, kind.HParams.of({"steps": steps, "batch": BATCH, "lr": LR})), task):
        pass


def by_hand(
    key: str, backbone: str, batches: Iterator[tuple[Tensor, Tensor, Tensor]], device: torch.device, steps: int
) -> None:
    """The same algorithm in one function, in the memory format that modules have by default."""
    network = build_network(backbone, CLASSES, seed=0, input_shape=SHAPE)
    network = network.to(device, memory_format=torch.contiguous_format)
    # Straight into the layers: the backbone's own `forward` would bring images to channels-last first.
    see = cast(ImageBackbone, network.backbone).features
    discriminator = nn.Sequential(nn.Linear(network.dim, 100), nn.ReLU(), nn.Linear(100, 1)).to(device)
    optimiser = torch.optim.Adam([*network.parameters(), *discriminator.parameters()], lr=LR)
    losses = []
    for step in range(steps):
        images, labels, target_images = next(batches)
        if key == "source-only":
            loss = F.cross_entropy(network.head(see(images)), labels)
        else:
            features = see(torch.cat([images, target_images]))
            strength = 0.3 * (2 / (1 + exp(-10 * step / steps)) - 1)
            reversed_features = features.detach() + (features - features.detach()) * -strength
            judged = discriminator(reversed_features).squeeze(1)
            is_source = torch.cat([torch.ones(BATCH, device=device), torch.zeros(BATCH, device=device)])
            loss = F.cross_entropy(network.head(features[:BATCH]), labels)
            loss = loss + F.binary_cross_entropy_with_logits(judged, is_source)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())


def on_device(task: Task) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    source, target = task.source, task.target
    assert source.labels is not None
    while True:
        order, other = (
            torch.randperm(COUNT, device=source.inputs.device),
            torch.randperm(COUNT, device=source.inputs.device),
        )
        for rows, others in zip(order.split(BATCH), other.split(BATCH), strict=True):
            yield (
                source.inputs[rows].float() / 127.5 - 1,
                source.labels[rows],
                target.inputs[others].float() / 127.5 - 1,
            )


def through_loaders(task: Task, device: torch.device) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    source, target = task.source, task.target
    assert source.labels is not None
    floats = TensorDataset(source.inputs.cpu().float() / 127.5 - 1, source.labels.cpu())
    others = TensorDataset(target.inputs.cpu().float() / 127.5 - 1)
    first = cycle(DataLoader(floats, BATCH, shuffle=True, drop_last=True))
    second = cycle(DataLoader(others, BATCH, shuffle=True, drop_last=True))
    for (images, labels), (target_images,) in zip(first, second, strict=False):
        yield images.to(device), labels.to(device), target_images.to(device)


def seconds(work: Callable[[], None], device: torch.device) -> float:
    began = perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/results/throughput.md")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device, steps = torch.device(options.device), options.steps
    task = Task(domain("source", device), domain("the target", device), domain("few", device), CLASSES)
    lines = [
        "# How fast the engine is",
        "",
        "Images per second of `train(...)`, and its speed over two loops written by hand: `device`, a plain loop over",
        "tensors that lie on the device; `loader`, the same through two `DataLoader`s. "
        f"{steps} steps of batch {BATCH},",
        f"1×28×28 images; median of {options.rounds} rounds in turns (smallest–largest).",
        "",
        "| strategy | backbone | engine, images/s | × device | × loader |",
        "|---|---|--:|---|---|",
    ]
    for key in ("source-only", "dann"):
        for backbone in ("small-cnn-bn", "lenet"):
            ways: dict[str, Callable[[], None]] = {
                "engine": lambda key=key, backbone=backbone: engine(key, backbone, task, steps),
                "device": lambda key=key, backbone=backbone: by_hand(key, backbone, on_device(task), device, steps),
                "loader": lambda key=key, backbone=backbone: by_hand(
                    key, backbone, through_loaders(task, device), device, steps
                ),
            }
            for work in ways.values():
                work()  # warm up
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(options.rounds):
                for name, work in ways.items():
                    times[name].append(seconds(work, device))
            rate = steps * BATCH * (2 if key == "dann" else 1) / median(times["engine"])
            cells = [gained(times[other], times["engine"]) for other in ("device", "loader")]
            lines.append(f"| {key} | {backbone} | {rate:,.0f} | {cells[0]} | {cells[1]} |")
            print(lines[-1], flush=True)
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"{options.threads} CPU thread(s)"
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    lines += ["", f"{datetime.now(UTC):%Y-%m-%d}, {versions}, {where}."]
    if options.write:
        (Path(__file__).parent / "results" / "throughput.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def gained(slow: list[float], quick: list[float]) -> str:
    ratios = [theirs / ours for theirs, ours in zip(slow, quick, strict=True)]
    return f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})"


if __name__ == "__main__":
    main()
