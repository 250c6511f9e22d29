"""Strategies that leave the source behind: in their second phase nothing of it is read."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from tests.strategies.small import small, small_task

TRAVELLERS = ["shot", "tent"]


@pytest.mark.parametrize("key", TRAVELLERS)
def test_the_second_phase_needs_no_source(key: str) -> None:
    strategy, task = small(key), small_task()
    walk = strategy.walk(task)
    for _ in range(strategy.hparams.source_steps):
        next(walk)
    task.source.inputs.zero_()  # whoever looked at the source again would see other images than before
    rest = list(walk)

    whole = list(small(key).walk(small_task()))
    for mine, theirs in zip(rest, whole[-len(rest) :], strict=True):
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)


def test_pseudo_labels_are_looked_up_by_row_not_by_place_in_a_batch() -> None:
    strategy, task = small("shot", lr=1e-6, refresh=1000), small_task()  # the features stay as good as they are
    *_, last = strategy.walk(task)
    *_, adapt, _ = strategy.journal.state()
    _, _, pseudo = adapt["kept"]
    network = strategy.network.train()  # a batch is normalised by itself, as in the step that is done again here
    images, rows = replace(task.target, labels=torch.arange(len(task.target))).batches(8).at(3)
    assert torch.equal(images, task.target.inputs[rows]) and rows.tolist() != list(range(8))
    expected = F.cross_entropy(network(images), pseudo["labels"][rows])
    assert last["pseudo"].item() == pytest.approx(expected.item(), rel=1e-3)
    assert len(pseudo["labels"].unique()) > 1
