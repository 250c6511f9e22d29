"""Replay: what is kept of the source, and that every step is learnt from both halves alike."""

import torch
import torch.nn.functional as F

from tests.strategies.small import CLASSES, small, small_task
from tlcore.data import Batch
from tlcore.strategies import Strategy


def test_so_many_source_images_of_each_class_are_shown_again_and_no_others() -> None:
    strategy, task, seen = small("replay", memory=2, steps=12, batch=4), small_task(), list[torch.Tensor]()
    forward = strategy.network.forward
    strategy.network.forward = lambda inputs: seen.append(inputs) or forward(inputs)  # type: ignore[func-returns-value]
    list(strategy.walk(task))
    both = [inputs for inputs in seen if len(inputs) == 8]  # as many old images in a step as new ones
    assert len(both) == 12
    new, old = ({row.numpy().tobytes() for inputs in both for row in half(inputs)} for half in (_first, _last))
    of_source = {image.numpy().tobytes(): int(label) for image, label in zip(*task.source.labelled())}
    assert sorted(of_source[image] for image in old) == sorted(2 * list(range(CLASSES)))
    assert new == {image.numpy().tobytes() for image in task.few.inputs}


def test_one_step_is_the_mean_loss_of_new_and_old_images_together() -> None:
    """Against plain gradient descent on one batch that holds both, written out by hand."""
    strategy, task = small("replay", memory=2, steps=1, source_steps=0, batch=4), small_task()
    kept = task.source.few(2)
    new, old = task.few.batches(4).at(0), kept.batches(4).at(0)
    expected = _loss(small("replay"), new, old)
    (values,) = strategy.walk(task)
    assert torch.allclose((values["classification"] + values["memory"]) / 2, expected)


def _loss(strategy: Strategy, new: Batch, old: Batch) -> torch.Tensor:
    network = strategy.network.train()
    return F.cross_entropy(network(torch.cat([new[0], old[0]])), torch.cat([new[1], old[1]]))


def _first(inputs: torch.Tensor) -> torch.Tensor:
    return inputs[:4]


def _last(inputs: torch.Tensor) -> torch.Tensor:
    return inputs[4:]
