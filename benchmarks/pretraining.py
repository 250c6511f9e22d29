"""Which pre-training helps: `small-resnet` that has seen shapes, letters, textures or nothing, on few target labels.

    tlcore data add FOLDER/PACS        once; PACS holds photo/ and sketch/, each with one folder a class
    python -m benchmarks.pretraining [--jobs 1] [--seeds 3]

Both strategies begin with the weights as they come, without learning the source first: `linear-probe` learns a head
on features that rest, `fine-tune` moves everything. What was measured is kept, and a stopped table goes on later.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from statistics import mean

from benchmarks.measuring import RESULTS, Result, key, machine, measured, points, spec
from tlcore.errors import TransferError
from tlcore.runs.spec import RunSpec

BACKBONE = "small-resnet"
WEIGHTS = ("shapes", "letters", "textures", "none")
STRATEGIES = {"linear-probe": "features rest", "fine-tune": "everything moves"}
TASKS: dict[str, tuple[str, dict[str, float], int]] = {  # what the target shows: scenario, dials, labels a class
    "figures on motley ground": ("shapes", {}, 5),
    "handwritten digits": ("printed-to-handwritten", {}, 5),
    "photographs (PACS)": ("pacs/sketch~pacs/photo", {"side": 48}, 10),
    "sketches (PACS)": ("pacs/photo~pacs/sketch", {"side": 48}, 10),
}
TITLE = "# Which pre-training helps"


def runs(seeds: int) -> dict[tuple[str, str, str], list[RunSpec]]:
    """By task, strategy and weights: one spec a seed. Tasks whose data is not here are left out."""
    found: dict[tuple[str, str, str], list[RunSpec]] = {}
    for task, (scenario, settings, labels) in TASKS.items():
        try:
            for strategy in STRATEGIES:
                for weights in WEIGHTS:
                    found[task, strategy, weights] = [
                        spec(
                            strategy,
                            scenario,
                            backbone=BACKBONE,
                            weights=weights,
                            settings=settings,
                            target_labels=labels,
                            seed=seed,
                            hparams={"source_steps": 0, "steps": 200, "batch": 32},
                        )
                        for seed in range(seeds)
                    ]
        except TransferError as reason:
            print(f"{task}: left out. {reason}")
    return found


def table(found: Mapping[tuple[str, str, str], Sequence[RunSpec]], results: Mapping[str, Result]) -> Iterator[str]:
    yield f"| target, labels a class | strategy | {' | '.join(WEIGHTS)} |"
    yield f"|---|---|{'---|' * len(WEIGHTS)}"
    for task, (_, _, labels) in TASKS.items():
        for strategy, moves in STRATEGIES.items():
            cells = [_accuracies(found.get((task, strategy, weights), ()), results) for weights in WEIGHTS]
            if all(cells):
                best = max(cells, key=mean)
                told = [f"**{points(each)}**" if each is best else points(each) for each in cells]
                yield f"| {task}, {labels} | {strategy}: {moves} | {' | '.join(told)} |"


def _accuracies(specs: Sequence[RunSpec], results: Mapping[str, Result]) -> list[float]:
    return [results[key(each)].values["target_accuracy"] for each in specs if key(each) in results]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--seeds", type=int, default=3)
    asked = options.parse_args()
    found = runs(asked.seeds)
    results = measured([each for specs in found.values() for each in specs], asked.jobs, "pre-trainings")
    file = RESULTS / "pretraining.md"
    verdict = file.read_text(encoding="utf-8").partition("## What it says")[2] if file.is_file() else ""
    lines = [
        TITLE,
        "",
        f"Target accuracy in points of `{BACKBONE}` by what it has seen before, mean of {asked.seeds} seeds ± half of "
        "the 95 % t-interval, after 200 steps of 32 images on a few labels a class; the source is not learnt. Bold: "
        "the best of its row. `python -m benchmarks.pretraining`.",
        "",
        *table(found, results),
        "",
        machine(),
        "",
        f"## What it says{verdict}" if verdict else "",
    ]
    file.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
