"""MNIST → USPS with the protocol of ADDA's table: 2,000 and 1,800 training images, LeNet, three seeds.

    TLCORE_DATA=... python benchmarks/adda_table.py [--seeds 3] [--steps 2000] [--write]

The paper trains 10,000 steps a phase. Here it is `--steps` a phase, and the table says so. `--write`
puts the table into `benchmarks/adda_table.md`.
"""

import argparse
import platform
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from time import perf_counter

import torch
from scipy.stats import t as student
from tqdm import tqdm

from tlcore.networks import build_network
from tlcore.scenarios.prepare import prepare
from tlcore.strategies import find
from tlcore.training.evaluators import Accuracy
from tlcore.training.events import Finished
from tlcore.training.loop import train

PUBLISHED = {"source-only": ".752 ± .016", "dann": ".771 ± .018 (gradient reversal)", "adda": ".894 ± .002"}
SCENARIO = "mnist-to-usps"


def settings(key: str, steps: int) -> dict[str, float]:
    own = {
        "source-only": {"lr": 1e-3},
        "dann": {"lr": 1e-3, "strength": 1.0},
        "adda": {"lr": 2e-4, "source_lr": 1e-3, "source_steps": steps},
    }
    return {"steps": steps, "batch": 128, **own[key]}


def accuracy(key: str, seed: int, steps: int) -> tuple[float, float]:
    """Accuracies on all held-out source and target images."""
    images = {"images_source": 2000, "images_target": 1800, "images_test": 0}
    prepared = prepare(SCENARIO, settings=images, seed=seed)
    network = build_network("lenet", prepared.task.classes, seed=seed, input_shape=prepared.card.shape)
    kind = find(key)
    strategy = kind(network, kind.HParams.of(settings(key, steps)))
    bar = tqdm(total=strategy.length(), desc=f"{key}, seed {seed}", leave=False)
    for event in train(strategy, prepared.task, [Accuracy(prepared.exam)]):
        bar.update(event.step - bar.n)
        if isinstance(event, Finished):
            bar.close()
            return event.values["source_accuracy"], event.values["target_accuracy"]
    raise AssertionError("a run that ends without being finished")


def interval(values: list[float]) -> float:
    """Half the width of the 95 % t-interval of the mean."""
    return float(student.ppf(0.975, len(values) - 1)) * stdev(values) / sqrt(len(values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    lines = [
        "# MNIST → USPS, the protocol of ADDA's table",
        "",
        f"2,000 MNIST and 1,800 USPS training images sampled by the seed, LeNet, batch 128, Adam, "
        f"{options.steps:,} steps a phase (the paper: 10,000); "
        "accuracy on all 2,007 held-out USPS images after the last step, "
        f"no selection by target labels. Mean of seeds 0–{options.seeds - 1} ± half of the 95 % t-interval.",
        "",
        "| strategy | source (MNIST) | target (USPS) | seeds | published (Tzeng et al., CVPR 2017) | seconds a run |",
        "|---|--:|--:|---|---|--:|",
    ]
    for key, published in PUBLISHED.items():
        began = perf_counter()
        pairs = [accuracy(key, seed, options.steps) for seed in range(options.seeds)]
        seconds = (perf_counter() - began) / options.seeds
        source, target = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        each = ", ".join(f"{value:.3f}" for value in target)
        lines.append(
            f"| {key} | {mean(source):.3f} | **{mean(target):.3f} ± {interval(target):.3f}** | {each} | {published} "
            f"| {seconds:.0f} |"
        )
        print(lines[-1], flush=True)
    lines += [
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, torch {torch.__version__}, "
        f"one thread of {platform.processor() or platform.machine()}.",
    ]
    if options.write:
        Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
