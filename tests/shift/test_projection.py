"""Maps show what the features do, and otherwise keep still."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

from tlcore.shift import projection
from tlcore.shift.projection import TrackedPCA, chained_umap, procrustes

seeds = st.integers(0, 10_000)


def cloud(rows: int, dim: int, seed: int = 0) -> np.ndarray:
    """Points whose spread falls from direction to direction."""
    return np.random.default_rng(seed).normal(size=(rows, dim)) * np.linspace(3, 0.5, dim)


def rotation(dim: int, seed: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(dim, dim)))[0]


def radius(points: np.ndarray) -> float:
    return float(np.sqrt(((points - points.mean(0)) ** 2).sum(1).mean()))


def jump(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far each point has moved, in radii of the map."""
    return np.linalg.norm(after - before, axis=1) / radius(before)


@pytest.mark.parametrize(("rows", "dim"), [(80, 10), (20, 50), (30, 2)])
def test_the_first_frame_is_an_exact_pca(rows: int, dim: int) -> None:
    x = cloud(rows, dim)
    expected = PCA(2).fit_transform(x)
    assert np.allclose(np.abs(TrackedPCA()(x)), np.abs(expected))


def test_a_frame_that_repeats_leaves_the_map_where_it_is() -> None:
    track, x = TrackedPCA(), cloud(80, 10)
    first = track(x)
    for _ in range(5):
        assert np.allclose(track(x), first)


def test_tracking_goes_on_to_the_principal_plane() -> None:
    """The data jump to another plane: a few frames later the map shows as much spread as PCA would."""
    track, x = TrackedPCA(), cloud(80, 10, seed=1)
    track(x @ rotation(10, 2))
    for _ in range(15):
        followed = track(x)
    assert radius(followed) == pytest.approx(radius(PCA(2).fit_transform(x)), rel=1e-3)


@given(seeds)
def test_the_map_does_not_jump_when_the_leading_components_change_places(seed: int) -> None:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(60, 6)) * [2.0, 1.98, 0.3, 0.3, 0.3, 0.3]
    swapped = x * [0.97, 1.03, 1, 1, 1, 1]
    track = TrackedPCA()
    assert np.median(jump(track(x), track(swapped))) < 0.1


@given(seeds)
def test_the_map_takes_no_notice_of_a_turn_or_a_move_of_the_whole(seed: int) -> None:
    """Turned in the plane of the map, features look the same: the map is turned back to the frame before."""
    x, track = cloud(40, 5, seed), TrackedPCA()
    first = track(x)
    plane = np.linalg.lstsq(x - x.mean(0), first)[0]  # (5, 2), orthonormal
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    within = np.eye(5) + plane @ (turn - np.eye(2)) @ plane.T
    assert np.allclose(track(x @ within + 100), first, atol=1e-6)


def test_what_grows_on_the_map_has_grown() -> None:
    x, track = cloud(40, 5), TrackedPCA()
    assert np.allclose(2 * track(x), track(2 * x))


def test_half_of_the_points_rest_while_the_others_walk() -> None:
    x = np.random.default_rng(0).normal(size=(200, 12)) * [6, 4, *[0.5] * 10]
    track, walks = TrackedPCA(), np.arange(200) % 2 == 1
    before = track(x)
    for k in range(1, 6):
        after = track(x + 0.8 * k * np.eye(12)[1] * walks[:, None])
    moved = jump(before - before[~walks].mean(0), after - after[~walks].mean(0))
    assert np.median(moved[~walks]) < 0.25 * np.median(moved[walks])


@pytest.mark.parametrize("features", [np.zeros((20, 5)), np.full((20, 5), 0.1), np.ones((20, 1)), np.eye(20, 5)[:1]])
def test_collapsed_features_have_a_map_all_the_same(features: np.ndarray) -> None:
    track = TrackedPCA()
    for _ in range(3):
        assert np.allclose(track(features), 0)
    x = cloud(len(features), features.shape[1])
    first = track(x)
    assert np.isfinite(first).all()
    assert np.allclose(track(features), 0)
    assert np.allclose(track(x), first)


def test_features_that_are_no_numbers_leave_the_map_as_it_was() -> None:
    track, x = TrackedPCA(), cloud(20, 5)
    wrong = x.copy()
    wrong[3, 2] = np.nan
    assert np.array_equal(track(wrong), np.zeros((20, 2)))
    first = track(x)
    assert np.array_equal(track(wrong), first)
    assert np.allclose(track(x), first)


def test_features_of_another_width_or_of_other_items_begin_anew() -> None:
    track = TrackedPCA()
    for rows, dim in [(20, 5), (20, 8), (30, 8)]:
        x = cloud(rows, dim)
        assert np.allclose(track(x), TrackedPCA()(x))


def test_whoever_changes_a_map_does_not_change_the_next_one() -> None:
    track, x = TrackedPCA(), cloud(20, 5)
    first = track(x)
    kept = first.copy()
    first[:] = 0
    assert np.allclose(track(x), kept)


@given(seeds, st.booleans(), st.floats(0.1, 10))
def test_procrustes_undoes_a_turn_a_mirror_a_scale_and_a_move(seed: int, mirrored: bool, scale: float) -> None:
    reference = cloud(12, 2, seed)
    points = scale * reference @ rotation(2, seed) @ np.diag([1, -1 if mirrored else 1]) + [5, -7]
    assert np.allclose(procrustes(points, reference), reference)


def test_procrustes_takes_the_best_turn_and_keeps_the_spread() -> None:
    points, reference = cloud(30, 2, 1), cloud(30, 2, 2) + 4
    aligned = procrustes(points, reference)
    a, b = points - points.mean(0), reference - reference.mean(0)
    turn, _ = orthogonal_procrustes(a, b)
    assert np.allclose(aligned, a @ turn * radius(reference) / radius(points) + reference.mean(0))
    assert radius(aligned) == pytest.approx(radius(reference))


def test_procrustes_of_points_in_one_place() -> None:
    reference = cloud(5, 2)
    assert np.allclose(procrustes(np.ones((5, 2)), reference), reference.mean(0))


def test_layouts_of_a_chain_start_from_the_one_before_and_are_aligned_with_it(monkeypatch) -> None:
    """With an UMAP that only turns, mirrors, scales and moves its start, nothing moves at all."""
    starts = []

    def whirl(rows, start, epochs, rate, seed, neighbours):
        starts.append(start)
        return 7 * start @ rotation(2, len(starts)) @ np.diag([1, -1]) + 3

    monkeypatch.setattr(projection, "_umap", whirl)
    x = cloud(20, 5)
    layouts = chained_umap([x, 2 * x, x + 1])
    assert np.allclose(layouts, [TrackedPCA()(x)] * 3)
    assert [start is layout for start, layout in zip(starts[1:], layouts)] == [True, True]


def test_a_frame_of_which_there_is_no_layout_repeats_the_one_before(monkeypatch) -> None:
    monkeypatch.setattr(projection, "_umap", lambda rows, *_: rows[:, :2].astype(float))
    x = cloud(20, 5)
    layouts = chained_umap([x, np.full((20, 5), np.nan), np.ones((20, 5))])
    assert np.array_equal(layouts[0], layouts[1])
    assert np.array_equal(layouts[0], layouts[2])
    assert np.array_equal(chained_umap([np.zeros((20, 5))])[0], np.zeros((20, 2)))
    with pytest.raises(ValueError, match="there are 4"):
        chained_umap([cloud(4, 5)])


@pytest.mark.slow  # UMAP compiles for some 15 seconds
def test_umap_shows_neighbours_and_what_rests_moves_little() -> None:
    generator = np.random.default_rng(0)
    group = np.arange(60) % 3
    x = generator.normal(size=(60, 10)) + 4 * np.eye(3, 10)[group]
    moved = x + 6 * np.eye(10)[5] * (group == 2)[:, None]
    first, same, after = chained_umap([x, x, moved], seed=1)

    centres = np.array([first[group == g].mean(0) for g in range(3)])
    nearest = ((first[:, None] - centres) ** 2).sum(2).argmin(1)
    assert (nearest == group).mean() > 0.9
    assert np.median(jump(first, same)) < 0.35
    assert np.median(jump(same, after)) < 0.35
    assert radius(after) == pytest.approx(radius(first))
    assert np.array_equal(chained_umap([x, x, moved], seed=1)[2], after)


@pytest.mark.slow
def test_umap_takes_features_that_have_collapsed_to_a_line_or_to_few_points() -> None:
    line = np.linspace(0, 1, 30)[:, None] * np.ones(6)
    few = np.eye(6)[np.arange(30) % 3]
    for layout in chained_umap([line, few, line]):
        assert np.isfinite(layout).all()
