"""Losses without labels, against numpy and against numbers of lightly 1.6.0 and pytorch-metric-learning 2.9.0."""

import numpy as np
import pytest
import torch

from tlcore.losses.self_supervised import barlow_twins, negative_cosine, nt_xent, spread


def views(rows: int = 6, dim: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    first = torch.randn(rows, dim, generator=random, dtype=torch.float64)
    return first, torch.randn(rows, dim, generator=random, dtype=torch.float64)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_nt_xent_is_algorithm_1_in_two_loops(temperature: float) -> None:
    first, second = (each.numpy() for each in views())
    # As in the paper: views 2k-1 and 2k are of the same input.
    rows = [view for pair in zip(first, second) for view in pair]
    total = 0.0
    for i, row in enumerate(rows):
        others = [np.exp(cosine(row, rows[k]) / temperature) for k in range(len(rows)) if k != i]
        partner = i + 1 if i % 2 == 0 else i - 1
        total -= np.log(np.exp(cosine(row, rows[partner]) / temperature) / sum(others))
    assert nt_xent(*views(), temperature).item() == pytest.approx(total / len(rows), rel=1e-12)


@pytest.mark.parametrize(("temperature", "golden"), [(0.5, 3.8852702077361), (0.1, 13.5058820832487)])
def test_nt_xent_is_what_two_libraries_say(temperature: float, golden: float) -> None:
    """lightly 1.6.0 `NTXentLoss` and pytorch-metric-learning 2.9.0 `SelfSupervisedLoss(NTXentLoss)` agree."""
    assert nt_xent(*views(), temperature).item() == pytest.approx(golden, rel=1e-12)


def test_nt_xent_of_equal_directions_is_guessing_among_all_others() -> None:
    ones = torch.ones(5, 3, dtype=torch.float64)
    assert nt_xent(ones, 4 * ones, 0.5).item() == pytest.approx(np.log(9))


def test_negative_cosine_is_numpys_and_lightlys() -> None:
    first, second = views()
    expected = -np.mean([cosine(a, b) for a, b in zip(first.numpy(), second.numpy())])
    assert negative_cosine(first, second).item() == pytest.approx(expected, rel=1e-12)
    assert negative_cosine(first, second).item() == pytest.approx(0.5227477872301, rel=1e-12)  # lightly 1.6.0


def test_a_detached_side_has_no_gradient() -> None:
    predicted, wanted = (each.requires_grad_() for each in views())
    negative_cosine(predicted, wanted.detach()).backward()
    assert predicted.grad is not None and predicted.grad.abs().sum() > 0
    assert wanted.grad is None


@pytest.mark.parametrize("redundancy", [5e-3, 0.1, 1.0])
def test_barlow_twins_is_made_of_numpys_correlations(redundancy: float) -> None:
    first, second = views(40, 5)
    crossed = np.corrcoef(first.numpy(), second.numpy(), rowvar=False)[:5, 5:]  # (5, 5)
    expected = sum(
        (1 - crossed[i, i]) ** 2 if i == j else redundancy * crossed[i, j] ** 2 for i in range(5) for j in range(5)
    )
    assert barlow_twins(first, second, redundancy).item() == pytest.approx(expected, rel=1e-4)  # 1e-5 in variances


@pytest.mark.parametrize(("redundancy", "golden"), [(5e-3, 9.265310480379908), (0.1, 9.432867915441685)])
def test_barlow_twins_is_what_lightly_says(redundancy: float, golden: float) -> None:
    """lightly 1.6.0 `BarlowTwinsLoss(lambda_param)`."""
    assert barlow_twins(*views(), redundancy).item() == pytest.approx(golden, rel=1e-9)


def test_spread_is_nothing_after_a_collapse_and_one_over_root_d_when_healthy() -> None:
    random = torch.Generator().manual_seed(0)
    even = torch.randn(20_000, 16, generator=random, dtype=torch.float64)
    assert spread(even).item() == pytest.approx(1 / 4, abs=0.002)
    assert spread(torch.ones(50, 16) * torch.rand(50, 1, generator=random)).item() == pytest.approx(0, abs=1e-3)
    few = even[:30].numpy()
    expected = (few / np.linalg.norm(few, axis=1, keepdims=True)).std(0).mean()
    assert spread(even[:30]).item() == pytest.approx(expected, rel=1e-12)
