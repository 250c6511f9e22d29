"""Each page in Streamlit's own harness: what it shows, and what its buttons do to the store."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard.app as server
from dashboard import visit, workers
from dashboard.chooser import PICKED
from dashboard.storing import store
from tests.dashboard.pages import checked, opened, press
from tlcore.runs.processes import Process
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Store:
    """The empty store of this test; changed experiments settle at once."""
    monkeypatch.setattr(visit, "SETTLED", 0.0)
    return store()


def begun(runs: Store, number: int) -> None:
    """As if a worker had taken the run and trained for a while."""
    with runs.database.writing() as db:
        db.execute("UPDATE runs SET status = 'running', step = 100 WHERE id = ?", (number,))


def said(app: AppTest) -> dict[str, str]:
    """The address bar; the harness keeps lists."""
    return {name: values[0] if isinstance(values, list) else values for name, values in app.query_params.items()}


def test_the_first_visit_starts_the_first_experiment_by_itself(runs: Store) -> None:
    app = opened()
    (run,) = runs.runs()
    assert (run.spec.strategy, run.spec.scenario, run.spec.shift, run.spec.seed) == ("dann", "moons", 35, 0)
    assert run.pace == pytest.approx(int(run.spec.hparams["steps"]) / 12)
    assert said(app) == {"d": "moons", "s": "dann", "run": str(run.id)}


def test_a_link_to_what_was_stopped_before_it_began_starts_it_anew(runs: Store) -> None:
    empty = runs.submit(RunSpec("source-only", "moons", seed=4))
    runs.ask(empty.id, want="stop")
    assert said(opened(d="moons", s="source-only", seed="4"))["run"] == str(empty.id + 1)


def test_a_later_visit_shows_the_last_experiment_and_starts_nothing(runs: Store) -> None:
    last = runs.submit(RunSpec("deep-coral", "blobs", shift=1.5))
    app = opened()
    assert said(app) == {"d": "blobs", "shift": "1.5", "s": "deep-coral", "run": str(last.id)}
    assert len(runs.runs()) == 1


def test_a_turned_dial_starts_a_run_whose_ghost_is_the_one_before(runs: Store) -> None:
    app = opened()
    begun(runs, 1)
    assert any("Turn it to 60°" in each.value for each in app.caption)
    checked(app.slider[0].set_value(60.0).run())
    new, old = runs.runs()
    assert new.spec.shift == 60
    assert old.want == "stop"
    assert (app.session_state["visit"].run, app.session_state["visit"].ghost) == (new.id, old.id)
    assert said(app)["shift"] == "60"
    assert not any("Turn it to 60°" in each.value for each in app.caption)


def test_a_run_that_never_began_leaves_nothing_behind(runs: Store) -> None:
    app = opened()
    begun(runs, 1)
    for shift in (40.0, 50.0, 60.0):
        checked(app.slider[0].set_value(shift).run())
    assert [run.spec.shift for run in runs.runs()] == [60, 35]
    assert app.session_state["visit"].ghost == 1


def test_a_stretched_run_of_somebody_else_hurries_when_another_waits(runs: Store) -> None:
    theirs = runs.submit(RunSpec("adda", "moons"))
    runs.ask(theirs.id, pace=50)
    opened(d="moons", s="dann")
    assert runs.run(theirs.id).pace is None
    assert runs.run(theirs.id).want == "run"


def test_real_images_wait_for_a_press(runs: Store) -> None:
    runs.submit(RunSpec("dann", "mnist-to-usps"))
    app = opened()
    checked(app.number_input(key="choice:seed").set_value(3).run())
    assert len(runs.runs()) == 1
    assert any(caption.value.startswith("A run here: ") for caption in app.caption)
    press(app, "Run")
    assert runs.runs()[0].spec.seed == 3


def test_weights_are_not_fetched_unasked(runs: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))  # a cache without them
    app = opened(d="handwritten-to-dark", s="dann")
    assert len(runs.runs()) == 1
    app.session_state[PICKED] = ("backbone", "resnet18")
    checked(app.run())
    assert len(runs.runs()) == 1
    assert any("its weights (45 MB) are fetched first" in caption.value for caption in app.caption)


def test_other_data_keeps_its_own_length_of_training(runs: Store) -> None:
    app = opened(d="moons", s="dann")
    app.session_state[PICKED] = ("scenario", "printed-to-handwritten")
    checked(app.run())
    assert "steps" not in said(app)


def test_a_pinned_run_stays_the_ghost(runs: Store) -> None:
    app = press(opened(), "Pin run")
    first = runs.runs()[0].id
    for seed in (1, 2):
        begun(runs, runs.runs()[0].id)
        checked(app.number_input(key="choice:seed").set_value(seed).run())
    assert app.session_state["visit"].ghost == first
    assert [run.spec.seed for run in runs.runs()] == [2, 1, 0]


def test_a_link_is_opened_as_it_says(runs: Store) -> None:
    app = opened(d="blobs", shift="1.2", s="deep-coral", align="30")
    assert runs.runs()[0].spec.hparams["align"] == 30
    assert app.slider[0].value == 1.2


def test_a_link_with_unknown_settings_says_so_and_shows_the_rest(runs: Store) -> None:
    app = opened(d="moons", shift="60", wobble="1", seed="many")
    assert app.warning[0].value == "Two settings in this link are unknown and were ignored: seed=many, wobble."
    assert runs.runs()[0].spec.shift == 60
    app = press(app, "Close")
    assert not app.warning


def test_a_control_that_was_moved_before_the_new_address_arrived_is_not_moved_back(runs: Store) -> None:
    app = opened(d="moons", s="dann")
    old = said(app)
    checked(app.slider[0].set_value(60.0).run())
    for name in list(app.query_params):
        del app.query_params[name]
    app.query_params.update(old)
    checked(app.slider[0].set_value(61.0).run())
    assert app.slider[0].value == 61
    assert runs.runs()[0].spec.shift == 61


def test_going_back_to_an_older_address_shows_it_again(runs: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(d="moons", s="dann")
    old = said(app)
    checked(app.slider[0].set_value(60.0).run())
    monkeypatch.setattr(visit, "ECHO", 0.0)
    for name in list(app.query_params):
        del app.query_params[name]
    app.query_params.update(old)
    checked(app.run())
    assert app.slider[0].value == 35


def test_the_number_of_a_run_on_another_machine_does_not_open_a_foreign_run(runs: Store) -> None:
    other = runs.submit(RunSpec("dann", "blobs"))
    app = opened(d="moons", s="dann", run=str(other.id))
    assert app.session_state["visit"].run != other.id


def test_python_and_command_line_are_there_to_copy(runs: Store) -> None:
    app = opened(d="moons", shift="60", s="dann", strength="1", seed="3")
    shown = [block.value for block in app.code]
    assert any(
        "tlcore run --strategy dann --scenario moons --shift 60 --seed 3 --set strength=1" in each for each in shown
    )
    assert any(each.endswith("?d=moons&shift=60&s=dann&strength=1&seed=3") for each in shown)


@pytest.mark.parametrize("page", ["", "views/runs.py"])
def test_a_store_that_is_no_store_is_a_sentence(page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "letter.txt"
    broken.write_text("Dear reader, " * 500)
    monkeypatch.setenv("TLCORE_STORE", str(broken))
    app = opened(page)
    assert len(app.error) == 1
    assert "Traceback" not in app.error[0].value
    assert broken.read_text().startswith("Dear reader")


def test_a_mistake_of_ours_is_a_calm_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(server.st, "error", shown.append)
    assert server.calmly(ZeroDivisionError("in the middle of a page"))
    assert "Nothing is lost" in shown[0]
    assert "in the middle of a page" not in shown[0]
    assert "in the middle of a page" in caplog.text


def test_workers_that_do_not_start_are_told_on_the_page(runs: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "trouble", lambda: "The worker for cpu ends right after its start.")
    assert opened().error[0].value == "The worker for cpu ends right after its start."


def test_no_runs_yet_says_how_to_begin(runs: Store) -> None:
    app = opened("views/runs.py")
    assert app.subheader[0].value == "No runs yet"


def test_the_table_tells_every_run_and_only_settings_that_differ(runs: Store) -> None:
    for shift in (35, 60):
        run = runs.submit(RunSpec("dann", "moons", shift=shift, hparams={"lr": 0.01}))
        runs.record(run.id, [Evaluated(k, {"source_accuracy": 1.0, "target_accuracy": k / 10}) for k in range(5)])
    table = opened("views/runs.py").dataframe[0].value
    assert list(table["Run"]) == [2, 1]
    assert list(table["Settings"]) == ["shift 60", ""]
    assert list(table["Target curve"][0]) == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_the_filter_keeps_runs_with_all_its_words(runs: Store) -> None:
    for strategy, seed in (("dann", 1), ("dann", 2), ("adda", 2)):
        runs.submit(RunSpec(strategy, "moons", seed=seed))
    app = opened("views/runs.py")
    checked(app.text_input(key="filter").set_value("dann seed=2").run())
    assert list(app.dataframe[0].value["Run"]) == [2]
    checked(app.text_input(key="filter").set_value("nothing like it").run())
    assert "None of the 3 runs" in app.info[0].value


def test_a_waiting_run_can_be_stopped_and_resumed(runs: Store) -> None:
    run = runs.submit(RunSpec("dann", "moons"))
    app = press(opened("views/runs.py"), "Stop")
    assert runs.run(run.id).status == "stopped"
    press(app, "Resume from step 0")
    assert runs.run(run.id).status == "queued"


def test_what_is_wrong_with_a_run_stands_beside_what_can_be_done_with_it(runs: Store) -> None:
    run = runs.submit(RunSpec("source-only", "moons"), holder=Process.me())
    fell = [Evaluated(60 * k, {"source_accuracy": 0.9 - 0.3 * (k > 8), "target_accuracy": 0.5}) for k in range(1, 20)]
    assert not [each for each in opened("views/runs.py").markdown if "WARN" in each.value]
    runs.record(run.id, fell)
    (alert,) = [each for each in opened("views/runs.py").markdown if "WARN" in each.value]
    assert "WARN, step 540: Source accuracy fell from 90 % to 60 %" in alert.value
    assert "three evaluations in a row" in alert.help


def test_a_run_is_reproduced_with_the_same_settings(runs: Store) -> None:
    first = runs.submit(RunSpec("dann", "moons", shift=50, seed=9))
    press(opened("views/runs.py"), "Reproduce")
    again = runs.runs()[0]
    assert (again.parent, again.spec) == (first.id, first.spec)


def test_deleting_asks_first(runs: Store) -> None:
    run = runs.submit(RunSpec("dann", "moons"))
    app = opened("views/runs.py")
    assert any("cannot be undone" in each.value for each in app.markdown)
    press(app, f"Delete run {run.id}")
    assert runs.runs() == []


def test_a_run_in_training_is_not_deleted(runs: Store) -> None:
    run = runs.submit(RunSpec("dann", "moons"), holder=Process.me())
    app = press(opened("views/runs.py"), f"Delete run {run.id}")
    assert "stop it before" in app.warning[0].value
    assert len(runs.runs()) == 1


def test_a_run_is_opened_on_the_stage(runs: Store) -> None:
    run = runs.submit(RunSpec("mmd", "blobs", seed=2))
    app = press(opened("views/runs.py"), "Open")
    assert app.session_state["visit"].run == run.id
    assert app.number_input(key="choice:seed").value == 2
