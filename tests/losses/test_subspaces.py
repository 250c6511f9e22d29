"""Closed forms of feature alignment against scipy, and against numbers of skada 0.6.0."""

import numpy as np
import pytest
import scipy.linalg
import torch
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import rbf_kernel

from tlcore.losses.subspaces import coral_map, principal_directions, subspace_alignment, transfer_components


def clouds() -> tuple[np.ndarray, np.ndarray]:
    """The two clouds that skada 0.6.0 was given for the numbers below."""
    random = np.random.default_rng(0)
    source = random.standard_normal((30, 4)) @ random.standard_normal((4, 4))
    return source, random.standard_normal((25, 4)) @ random.standard_normal((4, 4)) + 0.5


def tensors() -> tuple[torch.Tensor, torch.Tensor]:
    source, target = clouds()
    return torch.from_numpy(source), torch.from_numpy(target)


@pytest.mark.parametrize("ridge", [1e-3, 1.0])
def test_coral_whitens_and_colours_as_scipy_s_matrix_roots_do(ridge: float) -> None:
    source, target = clouds()
    spread, wanted = (np.cov(rows, rowvar=False) + ridge * np.eye(4) for rows in (source, target))
    expected = np.linalg.inv(scipy.linalg.sqrtm(spread)) @ scipy.linalg.sqrtm(wanted)
    np.testing.assert_allclose(coral_map(*tensors(), ridge), expected, rtol=1e-9)


def test_coral_maps_as_skada_does() -> None:
    """skada 0.6.0, CORALAdapter(reg=1e-8): the step from the second source row to the first, after the map.

    It divides covariances by N where the paper's `cov` divides by N − 1, and centres. Its default
    reg='auto' leaves half of the gap between the covariances.
    """
    source, target = tensors()
    ours = (source[0] - source[1]) @ coral_map(source, target, 1e-8) * np.sqrt((24 / 25) / (29 / 30))
    np.testing.assert_allclose(ours, [0.45976913, 0.15045965, 2.22922471, -1.56707353], rtol=1e-5)


def test_a_small_ridge_makes_the_covariances_equal_and_the_paper_s_leaves_most_of_the_gap() -> None:
    source, target = (0.3 * rows for rows in clouds())

    def left(ridge: float) -> float:
        moved = source @ coral_map(torch.from_numpy(source), torch.from_numpy(target), ridge).numpy()
        wanted = np.cov(target, rowvar=False)
        gaps = [np.linalg.norm(np.cov(rows, rowvar=False) - wanted) for rows in (moved, source)]
        return float(gaps[0] / gaps[1])

    assert left(1e-8) < 1e-5
    assert 0.2 < left(1.0) < 1


def test_principal_directions_are_scikit_learn_s() -> None:
    source, _ = clouds()
    ours, theirs = principal_directions(torch.from_numpy(source), 3).numpy(), PCA(3).fit(source).components_.T
    np.testing.assert_allclose(np.abs((ours * theirs).sum(0)), 1, rtol=1e-9)


def test_subspaces_align_as_skada_does() -> None:
    """skada 0.6.0, SubspaceAlignmentAdapter(n_components=2): first two source rows, last two target rows."""
    source, target = tensors()
    of_source, of_target = subspace_alignment(source, target, 2)
    ours = torch.cat([((source - source.mean(0)) @ of_source)[:2], ((target - target.mean(0)) @ of_target)[-2:]])
    expected = np.array(
        [[-0.41055085, 0.1426562], [-0.59169076, -2.05744097], [1.07996986, -0.08853061], [-3.81475146, 0.96480158]]
    )
    signs = np.sign((ours.numpy() * expected).sum(0))  # a principal direction may point either way
    np.testing.assert_allclose(ours.numpy() * signs, expected, rtol=1e-6)


def test_the_aligned_basis_is_the_least_squares_one() -> None:
    source, target = tensors()
    of_source, of_target = subspace_alignment(source, target, 2)
    basis = principal_directions(source, 2).numpy()
    best = np.linalg.lstsq(basis, of_target.numpy(), rcond=None)[0]
    np.testing.assert_allclose(of_source, basis @ best, atol=1e-12)


def oracle_components(kernel: np.ndarray, n: int, count: int, trade: float) -> np.ndarray:
    """Pan's matrices written out, and scipy's generalised eigenvalue problem K H K w = λ (K L K + μ I) w.

    skada 0.6.0 takes I + μ K L K instead, so that its μ is the inverse of the paper's, and hands the product of
    an inverse and a matrix, which is not symmetric, to a solver for symmetric matrices: no oracle for this.
    """
    total, m = len(kernel), len(kernel) - n
    gaps = np.zeros((total, total))
    gaps[:n, :n], gaps[n:, n:], gaps[:n, n:], gaps[n:, :n] = 1 / n**2, 1 / m**2, -1 / (n * m), -1 / (n * m)
    centring = np.eye(total) - 1 / total
    _, vectors = scipy.linalg.eigh(kernel @ centring @ kernel, kernel @ gaps @ kernel + trade * np.eye(total))
    return vectors[:, ::-1][:, :count]


@pytest.mark.parametrize("trade", [0.1, 10.0])
def test_transfer_components_solve_pan_s_eigenvalue_problem(trade: float) -> None:
    source, target = clouds()
    rows = np.concatenate([source, target])
    kernel = rbf_kernel(rows, gamma=0.1)
    ours = transfer_components(torch.from_numpy(kernel), 30, 3, trade).numpy()
    expected = oracle_components(kernel, 30, 3, trade)
    for one, other in zip((kernel @ ours).T, (kernel @ expected).T):
        assert abs(np.corrcoef(one, other)[0, 1]) == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(ours.T @ kernel @ (np.eye(55) - 1 / 55) @ kernel @ ours, np.eye(3), atol=1e-8)


def test_a_smaller_trade_brings_the_means_closer_as_in_the_paper_where_skada_s_would_part_them() -> None:
    source, target = clouds()
    kernel = rbf_kernel(np.concatenate([source, target]), gamma=0.1)

    def gap(trade: float) -> float:
        rows = torch.from_numpy(kernel) @ transfer_components(torch.from_numpy(kernel), 30, 2, trade)
        return float((rows[:30].mean(0) - rows[30:].mean(0)).norm())

    assert gap(1e-3) < gap(1e-1) < gap(10.0)
