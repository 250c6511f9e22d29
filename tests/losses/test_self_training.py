"""Losses without labels against independent computations."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from scipy.stats import entropy as scipy_entropy
from sklearn.metrics import log_loss
from sklearn.metrics.pairwise import cosine_distances
from torch import Tensor

from tlcore.losses.self_training import (
    centroid_labels,
    class_confusion,
    consistency,
    diversity,
    entropy,
    pseudo_labelled,
)

seeds = st.integers(0, 10_000)


def cloud(rows: int, dim: int = 5, seed: int = 0, scale: float = 1.0) -> Tensor:
    return scale * torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(seeds)
def test_entropy_and_diversity_are_scipys(seed: int) -> None:
    logits = cloud(9, 4, seed=seed, scale=3)
    predictions = softmax(logits.numpy(), axis=1)
    assert np.allclose(entropy(logits), scipy_entropy(predictions, axis=1))
    assert diversity(logits).item() == pytest.approx(scipy_entropy(predictions.mean(0)), rel=1e-9)


def test_information_maximisation_is_minus_the_mutual_information_of_image_and_class() -> None:
    """H(p̄) − mean H(p) is the mean Kullback-Leibler divergence of a prediction from the mean one."""
    logits = cloud(12, 3, seed=1, scale=2)
    predictions = softmax(logits.numpy(), axis=1)
    information = np.mean([scipy_entropy(row, predictions.mean(0)) for row in predictions])
    assert (diversity(logits) - entropy(logits).mean()).item() == pytest.approx(information, rel=1e-9)


def test_entropy_of_certainty_is_zero_with_a_finite_gradient() -> None:
    logits = torch.tensor([[1e4, 0.0, 0.0]], requires_grad=True)
    (entropy(logits).mean() - diversity(logits)).backward()
    assert entropy(logits).item() == 0
    assert torch.isfinite(logits.grad).all()  # with log 0 × 0 in it, it would be no number


def papers_centroid_labels(features: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """Liang et al. 2020, eq. 4 to 6, class by class, with scikit-learn's distance."""
    classes = predictions.shape[1]
    centroids = np.stack([np.average(features, axis=0, weights=predictions[:, k]) for k in range(classes)])
    labels = cosine_distances(features, centroids).argmin(1)
    for k in set(labels.tolist()):
        centroids[k] = features[labels == k].mean(0)
    return cosine_distances(features, centroids).argmin(1)


@given(seeds)
def test_centroid_labels_are_the_papers(seed: int) -> None:
    features, logits = cloud(30, 5, seed=seed), cloud(30, 3, seed=seed + 1, scale=2)
    expected = papers_centroid_labels(features.numpy(), softmax(logits.numpy(), axis=1))
    assert np.array_equal(centroid_labels(features, logits), expected)


def test_centroid_labels_do_not_see_how_long_a_feature_of_a_query_is() -> None:
    features = torch.tensor([[9.0, 1], [8, 0], [1, 9], [0, 5]])
    logits = torch.tensor([[4.0, 0], [4, 0], [0, 4], [0, 4]])
    short = torch.cat([features, torch.tensor([[0.01, 0.001], [0.001, 0.01]])])
    assert centroid_labels(short, torch.cat([logits, torch.zeros(2, 2)])).tolist() == [0, 0, 1, 1, 0, 1]


def test_a_class_that_nobody_believes_in_attracts_nobody() -> None:
    features, logits = cloud(20, 4, seed=1).float() + 3, cloud(20, 3, seed=2).float()
    logits[:, 1] = -1e9
    labels = centroid_labels(features, logits)
    assert labels.unique().tolist() == [0, 2]


LOGITS = torch.tensor(
    [
        [-6.93, -1.12, -3.18, 3.0],
        [-2.65, -3.83, -1.87, -2.6],
        [-3.89, 4.57, 0.97, 6.05],
        [3.41, -3.68, 0.21, 1.01],
        [0.46, -1.9, -3.78, -2.18],
        [-0.06, 0.63, 0.53, -2.49],
        [3.03, -0.73, -2.32, -4.79],
        [-2.06, 4.46, -1.35, -2.67],
    ],
    dtype=torch.float64,
)


@pytest.mark.parametrize(("temperature", "value"), [(1.0, 0.31123401801238076), (2.5, 0.5665776636461138)])
def test_class_confusion_is_what_skada_says(temperature: float, value: float) -> None:
    """Golden numbers of skada 0.6.0, `skada.deep.losses.mcc_loss(LOGITS, T, eps=0)`; its docstring is CORAL's."""
    assert class_confusion(LOGITS, temperature).item() == pytest.approx(value, rel=1e-12)


@given(seeds)
def test_class_confusion_is_the_papers_formula(seed: int) -> None:
    """Jin et al. 2020, eq. 2 to 6, entry by entry."""
    logits = cloud(7, 3, seed=seed, scale=4)
    q = softmax(logits.numpy() / 2.5, axis=1)
    weights = 1 + np.exp(-scipy_entropy(q, axis=1))
    weights = 7 * weights / weights.sum()
    table = np.array([[sum(weights * q[:, j] * q[:, k]) for k in range(3)] for j in range(3)])
    expected = sum(table[j, k] / table[j].sum() for j in range(3) for k in range(3) if j != k) / 3
    assert class_confusion(logits, 2.5).item() == pytest.approx(expected, rel=1e-9)


def test_class_confusion_of_certainty_is_zero_and_of_ignorance_all_but_one_class() -> None:
    sure = (1e5 * torch.eye(4)[[0, 1, 1]]).requires_grad_()  # two classes have no row at all
    value = class_confusion(sure)
    value.backward()
    assert value.item() == 0 and torch.isfinite(sure.grad).all()
    assert class_confusion(torch.zeros(5, 4)).item() == pytest.approx(3 / 4)


def test_no_gradient_flows_through_the_weights_of_class_confusion() -> None:
    logits = cloud(6, 3, seed=1).requires_grad_()
    (gradient,) = torch.autograd.grad(class_confusion(logits, 1.0), logits)
    fixed = logits.detach().clone().requires_grad_()
    q = fixed.softmax(1)
    weights = torch.from_numpy(1 + np.exp(-scipy_entropy(q.detach().numpy(), axis=1)))
    table = q.T @ ((weights / weights.mean())[:, None] * q)
    shares = table / table.sum(1, keepdim=True)
    (expected,) = torch.autograd.grad((shares.sum() - shares.trace()) / 3, fixed)
    assert torch.allclose(gradient, expected)


def test_consistency_is_the_mean_squared_difference_and_moves_the_student_alone() -> None:
    student, teacher = cloud(6, 4, seed=1).requires_grad_(), cloud(6, 4, seed=2).requires_grad_()
    difference = softmax(student.detach().numpy(), axis=1) - softmax(teacher.detach().numpy(), axis=1)
    value = consistency(student, teacher)
    value.backward()
    assert value.item() == pytest.approx(np.mean(difference**2), rel=1e-9)
    assert student.grad is not None and teacher.grad is None


def test_consistency_leaves_out_rows_that_the_teacher_is_not_sure_of() -> None:
    student, teacher = cloud(8, 3, seed=1), cloud(8, 3, seed=2)
    p, q = softmax(student.numpy(), axis=1), softmax(teacher.numpy(), axis=1)
    kept = [((p[i] - q[i]) ** 2).mean() for i in range(8) if q[i].max() >= 0.6]
    assert 0 < len(kept) < 8
    assert consistency(student, teacher, confidence=0.6).item() == pytest.approx(sum(kept) / 8, rel=1e-9)


def test_pseudo_labelled_is_the_log_loss_of_ones_own_sure_answers_over_all_rows() -> None:
    logits = cloud(10, 3, seed=1).requires_grad_()
    p = softmax(logits.detach().numpy(), axis=1)
    sure = p.max(1) >= 0.6
    assert 0 < sure.sum() < 10
    loss, believed = pseudo_labelled(logits, 0.6)
    assert loss.item() == pytest.approx(log_loss(p[sure].argmax(1), p[sure], labels=[0, 1, 2]) * sure.mean())
    assert believed.item() == pytest.approx(sure.mean())
    loss.backward()
    one_hot = np.eye(3)[p.argmax(1)]
    assert np.allclose(logits.grad, (p - one_hot) * sure[:, None] / 10)  # answers and threshold are constants
