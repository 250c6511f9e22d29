"""JMMD against scikit-learn's kernels multiplied, and what it is for."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel

from tlcore.losses.alignment import jmmd, mmd


def cloud(rows: int, dim: int = 5, seed: int = 0, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + shift


def mixture(rows: np.ndarray) -> np.ndarray:
    median = np.median(pdist(rows, "sqeuclidean"))
    return np.mean([rbf_kernel(rows, gamma=1 / (2 * median * 2.0**k)) for k in (-2, -1, 0, 1, 2)], axis=0)


def test_jmmd_is_the_unbiased_mmd_under_the_product_of_two_kernels() -> None:
    source = cloud(16, seed=1), cloud(16, 3, seed=2).softmax(1)
    target = cloud(10, seed=3, shift=0.5), cloud(10, 3, seed=4).softmax(1)  # 26 rows have an odd number of pairs
    kernel = np.prod([mixture(torch.cat(layer).numpy()) for layer in zip(source, target)], axis=0)
    own = np.eye(26, dtype=bool)
    ss, tt, st = kernel[:16, :16], kernel[16:, 16:], kernel[:16, 16:]
    expected = ss[~own[:16, :16]].mean() + tt[~own[16:, 16:]].mean() - 2 * st.mean()
    assert jmmd(source, target).item() == pytest.approx(expected, rel=1e-10)


def test_jmmd_of_one_layer_is_mmd() -> None:
    source, target = cloud(12, seed=1), cloud(9, seed=2, shift=0.3)
    assert jmmd([source], [target]).item() == pytest.approx(mmd(source, target).item(), rel=1e-12)


def test_jmmd_sees_classes_that_have_changed_places_where_mmd_of_each_layer_sees_nothing() -> None:
    """Both domains have the same features and the same predictions, but paired the other way round."""
    side = torch.arange(40) % 2
    features = cloud(40, 2) * 0.2 + 4 * side[:, None]
    predictions = torch.nn.functional.one_hot(side, 2).double()
    others = cloud(40, 2, seed=1) * 0.2 + 4 * side[:, None]
    assert abs(mmd(features, others).item()) < 0.02 and mmd(predictions, 1 - predictions).item() < 0.02
    assert jmmd([features, predictions], [others, 1 - predictions]).item() > 0.2


def test_the_gradient_is_the_derivative_through_both_layers() -> None:
    rows = [cloud(6, 3, seed=seed).requires_grad_() for seed in range(4)]
    with torch.no_grad():  # what the bandwidths are made of stays away from the median's kinks
        rows[2] += 0.3
    value = jmmd(rows[:2], rows[2:])
    gradients = torch.autograd.grad(value, rows)
    assert all(torch.isfinite(each).all() and each.abs().sum() > 0 for each in gradients)
