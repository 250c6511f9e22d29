"""What do all live metrics together cost? A run that is graded, watched and kept, beside the same run that just trains.

    python -m benchmarks.cost_of_looking [--pairs 5] [--write]

Each pair trains one spec twice in one process, in turns of a tenth of a second, so that whatever slows the machine down
slows both: *bare*, as the strategy's own loop, and *live*, with all evaluations (accuracies, validators without target
labels, the network that is kept) and every observer (the map, its predictions, judge, MMD, CORAL and gaps by class,
the layers' gaps, grades, exhibits). Taken is the time of one core, and a run's own clock goes by it. The exam at the
end, of all test images and by the network that was kept too, is no live metric and stands beside: a run is for it.
"""

import argparse
import gc
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from time import process_time
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import torch

from benchmarks.measuring import interval
from benchmarks.published import written
from tlcore.picking import NONE
from tlcore.runs.building import build
from tlcore.runs.spec import RunSpec
from tlcore.strategies import Strategy
from tlcore.training import loop, rhythm
from tlcore.training.evaluators import Evaluator
from tlcore.training.events import Event, Observed
from tlcore.training.keeping import Keeper
from tlcore.training.observers import Observer

SPECS = {
    "dann on printed-to-handwritten, 1,000 steps": RunSpec("dann", "printed-to-handwritten", steps=1000),
    "deep-coral on moons, 2,000 steps": RunSpec("deep-coral", "moons", steps=2000),
    "dann on shapes, small-resnet, 100 steps": RunSpec("dann", "shapes", backbone="small-resnet", steps=100),
    "dann on shapes, small-resnet, 250 steps": RunSpec("dann", "shapes", backbone="small-resnet", steps=250),
}
LONG, FEWER = 250, 3  # steps of a residual network, from which on so many pairs are enough


@dataclass
class Told:
    """Seconds of a core: of a whole run, and of them in evaluations on the way, in looks, in the exam at its end."""

    whole: float = 0.0
    graded: float = 0.0
    looked: float = 0.0
    exam: float = 0.0
    looks: int = 0


class Graded:
    """An evaluator that is timed."""

    def __init__(self, evaluator: Evaluator, told: Told) -> None:
        self._evaluator, self._told = evaluator, told

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        began = process_time()
        said = self._evaluator.evaluate(strategy, final=final)
        if final:
            self._told.exam += process_time() - began
        else:
            self._told.graded += process_time() - began
        return said


class Watched:
    """An observer that is timed."""

    def __init__(self, observer: Observer, told: Told) -> None:
        self._observer, self._told = observer, told

    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        began = process_time()
        seen = list(self._observer.observe(strategy, step))
        self._told.looked += process_time() - began
        self._told.looks += any(each.name == "frame" for each in seen)
        yield from seen


class Side:
    """One of two runs that take turns. Its clock is the time of a core that it has taken."""

    def __init__(self, spec: RunSpec, *, live: bool) -> None:
        spec, self.told = spec.completed(), Told()
        built = build(spec, torch.device("cpu"))
        evaluators = [Graded(each, self.told) for each in built.evaluators] if live else []
        observers = [Watched(each, self.told) for each in built.observers] if live else []
        keeper = Keeper(built.strategy, spec.validator or NONE)
        self._events = keeper.watch(loop.train(built.strategy, built.prepared.task, evaluators, observers), evaluators)
        self._began, self.step = 0.0, 0

    def clock(self) -> float:
        return self.told.whole + process_time() - self._began

    def forth(self) -> Event | None:
        """To its next event."""
        loop.monotonic = rhythm.monotonic = self.clock  # type: ignore[attr-defined]
        self._began = process_time()
        event = next(self._events, None)
        self.told.whole += process_time() - self._began
        self.step = self.step if event is None else event.step
        return event


def pair(spec: RunSpec) -> tuple[Told, Told]:
    """A bare and a live run of a spec, side by side: whichever is behind goes on."""
    gc.collect()
    bare, live = sides = Side(spec, live=False), Side(spec, live=True)
    running = list(sides)
    while running:
        behind = min(running, key=lambda side: side.step)
        if behind.forth() is None:
            running.remove(behind)
    return bare.told, live.told


def line(name: str, spec: RunSpec, pairs: int) -> str:
    taken = [pair(spec) for _ in range(pairs)]
    more = [100 * ((live.whole - live.exam) / bare.whole - 1) for bare, live in taken]
    inside = [
        fmean(100 * each / bare.whole for bare, live in taken for each in [getattr(live, part)])
        for part in ("graded", "looked")
    ]
    lives = [live for _, live in taken]
    return (
        f"| {name} | {fmean(bare.whole for bare, _ in taken):.1f} | **{fmean(more):.1f} ± {interval(more):.1f}** | "
        f"{inside[0]:.1f} | {inside[1]:.1f} | {fmean(each.looks for each in lives):.0f} | "
        f"{fmean(each.exam for each in lives):.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for spec in SPECS.values():  # whatever is loaded once
        pair(RunSpec(spec.strategy, spec.scenario, backbone=spec.backbone, steps=20))
    before = os.getloadavg()[0]
    lines = [
        "| run | bare, s of a core | live: % more | of it evaluations | of it looks | looks | exam at the end, s |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, spec in SPECS.items():
        long = spec.backbone and (spec.steps or 0) >= LONG
        lines.append(line(name, spec, min(FEWER, asked.pairs) if long else asked.pairs))
        print(lines[-1], flush=True)
    load = f"Load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after."
    if asked.write:
        words = (__doc__ or "").split("\n\n")[-1]
        told = (
            f"{asked.pairs} pairs each, of the longest {min(FEWER, asked.pairs)}; more time than bare in percent, pair "
            "by pair, mean ± half of a 95 % t-interval. What evaluations and looks took by themselves was read inside "
            "of the live run; the first look is at the untrained network and the last at the end, whatever the share "
            "allows."
        )
        written(__file__, "What all live metrics together cost", [words, f"{told} {load}", lines])


if __name__ == "__main__":
    main()
