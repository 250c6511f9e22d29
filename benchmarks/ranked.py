"""Transferability scores against what came of it: does a score from a few labels know the best backbone?

    tlcore data add FOLDER/PACS        once; PACS holds photo/ and sketch/, each with one folder a class
    python -m benchmarks.ranked [--jobs 1] [--seeds 3]

Every backbone of the catalogue that needs no download, with each of its pre-trainings, is scored on the target's few
labelled images, as `tlcore rank` does. Then each learns from the same images, once with features that
rest and once with everything moving, and held-out target images say how well.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

import numpy as np
from scipy.stats import weightedtau

from benchmarks.measuring import key, measured, points, spec
from benchmarks.published import choices, written
from tlcore.errors import TransferError
from tlcore.networks import build_backbone
from tlcore.runs.ranking import SCORES, Ranking, ranked
from tlcore.runs.spec import RunSpec

TASKS: Mapping[str, tuple[str, dict[str, float], int]] = {  # what the target shows: scenario, dials, labels a class
    "handwritten digits": ("printed-to-handwritten", {}, 5),
    "figures on motley ground": ("shapes", {}, 5),
    "sketches (PACS)": ("pacs/photo~pacs/sketch", {"side": 48.0}, 10),
}
WAYS = {"linear-probe": "features rest", "fine-tune": "everything moves"}
REDRAWN = 300
SIZE = "size"  # the number of weights: what one could do without any score

Who = tuple[str, str]  # a backbone and its weights
Scores = Mapping[Who, Mapping[str, float]]
Of = Callable[[str, Scores, Sequence[tuple[Who, float]]], float]
Table = Mapping[tuple[str, int], Ranking]  # by task and seed


def rankings(seeds: int) -> dict[tuple[str, int], Ranking]:
    """Tasks whose data is not here are left out."""
    found: dict[tuple[str, int], Ranking] = {}
    for task, (scenario, settings, labels) in TASKS.items():
        try:
            for seed in range(seeds):
                asked = RunSpec("linear-probe", scenario, settings=settings, target_labels=labels, seed=seed)
                found[task, seed] = ranked(asked, subsets=1)
                print(f"{task}, seed {seed}: {len(found[task, seed].candidates)} backbones are ranked", flush=True)
        except TransferError as reason:
            print(f"{task}: left out. {reason}", flush=True)
    return found


def run(task: str, seed: int, way: str, who: Who) -> RunSpec:
    scenario, settings, labels = TASKS[task]
    hparams = {"source_steps": 0, "steps": 200, "batch": 32}
    return spec(
        way, scenario, backbone=who[0], weights=who[1], settings=settings, target_labels=labels, seed=seed,
        hparams=hparams,
    )  # fmt: skip


def scores(ranking: Ranking) -> dict[Who, dict[str, float]]:
    return {
        (each.backbone, each.weights): {**each.scores, SIZE: float(_size(each.backbone))} for each in ranking.candidates
    }


def _size(backbone: str) -> int:
    return sum(each.numel() for each in build_backbone(backbone, seed=0, input_shape=(3, 32, 32)).parameters())


def tau(score: str, said: Scores, reached: Sequence[tuple[Who, float]]) -> float:
    """Of those that were measured; 0 where all say the same."""
    found = weightedtau([true for _, true in reached], [said[who][score] for who, _ in reached]).statistic
    return float(np.nan_to_num(found))


def lost(score: str, said: Scores, reached: Sequence[tuple[Who, float]]) -> float:
    """Points of accuracy that the score's first choice is below the best."""
    _, first = max(reached, key=lambda each: said[each[0]][score])
    return 100 * (max(true for _, true in reached) - first)


FORMS: Mapping[Of, str] = {tau: "+.2f", lost: ".1f"}
NAMES: Mapping[Of, str] = {tau: "weighted τ", lost: "points lost"}


SAYS = """
    ## What it says

    - **For features that rest** LogME and TransRate order backbones best, LEEP comes next. The first choice of LEEP and
      of NCE was the best on all three. LogME's intervals leave out 0 on two of three tasks, TransRate's on all.
    - **For fine-tuning the scores know little**: on handwritten digits every score's interval but TransRate's holds 0.
      What features say at rest is not what they become.
    - The shrunk H-score and the number of weights are the worst to choose by: some 13 points below the best, as both
      favour wide networks.
    - What fell short: one seed, three tasks, and fine-tuning on sketches is not there; the same command
      goes on from here. No weights from ImageNet were on this machine.
"""


def main() -> None:
    asked = choices(__doc__ or "", seeds=3)
    table = rankings(asked.seeds)
    said = {place: scores(ranking) for place, ranking in table.items()}
    wanted = {
        (task, seed, way, who): run(task, seed, way, who)
        for (task, seed), each in said.items()
        for way in WAYS
        for who in each
    }
    known = measured(list(wanted.values()), asked.jobs, "ranked")
    reached: dict[tuple[str, int, str], dict[Who, float]] = {}
    for (task, seed, way, who), each in wanted.items():
        if key(each) in known:
            reached.setdefault((task, seed, way), {})[who] = known[key(each)].values["target_accuracy"]
    # A ranking of some backbones is none of all: what was stopped half-way waits for the rest.
    reached = {place: each for place, each in reached.items() if len(each) == len(said[place[:2]])}
    parts: list[str | list[str]] = [_words(table, reached)]
    for way, moves in WAYS.items():
        parts += [f"## {way}: {moves}", *(_compared(way, of, said, reached) for of in (tau, lost))]
    written(
        __file__,
        "Transferability scores, against what came of it",
        [*parts, "## What came of it", _reached(reached), SAYS],
    )


def _compared(
    way: str,
    of: Of,
    said: Mapping[tuple[str, int], Scores],
    reached: Mapping[tuple[str, int, str], Mapping[Who, float]],
) -> list[str]:
    """A line a score, a column a task; the last column is the mean over tasks."""
    tasks = list(dict.fromkeys(task for task, _, own in reached if own == way))
    lines = [f"| {NAMES[of]} | {' | '.join(tasks)} | all |", f"|---|{'--:|' * (len(tasks) + 1)}"]
    for score in (*SCORES, SIZE):
        pairs = {
            task: [(said[task, seed], each) for (own, seed, by), each in reached.items() if (own, by) == (task, way)]
            for task in tasks
        }
        cells = [_redrawn(of, score, each) for each in pairs.values()]
        whole = fmean(fmean(of(score, own, list(each.items())) for own, each in every) for every in pairs.values())
        lines.append(f"| {score} | {' | '.join(cells)} | **{whole:{FORMS[of]}}** |")
        print(lines[-1], flush=True)
    return lines


def _redrawn(of: Of, score: str, pairs: Sequence[tuple[Scores, Mapping[Who, float]]]) -> str:
    """The mean over seeds, and between which values it lies when backbones are drawn anew, one by one as often."""
    random = np.random.default_rng(0)
    means = []
    for _ in range(REDRAWN):
        drawn = []
        for said, reached in pairs:
            every = list(reached)
            chosen = [every[at] for at in random.integers(0, len(every), len(every))]
            drawn.append(of(score, said, [(who, reached[who]) for who in chosen]))
        means.append(fmean(drawn))
    low, high = np.quantile(means, [0.025, 0.975])
    mean = fmean(of(score, said, list(reached.items())) for said, reached in pairs)
    return f"{mean:{FORMS[of]}} ({low:{FORMS[of]}} to {high:{FORMS[of]}})"


def _reached(reached: Mapping[tuple[str, int, str], Mapping[Who, float]]) -> list[str]:
    columns = list(dict.fromkeys((task, way) for task, _, way in reached))
    every = list(dict.fromkeys(who for each in reached.values() for who in each))
    lines = [f"| backbone | {' | '.join(f'{task}, {WAYS[way]}' for task, way in columns)} |"]
    lines.append(f"|---|{'--:|' * len(columns)}")
    for who in every:
        cells = []
        for column in columns:
            values = [each[who] for (task, _, way), each in reached.items() if (task, way) == column and who in each]
            cells.append(points(values) if len(values) > 1 else f"{100 * fmean(values):.1f}" if values else "–")
        lines.append(f"| {who[0]} · {who[1]} | {' | '.join(cells)} |")
    return lines


def _words(table: Table, reached: Mapping[tuple[str, int, str], Mapping[Who, float]]) -> str:
    sizes = sorted({len(each.candidates) for each in table.values()})
    tasks = dict.fromkeys(task for task, _, _ in reached)
    seeds = {task: sorted({seed for own, seed, _ in reached if own == task}) for task in tasks}
    there = "; ".join(
        f"{task}, {TASKS[task][2]} labels a class, seed {', '.join(map(str, seeds[task]))}" for task in tasks
    )
    away = len(next(iter(table.values())).left_out)
    return f"""
        {sum(map(len, reached.values()))} runs. {" to ".join(map(str, sizes))} backbones, each with every pre-training
        that comes with Transfer Lab, or with random weights; left out: {away} of the catalogue, whose weights have to
        be downloaded. {there}.

        Scores and learning see the same labelled target images. Learning takes 200 steps of 32 images from the weights
        as they come, without the source. *Weighted τ* (`scipy.stats.weightedtau`) says how a score's order and that
        of the target accuracy on held-out images go together: 1 for one order, 0 for none. *Points lost*: how far
        the score's first choice is below the best backbone. A cell is a mean over seeds, with a 95 % interval from
        drawing backbones anew, {REDRAWN} times. *Size* is no score: the number of weights, which knows nothing of
        the data.
    """


if __name__ == "__main__":
    main()
