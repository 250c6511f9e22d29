"""Zero-shot's closed form against its normal equations written as one system, and against its own objective."""

import numpy as np
import torch
from torch import Tensor

from tlcore.losses.zero_shot import calibrated, eszsl

GAMMA, LAM = 0.7, 0.3
LABELS = torch.tensor([0, 2, 2, 0, 3, 3, 0, 2, 2, 3])  # class 1 is never seen


def cloud(rows: int, dim: int, seed: int = 0) -> Tensor:
    return torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def signs() -> np.ndarray:
    return np.array([[1.0 if label == column else -1.0 for column in (0, 2, 3)] for label in LABELS.tolist()])


def test_eszsl_solves_the_two_sided_ridge_system() -> None:
    """(XᵀX + γI) V (SᵀS + λI) = XᵀYS, as one linear system in vec V by a Kronecker product."""
    features, attributes = cloud(10, 4, seed=1), cloud(4, 3, seed=2)
    X, S = features.numpy(), attributes.numpy()[[0, 2, 3]]
    left, right = X.T @ X + GAMMA * np.eye(4), S.T @ S + LAM * np.eye(3)
    expected = np.linalg.solve(np.kron(left, right), (X.T @ signs() @ S).ravel()).reshape(4, 3)
    assert np.allclose(eszsl(features, LABELS, attributes, GAMMA, LAM), expected, rtol=1e-9)


def test_eszsl_minimises_its_objective() -> None:
    features, attributes = cloud(10, 4, seed=1), cloud(4, 3, seed=2)
    S, Y = attributes[[0, 2, 3]], torch.from_numpy(signs())

    def objective(V: Tensor) -> Tensor:
        misfit = (features @ V @ S.T - Y).square().sum()
        shrunk = GAMMA * (V @ S.T).square().sum() + LAM * (features @ V).square().sum()
        return misfit + shrunk + GAMMA * LAM * V.square().sum()

    V = eszsl(features, LABELS, attributes, GAMMA, LAM).requires_grad_()
    assert torch.autograd.grad(objective(V), V)[0].abs().max() < 1e-9


def test_eszsl_names_a_class_that_it_never_saw() -> None:
    """Features that are a turned copy of the attributes: the class left out is found by its attributes."""
    attributes = torch.tensor([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]], dtype=torch.float64)
    labels = torch.arange(80) % 4
    turn = torch.linalg.qr(cloud(4, 4, seed=3))[0]
    features = (2 * attributes[labels] - 1) @ turn + 0.05 * cloud(80, 4, seed=4)
    seen = labels != 3
    V = eszsl(features[seen], labels[seen], attributes, 1.0, 1.0)
    scores = features[~seen] @ V @ attributes.T
    assert (scores.argmax(1) == 3).float().mean() == 1


def test_eszsl_keeps_its_digits_in_single_precision() -> None:
    features, attributes = cloud(10, 4, seed=1), cloud(4, 3, seed=2)
    single = eszsl(features.float() + 100, LABELS, attributes.float(), GAMMA, LAM)
    exact = eszsl(features.float().double() + 100, LABELS, attributes.float().double(), GAMMA, LAM)
    assert single.dtype == torch.float32
    assert torch.allclose(single.double(), exact, atol=1e-4)


def test_the_handicap_is_for_seen_classes_alone() -> None:
    scores, seen = torch.tensor([[1.0, 0.9], [0.2, 0.4]]), torch.tensor([True, False])
    assert torch.allclose(calibrated(scores, seen, 0.3), torch.tensor([[0.7, 0.9], [-0.1, 0.4]]))
