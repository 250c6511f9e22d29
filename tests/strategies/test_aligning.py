"""What closed forms and transport do inside of a strategy, looked at from outside."""

import numpy as np
import pytest
import torch

from tests.strategies.small import small, small_task
from tlcore.exhibits import Bars, Matrix
from tlcore.strategies.coral import SPREAD
from tlcore.strategies.deep_jdot import CARRIED
from tlcore.strategies.subspace_alignment import COSINES


def walked(key: str, **settings: float):
    strategy = small(key, **settings)
    list(strategy.walk(small_task()))
    strategy.network.eval()
    return strategy


def test_with_a_small_ridge_the_moved_source_spreads_like_the_target() -> None:
    (bars,) = walked("coral", ridge=1e-6).exhibits()
    assert isinstance(bars, Bars) and bars.title == SPREAD
    before, moved, target = (np.array(bars.series[name]) for name in ("source", "moved source", "target"))
    np.testing.assert_allclose(moved[:4], target[:4], rtol=0.02)
    assert np.abs(before - target).sum() > 5 * np.abs(moved - target).sum()


def test_after_coral_target_features_are_standardised_by_the_target_alone() -> None:
    strategy = walked("coral")
    with torch.no_grad():
        features = strategy.embed(small_task().target.inputs)
    living = features.std(0) > 0
    assert torch.allclose(features.mean(0), torch.zeros(64), atol=1e-4)
    assert torch.allclose(features.std(0)[living], torch.ones(int(living.sum())), atol=1e-3)


def test_after_subspace_alignment_features_are_the_target_s_principal_components() -> None:
    strategy = walked("subspace-alignment", directions=5)
    with torch.no_grad():
        raw = strategy.network.backbone(small_task().target.inputs).double()
        ours = strategy.embed(small_task().target.inputs).double()
    values = torch.linalg.svdvals(raw - raw.mean(0))[:5]
    assert torch.allclose(ours[:, :5].norm(dim=0), values, rtol=1e-3)
    assert not ours[:, 5:].any()
    (matrix,) = strategy.exhibits()
    assert isinstance(matrix, Matrix) and matrix.title == COSINES and matrix.values.shape == (5, 5)
    assert np.abs(matrix.values).max() <= 1 + 1e-6


def test_transfer_components_of_any_image_are_centred_and_bring_the_domains_together() -> None:
    strategy, task = walked("tca", trade=1e-4, components=3), small_task()
    with torch.no_grad():
        ours = [strategy.embed(domain.inputs)[:, :3] for domain in (task.source, task.target)]
        raw = [strategy.network.backbone(domain.inputs) for domain in (task.source, task.target)]

    def gap(source: torch.Tensor, target: torch.Tensor) -> float:
        """Of the means, in standard deviations."""
        return float(((source.mean(0) - target.mean(0)) / torch.cat([source, target]).std(0).clamp_min(1e-6)).norm())

    assert gap(*ours) < 0.5 * gap(*raw)
    assert torch.allclose(torch.cat(ours).mean(0), torch.zeros(3), atol=1e-3)
    assert torch.allclose(torch.cat(ours).std(0), torch.ones(3), atol=0.05)


def test_the_plan_carries_every_source_class_whole() -> None:
    (matrix,) = walked("deep-jdot", batch=16).exhibits()
    assert isinstance(matrix, Matrix) and matrix.title == CARRIED
    assert matrix.values.sum(1) == pytest.approx(np.ones(3), abs=1e-4)
