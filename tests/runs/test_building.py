"""From a spec to what a strategy is given: an oracle gets every target label, everybody else the budget."""

import torch

from tlcore.runs.building import build
from tlcore.runs.spec import RunSpec

CPU = torch.device("cpu")


def built(strategy: str, **choices: object):
    return build(RunSpec(strategy, "moons", device="cpu", observe=False, **choices).completed(), CPU)


def test_an_oracle_is_given_every_target_label_and_nothing_of_the_source() -> None:
    run = built("target-only")
    granted = run.prepared.task.granted(*run.strategy.card.needs)
    inputs, labels = granted.few.labelled()
    assert torch.equal(inputs, granted.target.inputs) and granted.target.labels is None
    assert torch.equal(labels, torch.from_numpy(run.prepared.pair.target_train.labels))


def test_everybody_else_is_given_the_budget() -> None:
    for strategy, labels in (("fine-tune", 3), ("scratch", 2)):
        run = built(strategy, target_labels=labels)
        assert len(run.prepared.task.few) == labels * run.prepared.task.classes
