"""K-means against scikit-learn's, and each of its parts against numpy."""

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from tlcore.losses.clustering import assigned, k_means, lloyd, seeded


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def blobs(rows: int = 300, groups: int = 6) -> torch.Tensor:
    points, _ = make_blobs(rows, 4, centers=groups, cluster_std=0.8, random_state=1)
    return torch.from_numpy(points)


def test_one_step_moves_each_centre_to_the_mean_of_its_points() -> None:
    points, centres = blobs(50), torch.randn(3, 5, 4, generator=chance(), dtype=torch.float64)
    moved, distances = lloyd(points, centres)
    for restart in range(3):
        gaps = ((points.numpy()[:, None] - centres[restart].numpy()) ** 2).sum(2)  # (50, 5)
        nearest = gaps.argmin(1)
        assert distances[restart].item() == pytest.approx(gaps.min(1).mean())
        for k in range(5):
            mine = points.numpy()[nearest == k]
            expected = mine.mean(0) if len(mine) else centres[restart, k].numpy()
            np.testing.assert_allclose(moved[restart, k].numpy(), expected, rtol=1e-9)


def test_no_step_takes_points_further_from_their_centres() -> None:
    points = blobs()
    centres, before = seeded(points, 6, 4, chance()), torch.full((4,), torch.inf, dtype=torch.float64)
    for _ in range(10):
        centres, distances = lloyd(points, centres)
        assert (distances <= before + 1e-9).all()
        before = distances


def test_it_ends_where_scikit_learn_ends() -> None:
    points = blobs()
    theirs = KMeans(6, n_init=10, random_state=0).fit(points.numpy())
    ours = k_means(points, 6, chance())
    assert -assigned(points, ours).amax(1).sum().item() == pytest.approx(theirs.inertia_, rel=1e-6)
    groups = assigned(points, ours).argmax(1).numpy()
    assert len({(int(a), int(b)) for a, b in zip(groups, theirs.labels_)}) == 6


def test_first_centres_are_points_drawn_by_their_squared_distance() -> None:
    points = torch.tensor([[0.0], [1.0], [3.0]])
    drawn = seeded(points, 2, 6000, chance())[:, :, 0]  # (6000, 2)
    from_nought = drawn[drawn[:, 0] == 0, 1]
    assert (from_nought == 3).float().mean() == pytest.approx(9 / 10, abs=0.02)
    from_one = drawn[drawn[:, 0] == 1, 1]
    assert (from_one == 3).float().mean() == pytest.approx(4 / 5, abs=0.02)
    assert not (drawn[:, 0] == drawn[:, 1]).any()


def test_equal_points_are_no_obstacle_and_equal_chance_gives_equal_centres() -> None:
    assert k_means(torch.ones(5, 2), 3, chance()).isfinite().all()
    assert torch.equal(k_means(blobs(), 4, chance(7)), k_means(blobs(), 4, chance(7)))
