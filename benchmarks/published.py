"""Tables that stand beside published ones: some strategies, some seeds, and the paper's number."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from statistics import mean

from benchmarks.measuring import NOTHING, RESULTS, Beyond, interval, key, machine, measured
from tlcore.runs.spec import RunSpec


@dataclass(frozen=True)
class Entry:
    """A line: its name, one run a seed, and what was published for it."""

    name: str
    runs: Sequence[RunSpec]
    published: str = "–"


@dataclass(frozen=True)
class Choice:
    seeds: int
    jobs: int
    steps: int


def choices(words: str, seeds: int = 3, steps: int = 0) -> Choice:
    """What a script was told on its command line."""
    parser = argparse.ArgumentParser(description=words.split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at once")
    parser.add_argument("--steps", type=int, default=steps, help="gradient steps a phase")
    return Choice(**vars(parser.parse_args()))


def tabled(
    entries: Sequence[Entry], columns: Mapping[str, str], last: str, jobs: int, beyond: Beyond = NOTHING
) -> list[str]:
    """Lines of a table, measured; `columns` are headings and measures, of which `last` is told seed by seed."""
    # Seed by seed, so that the time that is left can be told soon.
    runs = [run for together in zip(*(each.runs for each in entries), strict=True) for run in together]
    known = measured(runs, jobs, beyond=beyond)
    lines = [
        f"| | {' | '.join(columns)} | seeds | published | s |",
        f"|---|{'--:|' * len(columns)}---|---|--:|",
    ]
    for each in entries:
        results = [known[key(run, beyond)] for run in each.runs]
        cells = []
        for measure in columns.values():
            values = [result.values[measure] for result in results]
            cells.append(f"{mean(values):.3f} ± {interval(values):.3f}")
        told = ", ".join(f"{result.values[columns[last]]:.3f}" for result in results)
        seconds = mean(result.seconds for result in results)
        lines.append(f"| {each.name} | {' | '.join(cells)} | {told} | {each.published} | {seconds:.0f} |")
        print(lines[-1], flush=True)
    return lines


def written(script: str, title: str, parts: Sequence[str | Sequence[str]]) -> None:
    """A page of results named after its script; parts are paragraphs, or the lines of tables."""
    RESULTS.mkdir(exist_ok=True)
    told = [cleandoc(part) if isinstance(part, str) else "\n".join(part) for part in parts]
    text = "\n\n".join([f"# {title}", *told, machine()])
    (RESULTS / Path(script).with_suffix(".md").name).write_text(text + "\n", encoding="utf-8")
