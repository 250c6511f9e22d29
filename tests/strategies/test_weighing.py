"""Which source samples the weighting strategies let count: those that are like the target."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.strategies.small import images, small, small_task
from tlcore.data import Task
from tlcore.exhibits import Gallery, Histogram
from tlcore.networks import build_network
from tlcore.scenarios.prepare import prepare
from tlcore.strategies import find

WEIGHTING = ("importance-weighting", "kmm", "ulsif", "kliep")


def mixed() -> Task:
    """A source of which the second half is as bright as the target, and the first twice as bright."""
    task, dim = small_task(), images("source", 60, 0.5, seed=7)
    bright = task.source
    source = replace(
        bright, inputs=torch.cat([bright.inputs, dim.inputs]), labels=torch.cat([bright.labels, dim.labels])
    )
    return replace(task, source=replace(source, factors=None))


@pytest.mark.parametrize("space", ["inputs", "features"])
@pytest.mark.parametrize("key", WEIGHTING)
def test_source_images_that_look_like_the_target_count_more(key: str, space: str) -> None:
    strategy = small(key, space=space, domain_steps=100, source_steps=30, samples=120)
    list(strategy.walk(mixed()))
    source, weights = strategy.weighted
    like = torch.tensor([image.float().mean() < 45 for image in source.inputs])  # the dim half, whatever the order
    assert like.sum() == 60
    assert weights[like].mean() > (2 if space == "inputs" else 1.1) * weights[~like].mean()
    assert weights.mean().item() == pytest.approx(1, abs=1e-4)
    histogram, gallery = strategy.exhibits()
    assert isinstance(histogram, Histogram) and histogram.counts.sum() == 120 and histogram.mark == 1
    assert isinstance(gallery, Gallery)
    most, least = gallery.rows
    assert float(most.captions[0]) == pytest.approx(weights.max().item(), abs=0.01)
    assert most.images.mean() < least.images.mean()


@pytest.mark.parametrize("key", WEIGHTING)
def test_points_have_a_histogram_alone(key: str) -> None:
    prepared = prepare("covariate-shift", seed=0)
    network = build_network("tiny-linear", 2, input_shape=(2,))
    kind = find(key)
    short = {name: 2 for name in ("steps", "source_steps", "domain_steps") if hasattr(kind.HParams, name)}
    strategy = kind(network, kind.HParams.of(short))
    list(strategy.walk(prepared.task))
    (histogram,) = strategy.exhibits()
    assert isinstance(histogram, Histogram) and histogram.counts.sum() == 500


def test_a_class_that_the_target_is_never_taken_for_counts_for_nothing() -> None:
    strategy, task = small("pada", steps=60, recount=20, batch=16, strength=0.0), small_task()
    there = (torch.arange(45) % 3 != 2).nonzero()[:, 0]  # bars in the third place are missing
    list(strategy.walk(replace(task, source=images("source", 60, 0.5, seed=7), target=task.target.at(there))))
    weights = strategy.notes["class weights"]
    assert weights.max() == 1 and weights[2] < 0.5 * weights[:2].min()
    bars, histogram, _ = strategy.exhibits()
    np.testing.assert_allclose(bars.series["weight"], weights)
    assert histogram.counts.sum() == 60


def test_the_judge_of_iwan_lets_images_of_classes_that_the_target_lacks_count_less() -> None:
    strategy, task = (
        small("iwan", steps=60, source_steps=40, batch=16, lr=0.003, strength=0.0, decide=0.0),
        small_task(),
    )
    there = (torch.arange(45) % 3 != 2).nonzero()[:, 0]  # bars in the third place are missing
    list(strategy.walk(replace(task, source=images("source", 60, 0.5, seed=7), target=task.target.at(there))))
    strategy.network.eval()
    with torch.no_grad():
        histogram, gallery = strategy.exhibits()
    most, least = gallery.rows
    third = (most.images[..., 4:6].mean(), least.images[..., 4:6].mean())  # where the missing bars are
    assert third[1] > 2 * third[0]
    assert float(most.captions[0]) > 1 > float(least.captions[0])
    assert histogram.counts.sum() == 60
