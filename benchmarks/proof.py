"""Every strategy of the catalogue beside its baseline, on the scenario that its card promises something for.

    make proof        or: python -m benchmarks.proof [--only KEY ...] [--seeds 5] [--jobs 2]

Can be stopped at any moment and goes on where it was; a strategy whose code has changed is measured
again (see `benchmarks/measuring.py`). Writes `benchmarks/results/proof.md` and `proof.csv`.
"""

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import mean
from typing import Any

from benchmarks.measuring import RESULTS, Result, interval, key, like, machine, measured, points, spec
from tlcore.cards import Card, Family, Promise
from tlcore.runs.spec import RunSpec
from tlcore.strategies import STRATEGIES

# Where a strategy is tried that promises nothing: the baselines, and those that say that they gain nothing.
ELSEWHERE = {
    Family.BASELINE: Promise("printed-to-handwritten", over="source-only", points=0, target_labels=5),
    Family.MULTI_TASK: Promise("shapes", over="source-only", points=0),
    Family.META: Promise("glyphs", over="scratch", points=0, target_labels=1),
    Family.SELF_SUPERVISED: Promise("printed-to-handwritten", over="scratch", points=0, target_labels=1),
}
OTHERWISE = Promise("printed-to-handwritten", over="source-only", points=0)
FAMILIES = list(Family)


@dataclass(frozen=True)
class Row:
    """A strategy and its baseline on the same seeds."""

    card: Card
    promise: Promise
    runs: Sequence[RunSpec]
    ours: Sequence[float]
    theirs: Sequence[float]
    seconds: float
    megabytes: float

    @property
    def gains(self) -> list[float]:
        return [mine - other for mine, other in zip(self.ours, self.theirs, strict=True)]

    @property
    def verdict(self) -> str:
        """Whether the interval of the paired gain lies above 0, around it or below."""
        gain, half = mean(self.gains), interval(self.gains)
        if gain > half:
            return "yes"
        return "no" if gain <= 0 else "not certain"

    @property
    def is_baseline(self) -> bool:
        return self.card.family is Family.BASELINE


def promise_of(card: Card) -> Promise:
    return card.promise or ELSEWHERE.get(card.family, OTHERWISE)


def runs(card: Card, seeds: int) -> list[tuple[RunSpec, RunSpec]]:
    """A strategy's runs and its baseline's, seed by seed."""
    asked = promise_of(card)
    ours = [
        spec(
            card.key,
            asked.scenario,
            backbone=asked.backbone,
            shift=asked.shift,
            settings=dict(asked.settings),
            target_labels=asked.target_labels or None,
            seed=seed,
        )
        for seed in range(seeds)
    ]
    return [(each, like(each, asked.over)) for each in ours]


def row(card: Card, pairs: Sequence[tuple[RunSpec, RunSpec]], known: dict[str, Result]) -> Row | None:
    """None where a run of it failed."""
    asked = promise_of(card)
    found = [(known.get(key(mine)), known.get(key(other))) for mine, other in pairs]
    whole = [(mine, other) for mine, other in found if mine and other]
    if len(whole) < len(pairs):
        return None
    return Row(
        card,
        asked,
        [mine for mine, _ in pairs],
        [mine.values[asked.measure] for mine, _ in whole],
        [other.values[asked.measure] for _, other in whole],
        mean(mine.seconds for mine, _ in whole),
        max(mine.megabytes for mine, _ in whole),
    )


def where(each: Row) -> str:
    """The scenario, with what differs from its defaults."""
    run, asked = each.runs[0], each.promise
    dials = [f"{name} {value:g}" for name, value in asked.settings.items()]
    shift = [f"shift {asked.shift:g}"] if asked.shift is not None else []
    labels = [f"{run.target_labels} labels a class"] if run.target_labels else []
    backbone = [asked.backbone] if asked.backbone else []
    return ", ".join([run.scenario, *shift, *dials, *labels, *backbone])


def tabled(rows: Sequence[Row]) -> Iterator[str]:
    yield "| strategy | where | measure | its baseline | strategy | gain | promised | beats it | s | MB |"
    yield "|---|---|---|--:|--:|--:|--:|---|--:|--:|"
    for family, members in groupby(rows, key=lambda each: each.card.family):
        yield f"| **{family.value}** | | | | | | | | | |"
        for each in members:
            yield _line(each)


def _line(each: Row) -> str:
    card, asked = each.card, each.promise
    start = f"| {card.key} | {where(each)} | {asked.measure.replace('_', ' ')} |"
    end = f"{each.seconds:.1f} | {each.megabytes:.0f} |"
    if each.is_baseline:
        return f"{start} | {points(each.ours)} | | | | {end}"
    promised = f"{card.promise.points:g}" if card.promise else "nothing"
    gain = f"**{100 * mean(each.gains):+.1f}** ± {100 * interval(each.gains):.1f}"
    compared = f"{asked.over} {points(each.theirs)} | {points(each.ours)} | {gain} | {promised} | {each.verdict}"
    return f"{start} {compared} | {end}"


def plainly(rows: Sequence[Row], failed: Sequence[str]) -> Iterator[str]:
    """Who does not beat its baseline, and why."""
    compared = [each for each in rows if not each.is_baseline]
    behind = [each for each in compared if each.verdict != "yes" or not each.card.promise]
    yield f"{len(compared) - len(behind)} of {len(compared)} strategies beat their baseline with certainty."
    if behind:
        yield ""
        yield "## Those that do not, and why"
        yield ""
    for each in behind:
        yield f"- **{each.card.key}** ({100 * mean(each.gains):+.1f} ± {100 * interval(each.gains):.1f}): {_why(each)}"
    short = [each for each in compared if each.card.promise and 100 * mean(each.gains) < each.card.promise.points]
    if short:
        yield ""
        yield "Fewer points than promised: " + ", ".join(each.card.key for each in short) + "."
    if failed:
        yield ""
        yield "Not measured, a run failed: " + ", ".join(failed) + "."


def _why(each: Row) -> str:
    if each.card.no_promise:
        return each.card.no_promise
    if each.verdict == "not certain":
        ahead = sum(gain > 0 for gain in each.gains)
        return f"ahead in {ahead} of {len(each.gains)} seeds, which differ too much to be sure. {each.card.avoid}"
    return f"behind in the mean of its seeds. {each.card.avoid}"


def written(rows: Sequence[Row], failed: Sequence[str], seeds: int) -> None:
    lines = [
        "# Every strategy beside its baseline",
        "",
        "Made by `make proof`. In points (0 to 100) on held-out target data after the last step, default settings; "
        f"mean of seeds 0 to {seeds - 1} ± half of the 95 % t-interval. The gain is paired: a seed gives a strategy "
        "and its baseline the same data, the same budget of target labels and the same first weights. *Promised* is "
        "what the strategy's card states and the slow tests hold it to; *beats it* is yes where the interval of the "
        "gain lies above 0. *s* is the mean time that a run takes one core, from building its data to its last grades; "
        "*MB* is the largest peak of resident memory of a run's own process, beyond what Python and torch take.",
        "",
        *tabled(rows),
        "",
        *plainly(rows, failed),
        "",
        machine(),
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "proof.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (RESULTS / "proof.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["family", "strategy", "where", "measure", "seed", "value", "baseline", "baseline_value"])
        for each in rows:
            for run, mine, other in zip(each.runs, each.ours, each.theirs, strict=True):
                what: list[Any] = [each.card.family.value, each.card.key, where(each), each.promise.measure]
                table.writerow([*what, run.seed, f"{mine:.4f}", each.promise.over, f"{other:.4f}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="*", default=list(STRATEGIES), help="keys of strategies; writes no table")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at once")
    options = parser.parse_args()
    cards = sorted((STRATEGIES[each].card for each in options.only), key=lambda card: FAMILIES.index(card.family))
    pairs = {card.key: runs(card, options.seeds) for card in cards}
    # Seed by seed, so that after the first one the time that is left can be told.
    wanted = [each for seed in range(options.seeds) for listed in pairs.values() for each in listed[seed]]
    known = measured(wanted, options.jobs, "proof")
    rows = {card.key: row(card, pairs[card.key], known) for card in cards}
    whole, failed = [each for each in rows.values() if each], [name for name, each in rows.items() if not each]
    print("\n".join([*tabled(whole), "", *plainly(whole, failed)]))
    if set(options.only) == set(STRATEGIES):
        written(whole, failed, options.seeds)
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
