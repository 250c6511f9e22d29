"""Groups of points without names: k-means, for many restarts at once."""

import torch
import torch.nn.functional as F
from torch import Tensor


def seeded(points: Tensor, count: int, restarts: int, random: torch.Generator) -> Tensor:
    """First centres (restarts, count, D) among points (N, D), each far from those drawn before (k-means++).

    A point is drawn with a chance in proportion to its squared distance from the nearest centre so far.

    Source: Arthur & Vassilvitskii, SODA 2007, section 2.2.
    """
    drawn = torch.randint(len(points), (restarts,), generator=random)  # (R,)
    centres = points[drawn.to(points.device)].unsqueeze(1)  # (R, 1, D)
    while centres.shape[1] < count:
        nearest = _squared(points, centres).amin(2).cpu()  # (R, N)
        # Where every point lies on a centre already, all are equally good.
        chances = torch.where(nearest.sum(1, keepdim=True) > 0, nearest, torch.ones_like(nearest))
        drawn = torch.multinomial(chances, 1, generator=random).squeeze(1)
        centres = torch.cat([centres, points[drawn.to(points.device)].unsqueeze(1)], dim=1)
    return centres


def lloyd(points: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """One step of k-means: each centre moves to the mean of the points (N, D) that are nearest to it.

    Centres (R, K, D) of R restarts give new ones, and how far points were from the nearest of the old ones:
    the mean squared distance (R,), which never rises from step to step. A centre without points stays.

    Source: Lloyd, IEEE Transactions on Information Theory 28(2), 1982.
    """
    distances, nearest = _squared(points, centres).min(2)  # (R, N)
    belongs = F.one_hot(nearest, centres.shape[1]).to(points.dtype)  # (R, N, K)
    sizes = belongs.sum(1).unsqueeze(2)  # (R, K, 1)
    means = belongs.transpose(1, 2) @ points / sizes.clamp_min(1)  # (R, K, D)
    return torch.where(sizes > 0, means, centres), distances.mean(1)


def k_means(points: Tensor, count: int, random: torch.Generator, restarts: int = 10, steps: int = 30) -> Tensor:
    """The centres (count, D) that points (N, D) are nearest to, the best of some restarts."""
    centres = seeded(points, count, restarts, random)
    for _ in range(steps):
        centres, _ = lloyd(points, centres)
    return centres[lloyd(points, centres)[1].argmin()]


def assigned(points: Tensor, centres: Tensor) -> Tensor:
    """Minus the squared distances of points (N, D) from centres (K, D): (N, K), largest for the nearest."""
    return -_squared(points, centres.unsqueeze(0))[0]


def _squared(points: Tensor, centres: Tensor) -> Tensor:
    """Squared distances of points (N, D) from centres (R, K, D): (R, N, K)."""
    products = points @ centres.transpose(1, 2)  # (R, N, K)
    squares = points.square().sum(1)[None, :, None] - 2 * products + centres.square().sum(2).unsqueeze(1)
    return squares.clamp_min(0)
