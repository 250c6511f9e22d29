"""Self-supervision: what each method is at its core, written out by hand or taken away."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.strategies.small import images, small, small_network, small_task
from tlcore.data import Domain, Task
from tlcore.errors import RequestError
from tlcore.exhibits import Matrix, Meter
from tlcore.strategies import Strategy
from tlcore.strategies.barlow import Barlow
from tlcore.strategies.simsiam import SimSiam

PRE_TRAINED = ["rotation", "simclr", "simsiam", "barlow", "self-taught"]


def larger() -> Task:
    """Enough images for batches of which no two are the same."""
    target = images("target", 150, 0.5, seed=1)
    return Task(images("source", 150, 1.0), target.without_labels(), target.few(3), 3)


def meter(strategy: Strategy[Any]) -> Meter:
    strategy.network.eval()
    assert isinstance(strategy, SimSiam) and strategy.projector is not None
    strategy.projector.eval()
    with torch.no_grad():
        (shown,) = strategy.exhibits()
    assert isinstance(shown, Meter)
    return shown


def spread_after(seed: int, **settings: Any) -> float:
    torch.manual_seed(seed)  # of the views
    strategy = small("simsiam", steps=80, batch=16, projection=16, lr=0.01, **settings)
    list(strategy.walk(larger()))
    return meter(strategy).value / meter(strategy).healthy


def test_simsiam_collapses_without_its_stopped_gradient_and_not_with_it() -> None:
    """Figure 2 of the paper: the same loss, with and without stop-gradient.

    On so few small images some seeds spread little even with it, so several are taken together.
    """
    kept = [spread_after(seed) for seed in range(3)]
    lost = [spread_after(seed, stop_gradient=False) for seed in range(3)]
    assert all(with_it > 2 * without for with_it, without in zip(kept, lost))
    assert sum(kept) > 5 * sum(lost)
    assert max(lost) < 0.2


@pytest.mark.parametrize("key", PRE_TRAINED)
def test_the_backbone_never_sees_a_label(key: str) -> None:
    """Other labels, and the same pre-trained backbone to the bit; only the head has asked for them."""
    task = small_task()
    inputs, labels = task.few.labelled()
    other = Domain(task.few.name, inputs, labels.roll(1), task.few.seed)
    renamed = Task(task.source, task.target, other, task.classes, task.seed)
    first, second = small(key), small(key)
    for strategy, each in ((first, task), (second, renamed)):
        torch.manual_seed(0)
        list(strategy.walk(each))
    ours, theirs = (strategy.network.state_dict() for strategy in (first, second))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours if name.startswith("backbone"))
    assert not torch.equal(ours["head.weight"], theirs["head.weight"])


@pytest.mark.parametrize("key", PRE_TRAINED)
def test_pre_training_goes_beyond_the_initial_weights(key: str) -> None:
    strategy, before = small(key), small_network().state_dict()
    list(strategy.walk(small_task()))
    after = strategy.network.state_dict()
    assert all(not torch.equal(after[name], before[name]) for name in before if name.endswith("weight"))


def test_barlow_shows_correlations_of_two_views() -> None:
    strategy = small("barlow", steps=20, batch=32, projection=16)
    list(strategy.walk(larger()))
    assert isinstance(strategy, Barlow) and strategy.projector is not None
    strategy.network.eval(), strategy.projector.eval()
    with torch.no_grad():
        (shown,) = strategy.exhibits()
        first, second = strategy.projector(strategy.embed(strategy.views)).chunk(2)
    assert isinstance(shown, Matrix)
    expected = np.corrcoef(first.numpy(), second.numpy(), rowvar=False)[:16, 16:]
    np.testing.assert_allclose(shown.values, expected, atol=0.02)  # 1e-5 in each variance


def test_a_quarter_turn_needs_a_square() -> None:
    task = small_task()
    long = Domain("long", task.target.inputs[:, :, :6], None)
    with pytest.raises(RequestError, match="square images"):
        list(small("rotation").steps(Task(task.source, long, task.few, 3)))
