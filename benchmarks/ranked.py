"""Transferability scores against what came of it: does a score from a few labels know the best backbone?

    tlcore data add FOLDER/PACS        once; PACS holds photo/ and sketch/, each with one folder a class
    python -m benchmarks.ranked [--jobs 1] [--seeds 3]

Every backbone of the catalogue that needs no download, with each of its pre-trainings, is scored on the target's few
labelled images, as `tlcore rank` does. Then each learns from the same images, once with features that
rest and once with everything moving, and held-out target images say how well. On the first task the same is done with
features at rest for every backbone of the catalogue with random weights (`benchmarks/untrained.py`).
"""

from collections.abc import Mapping
from statistics import fmean

from benchmarks import untrained
from benchmarks.measuring import key, measured, points, spec
from benchmarks.published import choices, written
from benchmarks.ranked_tables import AGAIN, REDRAWN, SIZE, Pair, Scores, Who, missed, ordered
from tlcore.errors import TransferError
from tlcore.networks import build_backbone
from tlcore.runs.ranking import Ranking, ranked
from tlcore.runs.spec import RunSpec

TASKS: Mapping[str, tuple[str, dict[str, float], int]] = {  # what the target shows: scenario, dials, labels a class
    "handwritten digits": ("printed-to-handwritten", {}, 5),
    "figures on motley ground": ("shapes", {}, 5),
    "sketches (PACS)": ("pacs/photo~pacs/sketch", {"side": 48.0}, 10),
}
WAYS = {"linear-probe": "features rest", "fine-tune": "everything moves"}
LEARNING = {"source_steps": 0, "steps": 200, "batch": 32}
AT_RANDOM = "handwritten digits"
RANDOM_SEEDS = 1  # of the backbones with random weights, which are large

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
    return spec(
        way, scenario, backbone=who[0], weights=who[1], settings=settings, target_labels=labels, seed=seed,
        hparams=LEARNING,
    )  # fmt: skip


def scores(ranking: Ranking) -> dict[Who, dict[str, float]]:
    return {
        (each.backbone, each.weights): {**each.scores, SIZE: float(_size(each.backbone))} for each in ranking.candidates
    }


def _size(backbone: str) -> int:
    return sum(each.numel() for each in build_backbone(backbone, seed=0, input_shape=(3, 32, 32)).parameters())


SAYS = """
    ## What it says

    - **For features that rest, LogME**: it orders backbones best (τ 0.70, 0.51 to 0.82, over three tasks; TransRate
      0.60, LEEP 0.55), not far from having trained all of them once with other labels (0.82). Its first choice is 1.7
      points below the best, kNN's 2.6, chance's 17.3. LEEP's and NCE's is the best on figures with two seeds, and 28.8
      points below it with the third: what one seed says of a score is not to be trusted.
    - **For fine-tuning the scores know less**: τ from 0.35 (LogME) to 0.44 (TransRate), the H-score 0; TransRate's
      interval holds 0 over all tasks, and on handwritten digits every score's does. What features say at rest is not
      what they become. Another seed's accuracies know 0.71. The first choice of kNN is 1.1 points below the best all
      the same, LogME's 2.7, chance's 13.0.
    - The shrunk H-score and the number of weights are the worst to choose by, some 13 points below the best: of
      fine-tuned backbones they choose no better than chance.
    - Random weights (all 45 backbones, one task, one seed): LogME's first choice is 0.6 points below the best.
      MobileNets, EfficientNets B0 to B3 and ResNet-101 without training hand on next to nothing, so that a probe learns
      nothing from them; LEEP and NCE, whose own probe scales features first, do not see that.
    - What fell short: three tasks, and random weights have one seed. No weights from ImageNet were on this machine.
"""


def main() -> None:
    asked = choices(__doc__ or "", seeds=3)
    table = rankings(asked.seeds)
    said = {place: scores(ranking) for place, ranking in table.items()}
    wanted = {
        (task, seed, way, who): run(task, seed, way, who)
        for (task, seed), each in sorted(said.items(), key=lambda each: each[0][1])  # one seed after the other
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
    at_random = _at_random(asked.jobs, min(asked.seeds, RANDOM_SEEDS))
    parts: list[str | list[str]] = [_words(table, reached, beyond=bool(at_random))]
    for way, moves in WAYS.items():
        pairs = {task: _pairs(task, way, said, reached) for task in TASKS}
        pairs = {task: each for task, each in pairs.items() if each}
        parts += [f"## {way}: {moves}", ordered(pairs), missed(pairs)]
    parts += ["## What came of it", _reached(reached), *at_random]
    written(__file__, "Transferability scores, against what came of it", [*parts, SAYS])


def _pairs(
    task: str,
    way: str,
    said: Mapping[tuple[str, int], Scores],
    reached: Mapping[tuple[str, int, str], Mapping[Who, float]],
) -> list[Pair]:
    """Seed by seed; beside the scores stands what the next seed came to."""
    seeds = [seed for own, seed, by in reached if (own, by) == (task, way)]
    found = []
    for seed, following in zip(seeds, [*seeds[1:], *seeds[:1]]):
        again = reached[task, following, way]
        own = said[task, seed]
        told = own if following == seed else {who: {**each, AGAIN: again[who]} for who, each in own.items()}
        found.append((told, reached[task, seed, way]))
    return found


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


def _at_random(jobs: int, seeds: int) -> list[str | list[str]]:
    scenario, _, labels = TASKS[AT_RANDOM]
    runs = {seed: untrained.untrained(scenario, labels, LEARNING, seed) for seed in range(seeds)}
    return untrained.at_random(AT_RANDOM, runs, jobs)


def _words(table: Table, reached: Mapping[tuple[str, int, str], Mapping[Who, float]], *, beyond: bool) -> str:
    sizes = sorted({len(each.candidates) for each in table.values()})
    tasks = dict.fromkeys(task for task, _, _ in reached)
    seeds = {task: sorted({seed for own, seed, _ in reached if own == task}) for task in tasks}
    there = "; ".join(
        f"{task}: {TASKS[task][2]} labels a class, seed {', '.join(map(str, seeds[task]))}" for task in tasks
    )
    away = len(next(iter(table.values())).left_out)
    below = "at the end they stand with random weights" if beyond else "they are left out"
    return f"""
        {sum(map(len, reached.values()))} runs. {" to ".join(map(str, sizes))} candidates: each backbone that comes
        with Transfer Lab, with each of its pre-trainings, or with random weights where it has none. The weights of
        {away} more of the catalogue have to be downloaded, which was not possible here: {below}. {there}.

        Scores and learning see the same labelled target images. Learning takes 200 steps of 32 images from the weights
        as they come, without the source. *Weighted τ* (`scipy.stats.weightedtau`) says how a score's order and that
        of the target accuracy on held-out images go together: 1 for one order, 0 for none. A cell is a mean over
        seeds, with a 95 % interval from drawing backbones anew, {REDRAWN} times, the same ones for all seeds and
        tasks. *Points lost*: how far the score's first choice is below the best backbone; a mean over seeds, with
        each of them behind. A seed draws other labelled images, other held-out ones and other random weights.

        *Size* is no score: the number of weights, which knows nothing of the data. *Another seed*, where
        there are several: the accuracies that the same backbones reached with the next one; about so well one could
        know the order after having trained all of them once. *Chance* is a backbone drawn blindly.
    """


if __name__ == "__main__":
    main()
