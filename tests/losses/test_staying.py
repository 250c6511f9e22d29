"""The pull towards where one started, against numpy and its own derivative."""

import numpy as np
import pytest
import torch

from tlcore.losses.staying import l2_sp


def two_layers(seed: int) -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    shapes = ((4, 3), (4,), (2, 4, 3, 3))
    return [torch.randn(shape, generator=random, dtype=torch.float64) for shape in shapes]


def test_l2_sp_is_half_the_squared_length_of_the_way_gone() -> None:
    now, start = two_layers(1), two_layers(2)
    gone = np.concatenate([w.numpy().ravel() for w in now]) - np.concatenate([w.numpy().ravel() for w in start])
    assert l2_sp(now, start).item() == pytest.approx(0.5 * np.linalg.norm(gone) ** 2, rel=1e-12)


def test_l2_sp_pulls_straight_back_and_not_at_all_at_the_start() -> None:
    now, start = [each.requires_grad_() for each in two_layers(1)], two_layers(2)
    pulls = torch.autograd.grad(l2_sp(now, start), now)
    assert all(torch.allclose(pull, w - w0) for pull, w, w0 in zip(pulls, now, start))
    assert l2_sp(start, start).item() == 0


def test_l2_sp_from_zero_is_weight_decay() -> None:
    now = two_layers(1)
    assert l2_sp(now, [torch.zeros_like(w) for w in now]).item() == pytest.approx(
        sum(float((w**2).sum()) for w in now) / 2, rel=1e-12
    )


def test_l2_sp_refuses_another_number_of_weights() -> None:
    with pytest.raises(ValueError, match="shorter"):
        l2_sp(two_layers(1), two_layers(2)[:2])
