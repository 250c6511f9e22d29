"""Two runs on the same images, and several of one experiment: counted by hand, and against scipy."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from tests.runs.conftest import SMALL
from tlcore.runs.bands import band, missing
from tlcore.runs.pairing import Discordant, discordant
from tlcore.training.events import Evaluated, Observed


def looked_at(store, answers, labels=(0, 1, 0, 1, 1, 0), pixels=0):
    run = store.submit(SMALL)
    domain = np.array([0, 0, 1, 1, 1, 1], np.uint8)
    scene = {"domain": domain, "label": np.array(labels, np.uint8), "inputs": np.full((6, 2), pixels, np.float32)}
    looks = [{"predicted": np.zeros(6, np.uint8)}, {"predicted": np.array(answers, np.uint8)}]
    store.record(
        run.id, [Observed(0, "scene", {}, scene), *(Observed(k, "frame", {}, each) for k, each in enumerate(looks))]
    )
    return run.id


def test_only_the_targets_answers_at_the_end_are_compared(store):
    ours = looked_at(store, [1, 0, 0, 1, 1, 1])  # of the target's four: right, right, right, wrong
    theirs = looked_at(store, [0, 1, 1, 0, 1, 0])  # wrong, wrong, right, right
    assert discordant(store, ours, theirs) == Discordant(2, 1, 4)
    assert discordant(store, theirs, ours) == Discordant(1, 2, 4)
    assert Discordant(2, 1, 4).p_value == 1.0


def test_runs_on_other_images_are_not_compared(store):
    ours = looked_at(store, [0] * 6)
    assert discordant(store, ours, looked_at(store, [0] * 6, pixels=1)) is None
    assert discordant(store, ours, looked_at(store, [0] * 6, labels=(1,) * 6)) is None
    assert discordant(store, ours, store.submit(SMALL).id) is None


def finished(store, seed, accuracies, **changes):
    run = store.submit(replace(SMALL, seed=seed, **changes))
    told = [Evaluated(10 * k, {"target_accuracy": each, "source_accuracy": 1.0}) for k, each in enumerate(accuracies)]
    store.record(run.id, told)
    with store.database.writing() as db:
        metrics = json.dumps({"target_accuracy": accuracies[-1]})
        db.execute("UPDATE runs SET status = 'finished', metrics = ? WHERE id = ?", (metrics, run.id))


def test_a_band_is_the_t_interval_at_every_step_over_the_seeds_of_one_experiment(store):
    curves = [[0.5, 0.7, 0.8], [0.4, 0.6, 0.9], [0.45, 0.65, 0.7]]
    for seed, curve in enumerate(curves):
        finished(store, seed, curve)
    finished(store, 0, [0.1, 0.1, 0.1], shift=80.0)  # another experiment
    waiting = store.submit(replace(SMALL, seed=7))
    found = band(store, waiting.spec)
    assert (found.seeds, found.waiting, list(found.steps)) == ([0, 1, 2], 1, [0, 10, 20])
    for k, interval in enumerate(found.curves["target_accuracy"]):
        values = np.array([curve[k] for curve in curves])
        low, high = student.interval(0.95, 2, values.mean(), values.std(ddof=1) / np.sqrt(3))
        assert (interval.low, interval.high, interval.n) == (pytest.approx(low), pytest.approx(high), 3)
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["curves"]["target_accuracy"]["mean"][2] == pytest.approx(0.8)


def test_one_seed_has_no_band_and_what_is_missing_counts_from_the_specs_own_seed(store):
    finished(store, 3, [0.5, 0.6])
    spec = replace(SMALL, seed=2).completed()
    found = band(store, spec)
    assert (found.seeds, found.curves) == ([3], {}) and found.at_end("target_accuracy").n == 1
    assert [each.seed for each in missing(store, spec, 3)] == [2, 4]
    store.submit(replace(SMALL, seed=4))
    assert [each.seed for each in missing(store, spec, 3)] == [2]
