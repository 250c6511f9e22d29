"""A comparison that is trained, interrupted and gone on with, here and through the queue."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runs.conftest import until
from tlcore.runs import queueing
from tlcore.runs.comparison import Comparison
from tlcore.runs.headway import Clock, progress, to_do
from tlcore.runs.processes import Process
from tlcore.runs.store import Store
from tlcore.runs.supervisor import environment
from tlcore.runs.sweeping import sweep, taken

COMPARED = Comparison(["dann"], ["moons"], seeds=range(2), settings={"steps": ["40"]})


def ended(store: Store, number: int, status: str = "finished") -> None:
    with store.database.writing() as db:
        db.execute(
            "UPDATE runs SET status = ?, step = 40, steps = 40, seconds = 2, pid = NULL, pid_started = NULL "
            "WHERE id = ?",
            (status, number),
        )


def test_only_what_is_missing_is_to_do(store: Store, me: Process, gone: Process) -> None:
    specs = COMPARED.laid_out().specs
    assert to_do(store, specs) == list(specs)
    done, elsewhere, orphan = specs[0], specs[1], specs[2]
    ended(store, store.submit(replace(done, device="cpu", observe=False)).id)
    store.submit(elsewhere, holder=me)
    store.submit(orphan, holder=gone)
    assert to_do(store, specs) == [orphan, specs[3]]
    assert taken(store, done) is None and taken(store, elsewhere) is None
    assert taken(store, orphan).holder == me  # it goes on, as the same run
    assert len(store.runs()) == 3


def test_headway_counts_a_run_that_is_under_way_by_its_steps(store: Store, me: Process) -> None:
    specs = COMPARED.laid_out().specs
    clock = Clock(store, specs)
    ended(store, store.submit(specs[0]).id)
    half = store.submit(specs[1], holder=me)
    ended(store, store.submit(specs[2]).id, "failed")
    with store.database.writing() as db:
        db.execute("UPDATE runs SET step = 20, steps = 40 WHERE id = ?", (half.id,))
    now = progress(specs, store.runs())
    assert (now.done, now.failed, now.under_way, now.all) == (1, 1, 1, 4)
    assert now.share == pytest.approx((1 + 1 + 0.5) / 4) and not now.over
    assert clock.progress().share == now.share


def test_a_comparison_in_the_queue_waits_behind_everything_else(store: Store, me: Process) -> None:
    asked = queueing.start(store, COMPARED)
    later = store.submit(replace(asked.specs[0], seed=9))
    assert store.claim("cpu", me).id == later.id
    assert queueing.start(store, COMPARED).number == asked.number + 1
    assert len(store.runs()) == 5  # the same comparison again asks for nothing


def test_it_can_be_paused_gone_on_with_and_cancelled(store: Store, me: Process) -> None:
    asked = queueing.start(store, COMPARED)
    (found,) = queueing.all_asked(store)
    assert (found.number, found.specs) == (asked.number, asked.specs) and found.state(store) == "running"
    queueing.pause(store, found)
    assert found.state(store) == "paused" and store.claim("cpu", me) is None
    queueing.go_on(store, found)
    other = store.submit(replace(asked.specs[0], seed=9))
    assert store.claim("cpu", me).id == other.id  # it is as patient as before
    ended(store, other.id)
    first = store.claim("cpu", me)
    assert first is not None and found.state(store) == "running"
    queueing.pause(store, found)
    assert found.state(store) == "pausing"  # whoever trains has yet to obey
    queueing.cancel(store, found)
    assert found.state(store) == "stopping"
    ended(store, first.id)
    queueing.go_on(store, found)
    assert found.progress(store).left == pytest.approx(3 * 2.0)
    queueing.cancel(store, found)
    assert [run.id for run in found.runs(store)] == [first.id] and found.state(store) == "stopped"
    queueing.go_on(store, found)
    assert len(found.runs(store)) == 4
    for run in found.runs(store):
        ended(store, run.id)
    assert found.state(store) == "done" and found.progress(store).over
    queueing.forget(store, found)
    assert queueing.all_asked(store) == [] and len(store.runs()) == 5


def test_a_remembered_comparison_that_means_nothing_any_more_hides_no_other(store: Store) -> None:
    asked = queueing.start(store, COMPARED)
    (store.files / "comparisons" / "7.json").write_text('{"specs": [{"strategy": "dann"}]}')
    assert [each.number for each in queueing.all_asked(store)] == [asked.number]


@pytest.mark.slow
def test_what_is_trained_is_not_trained_again(tmp_path: Path) -> None:
    specs, heard = COMPARED.laid_out().specs, []
    assert sweep(tmp_path / "s", specs[:3], jobs=2, watch=heard.append)
    assert heard[-1].over and heard[-1].done == 3
    assert sweep(tmp_path / "s", specs, jobs=2)
    store = Store(tmp_path / "s")
    assert sorted((run.spec.strategy, run.spec.seed, run.status) for run in store.runs()) == [
        (strategy, seed, "finished") for strategy in ("dann", "source-only") for seed in (0, 1)
    ]
    store.close()


@pytest.mark.slow
def test_after_a_ctrl_c_the_same_command_goes_on_to_the_same_numbers(tmp_path: Path) -> None:
    options = ["--strategies", "dann", "--scenarios", "moons", "--seeds", "0,1", "--set", "steps=1200", "--jobs", "2"]
    command = [sys.executable, "-m", "tlcore.cli", "sweep", *options, "--json", "--store"]
    store = Store(tmp_path / "cut")
    process = subprocess.Popen([*command, str(store.path)], env=environment(), stdout=subprocess.PIPE, text=True)
    until(lambda: any(run.status == "running" and run.step > 100 for run in store.runs()))
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert all(run.holder is None for run in store.runs())
    assert any(run.status == "stopped" and run.step > 0 for run in store.runs())
    cut = subprocess.run([*command, str(store.path)], env=environment(), capture_output=True, text=True, check=True)
    whole = subprocess.run([*command, str(tmp_path / "whole")], env=environment(), capture_output=True, check=True)
    ours, theirs = (json.loads(told)["standings"] for told in (cut.stdout, whole.stdout))
    assert [each["target_accuracy"] for each in ours] == [each["target_accuracy"] for each in theirs]
    assert len(store.runs()) == 4
    store.close()
