"""What do all live metrics together cost? A run that is graded, watched and kept, beside the same run that just trains.

    python -m benchmarks.cost_of_looking [--pairs 5] [--write]

Each pair trains one spec in three ways, in one process and in turns: *bare*, as the strategy's own loop; *graded*, with
all evaluations (accuracies, validators without target labels, the network that is kept); *live*, with every observer
beside that (the map, its predictions, judge, MMD, CORAL and gaps by class, the layers' gaps, exhibits). Taken
is the time of one core, which a busy machine lengthens for all three alike.
"""

import argparse
import os
from statistics import fmean
from time import process_time

os.environ["OMP_NUM_THREADS"] = "1"

import torch

from benchmarks.measuring import interval
from benchmarks.published import written
from tlcore.picking import NONE
from tlcore.runs.building import build
from tlcore.runs.spec import RunSpec
from tlcore.training.keeping import Keeper
from tlcore.training.loop import train

SPECS = {
    "dann on printed-to-handwritten, 1,000 steps": RunSpec("dann", "printed-to-handwritten", steps=1000),
    "deep-coral on moons, 2,000 steps": RunSpec("deep-coral", "moons", steps=2000),
    "dann on shapes, small-resnet, 100 steps": RunSpec("dann", "shapes", backbone="small-resnet", steps=100),
}
BARE, GRADED, LIVE = WAYS = ("bare", "graded", "live")


def seconds(spec: RunSpec, way: str) -> float:
    """Of one core, from the first step to the last."""
    spec = spec.completed()
    built = build(spec, torch.device("cpu"))
    evaluators = built.evaluators if way != BARE else []
    observers = built.observers if way == LIVE else []
    keeper = Keeper(built.strategy, spec.validator or NONE)
    began = process_time()
    for _ in keeper.watch(train(built.strategy, built.prepared.task, evaluators, observers), evaluators):
        pass
    return process_time() - began


def line(name: str, spec: RunSpec, pairs: int) -> str:
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(pairs):
        for way in WAYS if turn % 2 else reversed(WAYS):
            taken[way].append(seconds(spec, way))
    more = {
        way: [100 * (own / bare - 1) for own, bare in zip(taken[way], taken[BARE], strict=True)]
        for way in (GRADED, LIVE)
    }
    cells = [f"{fmean(more[way]):.1f} ± {interval(more[way]):.1f}" for way in (GRADED, LIVE)]
    return f"| {name} | {fmean(taken[BARE]):.1f} | {cells[0]} | **{cells[1]}** |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for spec in SPECS.values():  # whatever is loaded once
        seconds(RunSpec(spec.strategy, spec.scenario, backbone=spec.backbone, steps=20), LIVE)
    before = os.getloadavg()[0]
    lines = ["| run | bare, s of a core | graded: % more | live: % more |", "|---|--:|--:|--:|"]
    for name, spec in SPECS.items():
        lines.append(line(name, spec, asked.pairs))
        print(lines[-1], flush=True)
    load = f"Load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after."
    if asked.write:
        words = (__doc__ or "").split("\n\n")[-1]
        told = (
            f"{asked.pairs} pairs each; more time than bare in percent, pair by pair, mean ± half of a 95 % t-interval."
        )
        written(__file__, "What all live metrics together cost", [words, f"{told} {load}", lines])


if __name__ == "__main__":
    main()
