"""Several maps of one run's features that differ by nothing but the map's own chance: work beside the page.

A map by t-SNE: van der Maaten & Hinton, JMLR 2008, as scikit-learn has it. UMAP, which the stage draws, would take
a quarter of a minute to compile first; that its maps depend on chance in the same way is not measured here.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tlcore.errors import RequestError
from tlcore.library.waiting import Heard
from tlcore.runs.store import Store
from tlcore.training.events import Array, Observed

Floats = NDArray[np.float32]
PERPLEXITY, ITERATIONS = 30.0, 500


def layouts(features: Array, seeds: Sequence[int], heard: Heard | None = None) -> dict[int, Floats]:
    """A map (N, 2) of the features (N, D) for each seed, from a random start; its mean is 0, its radius 1.

    The radius is the root of the mean squared distance to the centre. Raises ValueError for fewer items than 4.
    """
    from sklearn.manifold import TSNE

    drawn = {}
    for k, seed in enumerate(seeds):
        if heard is not None:
            heard("Drawing maps", k, len(seeds))
        model = TSNE(perplexity=min(PERPLEXITY, (len(features) - 1) / 3), max_iter=ITERATIONS, init="random",
                     random_state=seed)  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            drawn[seed] = _framed(model.fit_transform(np.asarray(features, np.float32)))
    return drawn


def mapped(store: Store, run: int, seeds: Sequence[int], heard: Heard | None = None) -> Mapping[str, Any]:
    """Maps of the last features that a run has shown, as JSON holds them. Raises `RequestError` where it has none."""
    events = [each.event for each in store.events(run, kinds=["observed"])]
    seen = [each for each in events if isinstance(each, Observed) and each.name == "features"]
    if not seen:
        raise RequestError(f"Nobody has looked into run {run} yet, so there is nothing to map: let it run first.")
    drawn = layouts(seen[-1].arrays["features"], seeds, heard)
    return {"step": seen[-1].step, "maps": {str(seed): _short(each) for seed, each in drawn.items()}}


def _framed(rows: Floats) -> Floats:
    centred = rows - rows.mean(0)
    framed: Floats = (centred / np.sqrt((centred**2).sum(1).mean())).astype(np.float32)
    return framed


def _short(rows: Floats) -> list[list[float]]:
    return [[round(float(x), 3), round(float(y), 3)] for x, y in rows]
