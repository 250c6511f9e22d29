"""Every backbone of the catalogue with random weights, on one task: scores and accuracies that owe nothing to training.

torchvision's weights have to be downloaded, its architectures are here. What a network that has learned nothing makes
of an image is at rest, scored as `benchmarks/ranked.py` scores, and asked by a linear probe of the same few labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from benchmarks.measuring import Beyond, key, measured, spec
from benchmarks.ranked_tables import SIZE, Pair, missed, ordered
from tlcore import catalogue
from tlcore.networks.offer import NONE
from tlcore.runs.ranking import SCORES, SOURCE_ROWS, as_the_source, features, scored
from tlcore.runs.spec import RunSpec
from tlcore.strategies import Strategy
from tlcore.training.exams import Exam, logits_of

SCORE = "score_"
FEWER_ROWS = 300  # of the source, for LEEP and NCE, as these backbones are large


@dataclass(frozen=True)
class OnceAtTheEnd:
    """A large backbone spends most of its time in exams: so it is asked about the target's images alone, and once."""

    exam: Exam

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        if not final:
            return {}
        right = logits_of(strategy, self.exam.target).argmax(1) == self.exam.target.answers()
        return {"target_accuracy": float(right.float().mean())}


def once(built: Any) -> Any:
    return replace(built, evaluators=[OnceAtTheEnd(built.prepared.exam)])


def scores_of(built: Any) -> Mapping[str, float]:
    """Of the backbone that the probe has left as it was."""
    task, encoder = built.prepared.task, built.strategy.network.backbone.eval()
    source = task.source.at(slice(FEWER_ROWS))
    few, known = features(task.few, encoder), features(source, encoder)
    guesses = as_the_source(known, source.answers().numpy(), few)
    said = scored(few, guesses, task.few.answers().numpy())
    return {SCORE + name: value for name, value in said.items()}


AT_REST = Beyond(before=once, after=scores_of)


def untrained(scenario: str, labels: int, hparams: Mapping[str, Any], seed: int) -> dict[str, RunSpec]:
    """By backbone: a linear probe on features of random weights."""
    return {
        backbone: spec(
            "linear-probe",
            scenario,
            backbone=backbone,
            weights=NONE,
            target_labels=labels,
            seed=seed,
            hparams=dict(hparams),
        )
        for backbone, card in catalogue.backbones().items()
        if card["takes"] == "images"
    }


def at_random(task: str, runs: Mapping[int, Mapping[str, RunSpec]], jobs: int) -> list[str | list[str]]:
    """The section about them, from the runs of each seed; nothing where nothing was measured."""
    every = [run for seed in runs.values() for run in seed.values()]
    known = measured(every, jobs, "random weights", AT_REST)
    pairs: list[Pair] = []
    for seed in runs.values():
        found = {(who, "random"): known[key(run, AT_REST)] for who, run in seed.items() if key(run, AT_REST) in known}
        said = {who: {name: each.values[SCORE + name] for name in SCORES} for who, each in found.items()}
        for who, each in said.items():
            each[SIZE] = float(catalogue.backbone(who[0])["parameters"])
        pairs.append((said, {who: each.values["target_accuracy"] for who, each in found.items()}))
    if not any(reached for _, reached in pairs):
        return []
    absent = sorted({who for seed in runs.values() for who in seed} - {who for who, _ in pairs[0][1]})
    seconds = sum(known[key(run, AT_REST)].seconds for run in every if key(run, AT_REST) in known)
    many, few, listed = len(pairs[0][1]) + len(absent), len(pairs[0][1]), ", ".join(map(str, runs))
    words = f"""
        ## Every backbone of the catalogue, with random weights

        **No pre-training stands behind these numbers.** torchvision's weights could not be downloaded here, but its
        architectures are here: {few} of the {many} backbones that take images begin with random weights and rest, on
        {task} only, seed {listed} ({seconds / 60:.0f} minutes of one core). {_left(absent)}

        torchvision's networks see the images enlarged to 64 pixels (ViT-B/32 and Inception to 128); LEEP and NCE learn
        from {FEWER_ROWS} source images instead of {SOURCE_ROWS:,}. So this says how scores order what architectures
        alone make of an image, and nothing about which backbone to take from ImageNet. Batch norm changes nothing
        before it has learned, so that some of the small networks are one and the same here.
    """
    return [words, ordered({task: pairs}), missed({task: pairs}), _listed(pairs)]


def _left(absent: Sequence[str]) -> str:
    return f"Left out, as there was no time for them: {', '.join(absent)}." if absent else "None is left out."


def _listed(pairs: Sequence[Pair]) -> list[str]:
    """A line a backbone, the best first."""
    mean = {who: fmean(reached[who] for _, reached in pairs) for who in pairs[0][1]}
    lines = [
        f"| backbone, random weights | features | target accuracy | {' | '.join(SCORES)} |",
        f"|---|--:|--:|{'--:|' * len(SCORES)}",
    ]
    for who in sorted(mean, key=lambda who: -mean[who]):
        said = " | ".join(f"{fmean(each[who][name] for each, _ in pairs):.3g}" for name in SCORES)
        lines.append(f"| {who[0]} | {catalogue.backbone(who[0])['dim']} | {100 * mean[who]:.1f} | {said} |")
    return lines
