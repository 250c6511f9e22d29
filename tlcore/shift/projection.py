"""Maps of features: two dimensions that move calmly while the features change."""

import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class TrackedPCA:
    """Principal components (N, 2) of features (N, D), frame after frame, turned to the frame before.

    The first frame is an exact PCA. Each later one takes two subspace iterations (Golub & Van Loan,
    "Matrix computations", 4th ed., section 8.2.4) from the basis before: they follow the leading components
    where fitting anew would jump between near-equal ones, and take a millisecond. Then the map is turned,
    or mirrored, to lie as close as can be to the map before; it is neither scaled nor moved, so that what
    grows on the map has grown. Its centre is always the features' mean.

    Call it with the same items in the same order. Features that are not finite leave the map as it
    was, and features that have collapsed to one point lie in its centre: the next frame is turned to the last
    one before them. Other items, or features of another width, begin anew.
    """

    def __init__(self, iterations: int = 2) -> None:
        self._iterations = iterations
        self._basis: Floats = np.empty((0, 2))  # (D, 2), orthonormal columns
        self._map: Floats = np.empty((0, 2))  # (N, 2)

    def __call__(self, features: ArrayLike) -> Floats:
        rows = np.asarray(features, dtype=np.float64)
        known = len(rows) == len(self._map)
        if not np.isfinite(rows).all():
            return self._map.copy() if known else np.zeros((len(rows), 2))
        mean = rows.mean(0)
        rows = rows - mean  # (N, D)
        if np.abs(rows).max() <= 1e-12 * np.abs(mean).max():
            return np.zeros((len(rows), 2))
        rows = np.pad(rows, ((0, 0), (0, max(0, 2 - rows.shape[1]))))  # a map has two dimensions anyway
        if known and rows.shape[1] == len(self._basis):
            basis = self._followed(rows)
            self._basis = basis @ _rotation(rows @ basis, self._map)
        else:
            self._basis = _leading(rows)
        self._map = rows @ self._basis
        return self._map.copy()

    def _followed(self, rows: Floats) -> Floats:
        basis = self._basis
        for _ in range(self._iterations):
            basis = np.linalg.qr(rows.T @ (rows @ basis)).Q  # (D, 2)
        return basis


def procrustes(points: ArrayLike, reference: ArrayLike) -> Floats:
    """The points moved, scaled, and turned or mirrored to lie as close as can be to the reference, row by row.

    The turn is the least-squares one (Schönemann, Psychometrika 31, 1966). The scale is that of equal spread
    and not of least squares, which shrinks points by what of them does not fit: a chain of maps would fade
    away. All points in one place come to lie on the reference's mean.

    points, reference (N, 2) → (N, 2)
    """
    ours, theirs = np.asarray(points, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    centre = theirs.mean(0)
    ours, theirs = ours - ours.mean(0), theirs - centre
    scale = np.linalg.norm(theirs) / (np.linalg.norm(ours) or 1.0)
    aligned: Floats = scale * ours @ _rotation(ours, theirs) + centre
    return aligned


def chained_umap(frames: Iterable[ArrayLike], seed: int = 0, neighbours: int = 15) -> list[Floats]:
    """UMAP layouts (N, 2) of the same N items' features (N, D) at several moments, one a frame.

    The first layout starts from the principal components. Each later one starts from the layout before, with
    few epochs of short steps, and is then aligned with it (`procrustes`). So a layout shows what has moved,
    where UMAP left to itself would draw each frame in another place; items that rest still drift by about
    a tenth of the map's radius. A frame that is not finite, or in which all items coincide, repeats the
    layout before.

    The first map is scaled like the principal components. McInnes, Healy & Melville, arXiv:1802.03426, by the
    library `umap-learn`, whose first call in a process compiles for some 15 seconds.

    Raises ValueError for fewer than five items.
    """
    layouts: list[Floats] = []
    for frame in frames:
        rows = np.asarray(frame, dtype=np.float32)  # (N, D)
        if len(rows) < 5:
            raise ValueError(f"UMAP needs at least five items, but there are {len(rows)}.")
        start = layouts[-1] if layouts else TrackedPCA()(rows)
        epochs, rate = (30, 0.1) if layouts else (200, 1.0)
        if np.isfinite(rows).all() and np.ptp(rows, axis=0).any():
            layout = _umap(rows, start, epochs, rate, seed, min(neighbours, len(rows) - 1))
            start = procrustes(layout, start)
        layouts.append(start)
    return layouts


def _umap(rows: NDArray[np.float32], start: Floats, epochs: int, rate: float, seed: int, neighbours: int) -> Floats:
    """One layout (N, 2) that begins at `start` (N, 2)."""
    with warnings.catch_warnings():
        # A variant that is not used here would need it.
        warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
        from umap import UMAP

    # UMAP stretches both axes of a start to the same length, which an axis of no length would not survive.
    noise = np.random.default_rng(seed).normal(size=start.shape) * 1e-4
    start = start + noise * (np.ptp(start) or 1.0)
    model = UMAP(
        n_neighbors=neighbours,
        init=start.astype(np.float32),
        n_epochs=epochs,
        learning_rate=rate,
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        # It says so whenever it is given a seed, even if one job is all that was asked for.
        warnings.filterwarnings("ignore", "n_jobs value 1 overridden to 1", UserWarning)
        return np.asarray(model.fit_transform(rows), dtype=np.float64)


def _leading(rows: Floats) -> Floats:
    """The two directions (D, 2) in which centred rows (N, D) vary most, each with its greatest entry positive."""
    basis = np.linalg.eigh(rows.T @ rows).eigenvectors[:, :-3:-1]
    greatest = np.take_along_axis(basis, np.abs(basis).argmax(0)[None], axis=0)  # (1, 2)
    return basis * np.where(greatest < 0, -1, 1)


def _rotation(points: Floats, reference: Floats) -> Floats:
    """The rotation or reflection (2, 2) that brings centred points closest to the reference, row by row."""
    left, _, right = np.linalg.svd(points.T @ reference)
    turn: Floats = left @ right
    return turn
