"""The quality view is laid out once for every moment, in order, whatever else is told meanwhile."""

import os

import numpy as np
import pytest

from tests.runs.conftest import SMALL
from tlcore.runs import projector
from tlcore.runs.hold import Hold
from tlcore.runs.projector import follow, main, project
from tlcore.shift import projection
from tlcore.training.events import Measured, Observed


def features(step, value=None):
    return Observed(step, "features", {}, {"features": np.full((6, 3), step if value is None else value, np.float16)})


def laid_out(store, run):
    observed = [each.event for each in store.events(run, kinds=["observed"])]
    return [(each.step, each.arrays["map"][0, 0]) for each in observed if each.name == "umap"]


@pytest.fixture
def chains(monkeypatch):
    """Stands for UMAP, which takes 15 seconds to compile: each layout says which features it was made of."""
    asked = []

    def chained(frames):
        asked.append([float(frame[0, 0]) for frame in frames])
        return [frame[:, :2] for frame in frames]

    monkeypatch.setattr(projection, "chained_umap", chained)
    return asked


def test_every_moment_is_laid_out_once_in_one_chain(store, chains):
    run = store.submit(SMALL).id
    assert project(store, run) == 0
    store.record(run, [features(0), Measured(1, {"loss": 1.0}), features(40)])
    assert project(store, run) == 2
    assert project(store, run) == 0
    store.record(run, [features(80)])
    assert project(store, run) == 1
    assert laid_out(store, run) == [(0, 0.0), (40, 40.0), (80, 80.0)]
    assert chains == [[0.0, 40.0], [0.0, 40.0, 80.0]]
    assert store.events(run)[-1].event.arrays["map"].dtype == np.float32


def test_features_that_were_told_again_count_once_and_are_laid_out_again(store, chains):
    run = store.submit(SMALL).id
    store.record(run, [features(0), features(40)])
    project(store, run)
    store.rewind(run, 1)
    store.record(run, [features(40, 41)])
    assert project(store, run) == 2
    assert laid_out(store, run) == [(0, 0.0), (40, 41.0)]


def test_it_follows_a_run_until_it_rests(store, me, chains, monkeypatch):
    run = store.submit(SMALL, holder=me)
    hold = Hold(store, run)

    def nap(seconds):
        if store.run(run.id).step == 40:
            hold.record([features(60)], step=60, seconds=1.0)
            hold.end("finished")
        else:
            hold.record([features(40)], step=40, seconds=1.0)

    monkeypatch.setattr(projector.time, "sleep", nap)
    follow(store, run.id)
    assert [step for step, _ in laid_out(store, run.id)] == [40, 60]


def test_a_run_that_is_gone_is_no_mistake_and_no_store_is_one(store, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(os, "nice", lambda by: by)
    assert main(["--store", str(store.path), "--run", "7"]) == 0
    (tmp_path / "diary.txt").write_text("dear diary")
    assert main(["--store", str(tmp_path / "diary.txt"), "--run", "7"]) == 1
    assert "not a database" in capsys.readouterr().err
