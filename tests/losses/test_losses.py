"""Each loss against an independent computation, and what its docstring promises."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist
from sklearn.linear_model import LinearRegression
from sklearn.metrics import log_loss
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestCentroid
from torch import Tensor

from tlcore.losses import coral, domain_adversarial, mmd, prototype_logits, prototypes, reverse_gradient

seeds = st.integers(0, 10_000)


def cloud(rows: int, dim: int = 5, seed: int = 0, scale: float = 1.0, shift: float = 0.0) -> Tensor:
    noise = torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return noise * scale + shift


def rotation(dim: int, seed: int = 0) -> Tensor:
    return torch.linalg.qr(cloud(dim, dim, seed))[0]


def test_coral_is_the_papers_formula() -> None:
    source, target = cloud(64, 32, seed=1), cloud(64, 32, seed=2, scale=1.5, shift=1.0)
    difference = np.cov(source.numpy(), rowvar=False) - np.cov(target.numpy(), rowvar=False)
    expected = np.linalg.norm(difference, "fro") ** 2 / (4 * 32**2)
    assert coral(source, target).item() == pytest.approx(expected, rel=1e-12)


def test_coral_of_two_known_clouds() -> None:
    """Two famous libraries, whose docstrings state the paper's formula, return 1.06 for such clouds."""
    generator = torch.Generator().manual_seed(0)
    source, target = torch.randn(64, 32, generator=generator), 1.5 * torch.randn(64, 32, generator=generator) + 1
    assert coral(source, target).item() == pytest.approx(0.0305, abs=5e-5)


@given(seeds)
def test_coral_sees_neither_a_shift_nor_a_common_rotation_nor_the_order(seed: int) -> None:
    source, target = cloud(20, seed=seed), cloud(15, seed=seed + 1, scale=2)
    turn = rotation(5, seed)
    assert torch.allclose(coral(source + 7, target - 3), coral(source, target))
    assert torch.allclose(coral(source @ turn, target @ turn), coral(source, target))
    assert torch.allclose(coral(target, source), coral(source, target))
    assert torch.allclose(coral(3 * source, 3 * target), 81 * coral(source, target))


def unbiased_mmd2(source: Tensor, target: Tensor, sigma: float) -> float:
    """Gretton's eq. 3, written out with scikit-learn's kernel."""
    ss, tt, st = (
        rbf_kernel(a.numpy(), b.numpy(), gamma=1 / (2 * sigma**2))
        for a, b in ((source, source), (target, target), (source, target))
    )
    n, m = st.shape
    return float((ss.sum() - np.trace(ss)) / (n * (n - 1)) + (tt.sum() - np.trace(tt)) / (m * (m - 1)) - 2 * st.mean())


def test_mmd_is_the_unbiased_estimate_averaged_over_its_kernels() -> None:
    source, target = cloud(40, seed=1), cloud(30, seed=2, shift=0.5)
    expected = np.mean([unbiased_mmd2(source, target, sigma) for sigma in (0.5, 1.0, 4.0)])
    assert mmd(source, target, bandwidths=(0.5, 1.0, 4.0)).item() == pytest.approx(expected, rel=1e-10)


def test_mmd_by_default_takes_powers_of_two_around_the_median_squared_distance() -> None:
    source, target = cloud(16, seed=1), cloud(10, seed=2, shift=0.5)  # 26 rows have 325 pairs: one is in the middle
    median = np.median(pdist(torch.cat([source, target]).numpy(), "sqeuclidean"))
    sigmas = [float(np.sqrt(median * 2.0**k)) for k in (-2, -1, 0, 1, 2)]
    assert mmd(source, target).item() == pytest.approx(np.mean([unbiased_mmd2(source, target, s) for s in sigmas]))


@given(seeds)
def test_mmd_sees_neither_a_common_move_nor_the_unit_nor_the_order(seed: int) -> None:
    source, target = cloud(12, seed=seed), cloud(14, seed=seed + 1, shift=0.7)
    turn = rotation(5, seed)
    assert torch.allclose(mmd(source @ turn + 1000, target @ turn + 1000), mmd(source, target))
    assert torch.allclose(mmd(1e-3 * source, 1e-3 * target), mmd(source, target))
    assert torch.allclose(mmd(target, source), mmd(source, target))


def test_mmd_keeps_its_digits_far_from_the_origin() -> None:
    source, target = cloud(40, seed=1) + 1000, cloud(30, seed=2, shift=0.3) + 1000
    assert mmd(source.float(), target.float()).item() == pytest.approx(mmd(source, target).item(), rel=1e-2)


def test_mmd_of_equal_domains_is_zero_in_expectation() -> None:
    values = [mmd(cloud(20, seed=2 * k), cloud(20, seed=2 * k + 1)).item() for k in range(200)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))


def test_no_gradient_flows_through_the_bandwidth() -> None:
    source, target = cloud(8, seed=1).requires_grad_(), cloud(8, seed=2, shift=0.5)
    median = torch.pdist(torch.cat([source.detach(), target])).square().median()
    fixed = [float((median * 2.0**k).sqrt()) for k in (-2, -1, 0, 1, 2)]
    gradients = [torch.autograd.grad(mmd(source, target, b), source)[0] for b in (None, fixed)]
    assert torch.allclose(*gradients)


@pytest.mark.parametrize("loss", [coral, mmd])
def test_the_gradient_is_the_derivative(loss) -> None:
    source, target = cloud(6, 3, seed=1).requires_grad_(), cloud(5, 3, seed=2, scale=1.5, shift=1).requires_grad_()
    # Bandwidths that are given: by default they follow the data, as finite differences would notice.
    options = {"bandwidths": (1.0, 2.0)} if loss is mmd else {}
    assert torch.autograd.gradcheck(lambda s, t: loss(s, t, **options), (source, target))


@pytest.mark.parametrize("loss", [coral, mmd])
def test_features_that_have_collapsed_give_zero_and_a_finite_gradient(loss) -> None:
    source, target = torch.zeros(8, 4, requires_grad=True), torch.zeros(6, 4)
    value = loss(source, target)
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-6)
    assert torch.isfinite(source.grad).all()


def test_mmd_keeps_a_scale_when_most_rows_coincide() -> None:
    source, target = torch.zeros(20, 4), torch.zeros(20, 4)
    target[0] = 1.0
    source.requires_grad_()
    mmd(source, target).backward()
    assert 0 < source.grad.abs().sum() < torch.inf


@pytest.mark.parametrize("loss", [coral, mmd])
def test_mixed_precision_does_not_round_a_loss(loss) -> None:
    source, target = cloud(64, 16, seed=1).float() + 30, cloud(64, 16, seed=2).float() + 30
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = loss(source, target)
    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, loss(source, target))


def test_reverse_gradient_passes_features_and_turns_their_gradient_around() -> None:
    features = cloud(4, 3, seed=1).requires_grad_()
    weight = cloud(4, 3, seed=2)
    assert torch.equal(reverse_gradient(features, 0.3), features)
    (reverse_gradient(features, 0.3) * weight).sum().backward()
    assert torch.allclose(features.grad, -0.3 * weight)


def test_domain_adversarial_is_the_log_loss_with_both_domains_weighing_the_same() -> None:
    source, target = cloud(7, 1, seed=1), cloud(3, 1, seed=2)
    expected = log_loss(
        [1] * 7 + [0] * 3,
        torch.cat([source, target]).sigmoid().numpy()[:, 0],
        sample_weight=[1 / 7] * 7 + [1 / 3] * 3,
    )
    assert domain_adversarial(source, target).item() == pytest.approx(expected, rel=1e-6)
    assert domain_adversarial(torch.zeros(5), torch.zeros(2)).item() == pytest.approx(np.log(2))


def test_domain_adversarial_is_finite_for_a_discriminator_that_is_sure() -> None:
    assert domain_adversarial(torch.full((4,), -1e4), torch.full((4,), 1e4)).item() == pytest.approx(1e4)


def test_prototypes_are_class_means_and_the_nearest_wins() -> None:
    features, queries = cloud(30, seed=1), cloud(50, seed=2)
    labels = torch.arange(30) % 3
    oracle = NearestCentroid().fit(features.numpy(), labels.numpy())
    centres = prototypes(features, labels, 3)
    assert np.allclose(centres, oracle.centroids_)
    logits = prototype_logits(queries, centres)
    assert np.array_equal(logits.argmax(1), oracle.predict(queries.numpy()))
    assert np.allclose(-logits, cdist(queries.numpy(), centres.numpy(), "sqeuclidean"))


def test_prototype_logits_are_a_linear_classifier() -> None:
    """Snell et al., section 2.4: up to a term that all classes share, −‖f − c‖² is linear in f."""
    queries, centres = cloud(40, seed=1), cloud(3, seed=2)
    relative = F.log_softmax(prototype_logits(queries, centres), 1)
    difference = (relative[:, 0] - relative[:, 1]).numpy()
    assert LinearRegression().fit(queries.numpy(), difference).score(queries.numpy(), difference) == pytest.approx(1)


def test_a_class_without_an_example_has_no_prototype() -> None:
    with pytest.raises(ValueError, match=r"classes \[1\] have none"):
        prototypes(cloud(4), torch.tensor([0, 0, 2, 2]), 3)
