"""Naming classes that no example was ever seen of, by what is known about them."""

import torch
from torch import Tensor

from tlcore.losses.precision import full_precision


def eszsl(features: Tensor, labels: Tensor, attributes: Tensor, gamma: float, lam: float) -> Tensor:
    """How well features and attributes go together, in closed form: scores are f V aᵀ.

        V = (XᵀX + γ I)⁻¹ Xᵀ Y S (SᵀS + λ I)⁻¹

    with the features as rows of X (N, D), the attributes of the Z classes that have examples as rows of
    S (Z, A), and Y (N, Z) 1 for an example's class and −1 for every other. It minimises
    ‖X V Sᵀ − Y‖² + γ ‖V Sᵀ‖² + λ ‖X V‖² + γ λ ‖V‖².

    Romera-Paredes & Torr, "An embarrassingly simple approach to zero-shot learning", ICML 2015, eq. 2–4 (whose
    X and S stand upright: the transposes of these).

    features (N, D), labels (N,), attributes (classes, A); γ, λ > 0 → (D, A), as precise as float64 makes it
    """
    with full_precision(features):
        seen, column = labels.unique(return_inverse=True)  # (Z,), (N,)
        X, S = features.double(), attributes[seen].double()  # (N, D), (Z, A)
        Y = torch.full((len(X), len(seen)), -1.0).to(X)  # (N, Z)
        Y[torch.arange(len(X), device=X.device), column] = 1.0
        left = X.T @ X + gamma * torch.eye(X.shape[1]).to(X)  # (D, D)
        right = S.T @ S + lam * torch.eye(S.shape[1]).to(X)  # (A, A)
        V = torch.linalg.solve(left, X.T @ Y @ S)  # (D, A)
        V = torch.linalg.solve(right, V.T).T  # right is symmetric
        compatibility: Tensor = V.to(features.dtype)  # (D, A)
        return compatibility


def calibrated(scores: Tensor, seen: Tensor, amount: float) -> Tensor:
    """Scores with a handicap for the classes that were seen, which otherwise take almost every question.

    Chao et al., "An empirical study and analysis of generalized zero-shot learning for object recognition in the
    wild", ECCV 2016, arXiv:1605.04253, eq. 2 (calibrated stacking).

    scores (N, classes), seen (classes,) bool, amount in units of the scores → (N, classes)
    """
    return scores - amount * seen.to(scores)
