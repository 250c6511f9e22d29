"""CKA, against its definition by HSIC and against what it must not notice."""

import numpy as np
import pytest
import torch

from tlcore.inspecting.similarity import linear_cka


def by_hsic(x: np.ndarray, y: np.ndarray) -> float:
    """HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)) with the centring matrix written out: the definition, by Gram matrices."""
    n = len(x)
    centring = np.eye(n) - np.full((n, n), 1 / n)
    k, m = x @ x.T, y @ y.T

    def hsic(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.trace(a @ centring @ b @ centring)) / (n - 1) ** 2

    return hsic(k, m) / (hsic(k, k) * hsic(m, m)) ** 0.5


@pytest.mark.parametrize("shape", [(40, 3, 5), (6, 30, 20), (20, 20, 4)])
def test_it_is_what_hsic_says(shape: tuple[int, int, int]) -> None:
    random = np.random.default_rng(0)
    n, d, e = shape
    x = random.normal(size=(n, d)) + 3
    y = x[:, :1] * random.normal(size=(1, e)) + random.normal(size=(n, e))
    assert linear_cka(torch.from_numpy(x), torch.from_numpy(y)) == pytest.approx(by_hsic(x, y), abs=1e-9)


def test_it_does_not_notice_another_frame_of_axes() -> None:
    random = torch.Generator().manual_seed(0)
    x = torch.randn((50, 4), generator=random)
    turn, _ = torch.linalg.qr(torch.randn((4, 4), generator=random))
    assert linear_cka(x, 7 * (x @ turn) + 2) == pytest.approx(1, abs=1e-6)
    stretched = x * torch.tensor([10.0, 1, 1, 1])
    assert linear_cka(x, stretched) < 0.9
    assert linear_cka(x, torch.randn((50, 4), generator=random)) < 0.3


def test_features_that_do_not_vary_have_no_likeness() -> None:
    x = torch.randn((10, 3))
    assert np.isnan(linear_cka(x, torch.full((10, 3), 0.1)))
    with pytest.raises(ValueError, match="the same images"):
        linear_cka(x, torch.randn((9, 3)))
