"""The quality view: a process that lays out a run's features by UMAP, beside the run or after it.

    python -m tlcore.runs.projector --store FILE --run N

UMAP takes some 15 seconds to compile and seconds for each layout, so it has a process of its own,
at low priority. Each layout begins at the one before, on the same items, so that what moves on the
map has moved in the features. A layout is appended to the run as an observed event named "umap", at
the step of the "features" that it shows.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from tlcore.errors import StoreError, UnknownKey
from tlcore.runs.rows import ACTIVE
from tlcore.runs.store import Store
from tlcore.training.events import Observed

_NAP = 1.0  # seconds between two looks for new features
_NICE = 10  # the run itself comes first


def project(store: Store, run: int) -> int:
    """Lay out what has no layout yet, all moments in one chain; returns how many layouts were added."""
    features, laid_out = _features(store, run)
    missing = {each.step for each in features} - laid_out
    if not missing:
        return 0
    from tlcore.shift.projection import chained_umap  # loads umap when it is called

    maps = chained_umap([each.arrays["features"].astype(np.float32) for each in features])
    layouts = [
        Observed(each.step, "umap", {}, {"map": np.asarray(layout, dtype=np.float32)})
        for each, layout in zip(features, maps, strict=True)
        if each.step in missing
    ]
    store.record(run, layouts)
    return len(layouts)


def follow(store: Store, run: int) -> None:
    """Lay out a run's features until it rests; while it trains, at most a fifth of the time."""
    while True:
        active, began = store.run(run).status in ACTIVE, time.monotonic()
        project(store, run)
        if not active:
            return
        time.sleep(max(_NAP, 4 * (time.monotonic() - began)))


def _features(store: Store, run: int) -> tuple[list[Observed], set[int]]:
    """The features of a run in order of their steps, and the steps that have a layout."""
    observed = [each.event for each in store.events(run, kinds=["observed"])]
    by_step = {each.step: each for each in observed if isinstance(each, Observed) and each.name == "features"}
    laid_out = {each.step for each in observed if isinstance(each, Observed) and each.name == "umap"}
    return [by_step[step] for step in sorted(by_step)], laid_out


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tlcore.runs.projector", description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--run", type=int, required=True)
    given = parser.parse_args(arguments)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        with closing(Store(given.store)) as store:
            follow(store, given.run)
    except UnknownKey:
        return 0  # it was deleted meanwhile
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
