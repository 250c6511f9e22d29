"""How long do five seeds take? `tlcore run --seeds 0,1,2,3,4` beside one seed, and the five networks in one tensor.

    python -m benchmarks.seeds [--pairs 3] [--write]

The first table takes whole commands by the clock, in turns. The second takes one loop of plain training, without
evaluations, by the time of one core: one network, and five stacked with `torch.func` (each with its own weights,
batches and memory of Adam). The second would have to stay below the first to be worth its complications, and so
`--seeds` goes by processes, as long as that is not so.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from copy import deepcopy
from itertools import islice
from statistics import fmean
from time import monotonic, process_time

os.environ["OMP_NUM_THREADS"] = "1"

import torch
import torch.nn.functional as F
from torch.func import functional_call, grad, stack_module_state, vmap

from benchmarks.measuring import interval
from benchmarks.published import written
from tlcore.descent import Descent
from tlcore.networks import build_network
from tlcore.scenarios.prepare import prepare

SEEDS = (0, 1, 2, 3, 4)
COMMANDS = (("deep-coral", "moons"), ("deep-coral", "printed-to-handwritten"))
STACKED = (("moons", "tiny-mlp"), ("printed-to-handwritten", "small-cnn-bn"))
STEPS, BATCH, RATE = 300, 64, 0.003


def command(strategy: str, scenario: str, *more: str) -> float:
    """Seconds by the clock."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            "run",
            "--strategy",
            strategy,
            "--scenario",
            scenario,
            "--json",
            "--store",
            f"{folder}/s.sqlite3",
            *more,
        ]
        began = monotonic()
        subprocess.run([sys.executable, "-m", "tlcore.cli", *words], check=True, capture_output=True)
        return monotonic() - began


def one(scenario: str, backbone: str) -> float:
    """Seconds of a core for one network's steps."""
    domain, network = _domain_and_network(scenario, backbone, 0)
    descend = Descent({network: RATE}, STEPS)
    began = process_time()
    for inputs, labels in islice(domain.batches(BATCH), STEPS):
        descend(F.cross_entropy(network(inputs), labels))
    return process_time() - began


def together(scenario: str, backbone: str) -> float:
    """The same for five at once."""
    pairs = [_domain_and_network(scenario, backbone, seed) for seed in SEEDS]
    streams = [domain.batches(BATCH) for domain, _ in pairs]
    weights, buffers = stack_module_state([network for _, network in pairs])
    skeleton = deepcopy(pairs[0][1]).to("meta")

    def loss(own: dict, kept: dict, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(functional_call(skeleton, (own, kept), (inputs,)), labels)

    every = vmap(grad(loss))
    holder = torch.nn.ParameterList(weights.values())
    mover = torch.optim.Adam(holder, RATE, fused=True)
    began = process_time()
    for batches in islice(zip(*streams, strict=False), STEPS):
        inputs, labels = (torch.stack(each) for each in zip(*batches, strict=True))
        gradients = every(dict(zip(weights, holder, strict=True)), buffers, inputs, labels)
        for own, gradient in zip(holder, gradients.values(), strict=True):
            own.grad = gradient
        mover.step()
    return process_time() - began


def _domain_and_network(scenario: str, backbone: str, seed: int):
    task = prepare(scenario, seed=seed).task
    shape = tuple(task.source.inputs.shape[1:])
    return task.source, build_network(backbone, task.classes, seed=seed, input_shape=shape).train()


def paired(first: Callable[[], float], second: Callable[[], float], pairs: int) -> str:
    """Three cells: what both take, and the ratio pair by pair."""
    taken = [(first(), second()) if turn % 2 else (second(), first())[::-1] for turn in range(pairs)]
    ratios = [more / less for less, more in taken]
    times = " | ".join(f"{fmean(each):.1f}" for each in zip(*taken, strict=True))
    return f"{times} | **{fmean(ratios):.2f}** ± {interval(ratios):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    before, five = os.getloadavg()[0], ",".join(map(str, SEEDS))
    commands = ["| command | one seed, s | five seeds, s | ratio |", "|---|--:|--:|--:|"]
    for strategy, scenario in COMMANDS:
        told = paired(
            lambda: command(strategy, scenario, "--seed", "0"),  # noqa: B023
            lambda: command(strategy, scenario, "--seeds", five),  # noqa: B023
            asked.pairs,
        )
        commands.append(f"| {strategy} on {scenario} | {told} |")
        print(commands[-1], flush=True)
    stacked = [f"| {STEPS} steps of {BATCH} | one, s of a core | five stacked | ratio |", "|---|--:|--:|--:|"]
    for scenario, backbone in STACKED:
        together(scenario, backbone)  # whatever is loaded once
        told = paired(lambda: one(scenario, backbone), lambda: together(scenario, backbone), asked.pairs)  # noqa: B023
        stacked.append(f"| {backbone} on {scenario} | {told} |")
        print(stacked[-1], flush=True)
    if asked.write:
        load = f"Load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after. {asked.pairs} pairs each."
        words = (__doc__ or "").split("\n\n")[-1]
        written(__file__, "Five seeds beside one", [words, load, commands, stacked])


if __name__ == "__main__":
    main()
