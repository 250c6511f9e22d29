"""Few-shot episodes on Omniglot: learnt from the five alphabets of small1, asked about three of small2.

    TLCORE_DATA=... python -m benchmarks.omniglot_episodes [--seeds 3] [--steps 300] [--jobs 2]

Snell et al., NeurIPS 2017, table 1: 98.8 % for 5-way 1-shot and 99.7 % for 5-way 5-shot.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from benchmarks.measuring import Beyond, spec
from benchmarks.published import Entry, choices, tabled, written
from tlcore.training.exams import Exam
from tlcore.training.unnamed import Episodes

COLUMNS = {
    "5-way 1-shot": "target_accuracy",
    "5-way 5-shot": "five_shot",
    "1-shot, known characters": "source_accuracy",
}


def turned(built: Any) -> Any:
    """Every character in four directions, each a class of its own, as the paper trains."""
    task = built.prepared.task
    images, labels = task.source.labelled()
    source = replace(
        task.source,
        inputs=torch.cat([images.rot90(quarter, (2, 3)) for quarter in range(4)]),
        labels=torch.cat([labels + quarter * task.classes for quarter in range(4)]),
    )
    return replace(built, prepared=replace(built.prepared, task=replace(task, source=source, classes=4 * task.classes)))


def five_shot(built: Any) -> Mapping[str, float]:
    new = built.prepared.exam.target  # of known characters too few drawings are left for five shots
    graded = Episodes(Exam(new, new), shot=5).evaluate(built.strategy, final=True)
    return {"five_shot": graded["target_accuracy"]}


def main() -> None:
    chosen = choices(__doc__ or "", steps=300)
    hparams = {"steps": chosen.steps, "way": 60, "shot": 1, "query": 5}
    runs = [spec("proto-net", "omniglot", seed=seed, hparams=hparams) for seed in range(chosen.seeds)]
    entries = [Entry("proto-net", runs, ".988 and .997")]
    words = (
        "Conv-4 (64 channels, batch norm), 28×28, every character of small1 in four directions as classes of their "
        f"own: 4 × 136 classes of 14 drawings. {chosen.steps} training episodes of 60 ways, 1 shot and 5 questions, "
        "Adam at 0.001. Asked: 400 fixed episodes over the 106 characters of Katakana, Sanskrit and Tagalog, 10 "
        f"held-out drawings each. Last step, no selection; mean of seeds 0 to {chosen.seeds - 1} ± half of the 95 % "
        "t-interval. The paper learns from 1,200 characters in four directions, 20 drawings each, until convergence; "
        "here are a ninth of its characters, and far fewer episodes. Wanted were .90, which holds, and if possible "
        ".95, which does not: 560 episodes instead of 300 with all 20 drawings of a character, falling learning rate, "
        "brought .924 in one trial: more episodes alone do not seem to do it."
    )
    beyond = Beyond(turned, five_shot)
    lines = tabled(entries, COLUMNS, "5-way 1-shot", chosen.jobs, beyond)
    written(__file__, "Omniglot: characters of alphabets never met", [words, lines])


if __name__ == "__main__":
    main()
