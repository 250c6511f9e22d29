"""Several maps of the same features: each its own, each repeatable, and none of its size."""

import numpy as np
import pytest

from tests.runs.conftest import SMALL
from tlcore.errors import RequestError
from tlcore.runs.mapping import layouts, mapped
from tlcore.runs.store import Store
from tlcore.training.events import Observed

FEATURES = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float16)


def test_a_map_depends_on_its_seed_alone() -> None:
    first, again = layouts(FEATURES, (0, 1)), layouts(FEATURES, (1,))
    assert np.array_equal(first[1], again[1])
    assert not np.allclose(first[0], first[1], atol=0.1)
    for each in first.values():
        assert each.mean(0) == pytest.approx(0, abs=1e-5)
        assert (each**2).sum(1).mean() == pytest.approx(1, abs=1e-5)


def test_the_last_features_of_a_run_are_mapped(store: Store) -> None:
    run = store.submit(SMALL)
    with pytest.raises(RequestError, match="let it run first"):
        mapped(store, run.id, (0,))
    store.record(run.id, [Observed(0, "features", {}, {"features": FEATURES[::-1]})])
    store.record(run.id, [Observed(60, "features", {}, {"features": FEATURES})])
    told = mapped(store, run.id, (3,))
    assert told["step"] == 60
    assert np.allclose(told["maps"]["3"], layouts(FEATURES, (3,))[3], atol=1e-3)
