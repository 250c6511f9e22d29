"""Batch-norm statistics under corruption: counted anew (AdaBN), and with their scales trained (TENT).

    python -m benchmarks.corrupted [--seeds 3] [--steps 500] [--jobs 2]

Wang et al., ICLR 2021 (TENT), CIFAR-10-C at severity 5, error in %: source 43.5, statistics of the
test batches 20.4, TENT 18.6. Here: every corruption of `tlcore/scenarios/corruptions.py` on the digits
that ship with scikit-learn, at the default of its dial.
"""

from collections.abc import Sequence
from statistics import mean

from benchmarks.measuring import Result, interval, key, measured, spec
from benchmarks.published import choices, written
from tlcore.runs.spec import RunSpec

CHANGES = ("low-contrast", "dark", "noisy", "inverted", "photo", "rotated")
LIGHT = ("low-contrast", "dark", "noisy", "inverted")
STRATEGIES = ("source-only", "adabn", "tent")


def errors(runs: Sequence[RunSpec], known: dict[str, Result]) -> list[float]:
    return [100 * (1 - known[key(run)].values["target_accuracy"]) for run in runs]


def told(values: Sequence[float]) -> str:
    return f"{mean(values):.1f} ± {interval(values):.1f}"


def main() -> None:
    chosen = choices(__doc__ or "")
    hparams = {"steps": chosen.steps} if chosen.steps else {}
    runs = {
        (change, strategy): [
            spec(strategy, f"handwritten-to-{change}", backbone="small-cnn-bn", seed=seed, hparams=hparams)
            for seed in range(chosen.seeds)
        ]
        for change in CHANGES
        for strategy in STRATEGIES
    }
    known = measured([run for listed in runs.values() for run in listed], chosen.jobs)
    found = {each: errors(listed, known) for each, listed in runs.items()}
    head = [*STRATEGIES, "left by the statistics"]
    lines = [f"| error in % | {' | '.join(head)} |", f"|---|{'--:|' * len(head)}"]
    halved: dict[str, bool] = {}
    groups = {each: (each,) for each in CHANGES}
    groups |= {"**mean of the four of light and noise**": LIGHT, "**mean of all six**": CHANGES}
    for name, changes in groups.items():
        # A mean over corruptions is taken seed by seed, so that its interval is one over seeds as well.
        columns = [
            [mean(values) for values in zip(*(found[change, strategy] for change in changes), strict=True)]
            for strategy in STRATEGIES
        ]
        left = mean(columns[1]) / mean(columns[0])
        halved[name] = left <= 0.5
        lines.append(f"| {name} | {' | '.join(told(values) for values in columns)} | {left:.0%} |")
    print("\n".join(lines))
    words = (
        "Small CNN with batch norm on scikit-learn's 8×8 digits, 620 clean ones to learn from, 620 other ones with the "
        "corruption at its default strength and without labels, 279 further ones to be graded on; default settings, "
        f"last step, seeds 0 to {chosen.seeds - 1} ± half of the 95 % t-interval. AdaBN changes no weight: only means "
        "and variances are counted on target images. TENT also trains the norms' scales and offsets. "
        "*Left by the statistics*: AdaBN's error as a share of the source's own."
    )
    published = (
        "Published (Wang et al., ICLR 2021, CIFAR-10-C at severity 5, WRN-28-10): source 43.5, statistics 20.4 "
        "(47 % left), TENT 18.6. Other images, other corruptions and a smaller network: the pattern can be compared, "
        "not the digits. A rotation moves shapes, and a negative or a photograph changes what an edge is: "
        "statistics are not made for these, and do little."
    )
    verdict = ", ".join(f"{name.strip('*')}: {'yes' if held else 'no'}" for name, held in halved.items())
    told_plainly = f"Do the statistics alone at least halve the error? {verdict}."
    written(__file__, "Batch-norm statistics under corruption", [words, lines, told_plainly, published])


if __name__ == "__main__":
    main()
