"""Replay: what is kept of the source, and that every step is learnt from both halves alike."""

import torch
import torch.nn.functional as F

from tests.strategies.small import CLASSES, small, small_task


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


def test_one_step_follows_the_mean_loss_of_new_and_old_images_together() -> None:
    """Against one batch that holds both: Adam's first step goes against the sign of each gradient."""
    strategy, task = small("replay", memory=2, steps=1, source_steps=0, batch=4), small_task()
    (new, labels), (old, known) = task.few.batches(4).at(0), task.source.few(2).batches(4).at(0)
    twin = small("replay").network.train()
    loss = F.cross_entropy(twin(torch.cat([new, old])), torch.cat([labels, known]))
    loss.backward()
    (values,) = strategy.walk(task)
    assert torch.allclose((values["classification"] + values["memory"]) / 2, loss)
    weight = twin.head.weight
    assert weight.grad is not None
    assert torch.equal((strategy.network.head.weight - weight).sign(), -weight.grad.sign())


def _first(inputs: torch.Tensor) -> torch.Tensor:
    return inputs[:4]


def _last(inputs: torch.Tensor) -> torch.Tensor:
    return inputs[4:]
