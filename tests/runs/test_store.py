"""Runs, their events, and every change of state that a person can ask for."""

import multiprocessing
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.runs.conftest import SMALL
from tlcore.errors import RequestError, UnknownKey
from tlcore.runs.hold import Hold, Lost
from tlcore.runs.processes import Process
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated, Measured


def measured(*steps):
    return [Measured(step, {"loss": 1 / step}) for step in steps]


def status(store, id):
    return store.run(id).status


def held(store, me, status="running"):
    """A run that this process trains, or holds in a pause."""
    run = store.submit(SMALL, holder=me)
    hold = Hold(store, run)
    hold.begin(60)
    if status == "paused":
        store.ask(run.id, want="pause")
        assert hold.pause()
    return hold


def test_a_submitted_run_waits_with_everything_decided(store):
    run = store.submit(SMALL)
    assert (run.status, run.want, run.device, run.holder) == ("queued", "run", "cpu", None)
    assert run.spec.backbone == "tiny-mlp" and run.spec.shift == 35 and run.spec.hparams["steps"] == 60
    assert store.runs() == [run]


def test_the_newest_run_comes_first_and_numbers_are_never_reused(store):
    first, second = store.submit(SMALL).id, store.submit(SMALL).id
    assert [run.id for run in store.runs()] == [second, first]
    store.delete(second)
    assert store.submit(SMALL).id > second


def test_events_are_numbered_without_a_gap_and_read_from_anywhere(store):
    id = store.submit(SMALL).id
    assert store.record(id, measured(1, 2)) == 2
    assert store.record(id, [Evaluated(3, {"target_accuracy": 0.5})]) == 3
    assert [(each.seq, each.step, each.kind) for each in store.events(id)] == [
        (1, 1, "measured"),
        (2, 2, "measured"),
        (3, 3, "evaluated"),
    ]
    assert [each.seq for each in store.events(id, 2)] == [3] and store.events(id, 3) == []
    assert [each.seq for each in store.events(id, kinds=["measured"])] == [1, 2]
    assert store.events(id)[2].event == Evaluated(3, {"target_accuracy": 0.5})


def test_rewinding_takes_back_later_events_and_says_so(store):
    id = store.submit(SMALL).id
    store.record(id, measured(1, 2, 3))
    store.rewind(id, 3)
    assert store.run(id).rewinds == 0
    store.rewind(id, 1)
    assert store.run(id).rewinds == 1 and store.record(id, measured(2)) == 2


def test_the_queue_is_first_in_first_out_and_the_device_takes_one_at_a_time(store, me):
    first, second = store.submit(SMALL).id, store.submit(SMALL).id
    claimed = store.claim("cpu", me)
    assert claimed.id == first and claimed.status == "starting" and claimed.holder == me
    assert store.claim("cpu", me) is None and store.waiting("cpu")
    Hold(store, claimed).end("finished")
    assert store.claim("cpu", me).id == second and not store.waiting("cpu")


def test_a_run_for_another_device_is_left_alone(store, me):
    store.submit(SMALL)
    assert store.claim("cuda", me) is None


def test_a_resumed_run_goes_to_the_end_of_the_queue(store, me):
    first, second = store.submit(SMALL).id, store.submit(SMALL).id
    store.ask(first, want="stop")
    store.resume(first)
    assert store.claim("cpu", me).id == second


def _claim(path, barrier, results):
    store = Store(path)
    barrier.wait()
    results.put([store.claim("cpu", Process.me()) is not None for _ in range(20)])
    store.close()


def test_of_two_processes_that_claim_one_run_exactly_one_wins(store):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    store.submit(SMALL)
    both = [context.Process(target=_claim, args=(store.path, barrier, results)) for _ in range(2)]
    for each in both:
        each.start()
    won = [sum(results.get(timeout=60)) for _ in both]
    for each in both:
        each.join()
    assert sorted(won) == [0, 1]


def test_many_threads_share_a_store(store):
    id = store.submit(SMALL).id
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda step: store.record(id, measured(step)), range(1, 81)))
    assert sorted(numbers) == list(range(1, 81)) == [each.seq for each in store.events(id)]


def test_whoever_reads_cannot_write(store):
    with pytest.raises(Exception, match="may not be written"), store.database.reading() as db:
        db.execute("DELETE FROM runs")


def test_a_failed_transaction_leaves_nothing_behind(store):
    def write():
        with store.database.writing() as db:
            db.execute("INSERT INTO workers VALUES ('cpu', 1, 1.0, 0, 0.0)")
            raise KeyError

    with pytest.raises(KeyError):
        write()
    with store.database.reading() as db:
        assert db.execute("SELECT count(*) FROM workers").fetchone()[0] == 0


def test_a_waiting_run_obeys_at_once(store):
    id = store.submit(SMALL).id
    assert store.ask(id, want="pause").status == "paused"
    assert store.ask(id, want="run").status == "queued"
    assert store.ask(id, want="stop").status == "stopped"
    assert store.resume(id).status == "queued"


def test_a_running_run_is_only_asked(store, me):
    hold = held(store, me)
    assert store.ask(hold.id, want="pause").status == "running" and hold.look().want == "pause"
    assert store.ask(hold.id, want="run").status == "running" and hold.look().want == "run"
    assert store.ask(hold.id, want="stop").status == "running" and hold.look().want == "stop"


def test_pace_is_set_and_lifted_without_touching_anything_else(store, me):
    hold = held(store, me)
    before = store.run(hold.id)
    assert store.ask(hold.id, pace=5.0).pace == 5.0
    assert store.ask(hold.id, want="run").pace == 5.0
    after = store.ask(hold.id, pace=None)
    assert (after.pace, after.want, after.status) == (None, before.want, before.status)


def test_a_budget_wakes_a_paused_run_and_is_spent_step_by_step(store, me):
    hold = held(store, me, "paused")
    assert store.ask(hold.id, budget=2).want == "run"
    assert hold.go_on() and not hold.pause()
    hold.spend(1)
    assert hold.look().budget == 1 and not hold.pause()
    hold.spend(1)
    assert hold.look().budget == 0 and hold.pause()
    assert (hold.look().want, hold.look().budget) == ("pause", None)


def test_play_lifts_a_budget(store, me):
    hold = held(store, me)
    store.ask(hold.id, budget=3)
    store.ask(hold.id, want="run")
    hold.spend(1)
    assert hold.look().budget is None and not hold.pause()


def test_a_pause_that_was_taken_back_in_time_does_not_happen(store, me):
    hold = held(store, me)
    store.ask(hold.id, want="pause")
    store.ask(hold.id, want="run")
    assert not hold.pause() and status(store, hold.id) == "running"


def test_a_paused_run_that_is_held_goes_on_where_it_is(store, me):
    hold = held(store, me, "paused")
    assert store.resume(hold.id).status == "paused" and hold.go_on() and status(store, hold.id) == "running"


def test_a_paused_run_is_let_go_only_for_another_one_and_never_against_a_wish(store, me):
    hold = held(store, me, "paused")
    assert not hold.let_go(only_if_others_wait=True)
    other = store.submit(SMALL).id
    store.resume(hold.id)
    assert not hold.let_go(only_if_others_wait=True)
    store.ask(hold.id, want="pause")
    assert hold.let_go(only_if_others_wait=True)
    assert store.run(hold.id).holder is None and status(store, hold.id) == "paused"
    assert store.resume(hold.id).status == "queued" and store.claim("cpu", me).id == other


def test_a_paused_run_whose_process_is_gone_is_queued_again(store, gone):
    hold = held(store, gone, "paused")
    assert store.resume(hold.id).status == "queued"


def test_a_hold_is_lost_when_another_process_takes_the_run(store, me, gone):
    hold = held(store, gone, "paused")
    store.take(hold.id, me)
    for write in (hold.look, hold.beat, hold.pause, hold.go_on, lambda: hold.record([], step=1, seconds=1.0)):
        with pytest.raises(Lost):
            write()
    assert status(store, hold.id) == "starting" and store.run(hold.id).holder == me


def test_a_hold_is_lost_when_the_run_is_deleted(store, me):
    hold = held(store, me, "paused")
    store.delete(hold.id)
    with pytest.raises(Lost):
        hold.record(measured(1), step=1, seconds=0.0)


def test_a_training_run_cannot_be_taken_or_deleted(store, me):
    hold = held(store, me)
    with pytest.raises(RequestError, match="already training"):
        store.take(hold.id, me)
    with pytest.raises(RequestError, match="stop it before"):
        store.delete(hold.id)


def test_deleting_takes_events_and_files_along(store):
    id = store.submit(SMALL).id
    store.record(id, measured(1))
    store.folder(id).mkdir(parents=True)
    (store.folder(id) / "checkpoint.pt").write_bytes(b"x")
    store.delete(id)
    assert not store.folder(id).exists() and store.events(id) == []
    with pytest.raises(UnknownKey, match="no run '1'"):
        store.run(id)


def test_a_finished_run_stays_finished(store, me):
    hold = held(store, me)
    hold.end("finished")
    assert store.ask(hold.id, want="stop").status == "finished"
    with pytest.raises(RequestError, match="finished"):
        store.resume(hold.id)
    with pytest.raises(RequestError, match="finished"):
        store.take(hold.id, me)


def test_progress_events_and_numbers_are_one_write(store, me):
    hold = held(store, me)
    assert hold.record(measured(1, 2), step=2, seconds=0.5, metrics={"target_accuracy": 0.25}) == 2
    run = store.run(hold.id)
    assert (run.step, run.seconds, run.metrics) == (2, 0.5, {"target_accuracy": 0.25})
    assert run.left == pytest.approx(0.25 * 58)
    assert hold.record(measured(2), step=2, seconds=0.6, after=1) == 2
    assert store.run(hold.id).rewinds == 1 and store.run(hold.id).metrics == {"target_accuracy": 0.25}


def test_one_unreadable_run_does_not_hide_the_others(store):
    broken, good = store.submit(SMALL).id, store.submit(SMALL).id
    for spec in ("not json", "[]", '{"strategy": 3}', '{"strategy": "dann", "scenario": "moons", "later": 1}'):
        with store.database.writing() as db:
            db.execute("UPDATE runs SET spec = ?, metrics = ? WHERE id = ?", (spec, spec, broken))
        assert [run.id for run in store.runs()] == [good, broken]
        assert "cannot be read" in store.run(broken).error
    store.delete(broken)


def test_the_default_store_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCORE_STORE", str(tmp_path / "deep" / "down" / "mine.sqlite3"))
    store = Store.default()
    store.close()
    assert (tmp_path / "deep" / "down" / "mine.sqlite3").exists()


def test_the_store_loads_no_torch():
    import subprocess

    code = "import tlcore.runs.supervisor, tlcore.runs.store, tlcore.cli, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_writing_while_another_connection_reads_does_not_wait(store):
    id = store.submit(SMALL).id
    with store.database.reading() as db:
        rows = db.execute("SELECT * FROM runs")
        rows.fetchone()
        store.record(id, measured(1))
    assert store.last_seq(id) == 1
    assert sqlite3.connect(store.path).execute("PRAGMA journal_mode").fetchone() == ("wal",)
