"""The command line: one sentence for a mistake, one object for a program, a clean end on Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from scipy.stats import binomtest

from tlcore import catalogue
from tlcore.cli import cli
from tlcore.runs.processes import Process
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated

MOONS = ["--strategy", "source-only", "--scenario", "moons", "--device", "cpu", "--no-observe"]


def proportion(share, count):
    """Scipy's own Wilson interval."""
    interval = binomtest(round(share * count), count).proportion_ci(method="wilson")
    return interval.low, interval.high


def tlcore(*arguments):
    return CliRunner().invoke(cli, [str(each) for each in arguments])


@pytest.fixture
def store():
    opened = Store.default()
    yield opened
    opened.close()


@pytest.mark.parametrize("what", ["strategies", "scenarios", "backbones"])
def test_list_names_everything(what):
    known = getattr(catalogue, what)()
    lines = tlcore("list", what).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(known)
    told = json.loads(tlcore("list", what, "--json").stdout)
    assert [each["key"] for each in told] == list(known)


def test_list_loads_neither_torch_nor_numpy():
    code = (
        "import sys; from tlcore.cli import cli\n"
        "try: cli(['list', 'strategies'])\n"
        "finally: assert not {'torch', 'numpy', 'sqlite3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--strategy", "dan", "--scenario", "moons"], "There is no strategy 'dan': did you mean 'dann'"),
        (["run", "--strategy", "dann", "--scenario", "moon"], "did you mean 'moons'"),
        (["run", "--strategy", "dann"], "give --scenario KEY, or both --source and --target"),
        (["run", *MOONS, "--backbone", "small-cnn"], "'small-cnn' takes images"),
        (["run", *MOONS, "--shift", "500"], "'shift' should be from 0 to 180, but is 500"),
        (["run", *MOONS, "--steps", "0"], "'steps' should be"),
        (["run", *MOONS, "--validator", "density"], "sees no target image"),
        (["run", *MOONS, "--validator", "oracle"], "There is no validator 'oracle'"),
        (["run", *MOONS, "--steps", "many"], "'many' is not a valid integer"),
        (["run", *MOONS, "--seed", "-1"], "'seed' should be"),
        (["run", *MOONS, "--target-labels", "-1"], "'target_labels' should be"),
        (["run", *MOONS, "--target-labels", "many"], "takes a whole number or all, but got 'many'"),
        (["run", *MOONS, "--set", "lr"], "--set takes NAME=VALUE"),
        (["run", *MOONS, "--set", "lr=fast"], "'lr' should be a number, but is 'fast'"),
        (["run", *MOONS, "--set", "rate=1"], "no hyper-parameter or dial 'rate'"),
        (["run", *MOONS, "--device", "abacus"], "There is no device 'abacus'"),
        (["show", "7"], "There is no run '7'"),
        (["resume", "7"], "There is no run '7'"),
        (["stop", "7"], "There is no run '7'"),
        (["show", "seven"], "'seven' is not a valid integer"),
        (["list", "dogs"], "'dogs' is not one of"),
        (["sing"], "No such command 'sing'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(arguments, words):
    result = tlcore(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("command", [["run", *MOONS], ["show", "1"], ["resume", "1"], ["stop", "1"]])
def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path, command):
    diary = tmp_path / "diary.txt"
    diary.write_text("dear diary")
    result = tlcore(*command, "--store", diary)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "not a database" in result.stderr
    assert diary.read_text() == "dear diary"


def test_what_is_wrong_with_a_run_is_told_where_it_ends_and_where_it_is_shown(store):
    hot = ["--strategy", "linear-probe", "--scenario", "moons", "--device", "cpu", "--no-observe", "--seed", 0]
    hot += ["--steps", 80, "--set", "source_steps=60", "--set", "lr=10", "--set", "decay=0.5"]
    result = tlcore("run", *hot, "--json")
    assert result.exit_code == 1 and re.search(r"infinite|not-a-number", result.stderr)
    (alert,) = json.loads(result.stdout.splitlines()[-1])["alerts"]
    assert (alert["level"], alert["key"]) == ("error", "not-a-number") and alert["step"] == store.run(1).step
    over = store.submit(RunSpec("source-only", "moons"), holder=Process.me())
    store.record(over.id, [Evaluated(60 * k, {"source_accuracy": 0.9 if k < 9 else 0.6, "target_accuracy": 0.5})
                           for k in range(1, 20)])  # fmt: skip
    assert "  WARN, step 540: Source accuracy fell from 90 % to 60 %" in tlcore("show", over.id).stdout


def test_a_run_tells_one_object_on_its_last_line(store):
    result = tlcore("run", *MOONS, "--steps", 40, "--seed", 3, "--set", "lr=0.01", "--shift", 20, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout.splitlines()[-1])
    for key, value in {
        "run": 1,
        "status": "finished",
        "strategy": "source-only",
        "scenario": "moons",
        "backbone": "tiny-mlp",
        "seed": 3,
        "steps": 40,
        "shift": 20.0,
    }.items():
        assert told[key] == value
    assert told["hparams"]["lr"] == 0.01
    assert told["seconds"] > 0
    assert all(0 <= told["metrics"][f"{name}_accuracy"] <= 1 for name in ("source", "target"))
    assert store.run(1).status == "finished" and told["alerts"] == []
    assert re.search(r"40/40", result.stderr)
    assert tlcore("show", 1, "--json").stdout == result.stdout
    shown, target = tlcore("show", 1).stdout, told["metrics"]["target_accuracy"]
    low, high = (round(100 * each, 1) for each in proportion(target, 500))
    assert f"target accuracy {target:.1%} ({low}%–{high}%, 95 % Wilson interval, n = 500 held-out test" in shown
    assert f"kept: step {told['metrics']['kept_step']:.0f}, picked by source_validation: target accuracy" in shown
    again = tlcore("resume", 1)
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)
    assert "finished" in again.stderr
    assert tlcore("stop", 1).exit_code == 0


def test_a_waiting_run_is_stopped_and_resumed_here(store):
    run = store.submit(RunSpec("source-only", "moons", steps=30, device="cpu", observe=False))
    stopped = tlcore("stop", run.id, "--json")
    assert (stopped.exit_code, json.loads(stopped.stdout)["status"]) == (0, "stopped")
    resumed = tlcore("resume", run.id, "--json")
    assert (resumed.exit_code, json.loads(resumed.stdout.splitlines()[-1])["status"]) == (0, "finished")


def test_a_failed_run_is_a_sentence_an_object_and_exit_code_1(monkeypatch):
    from tlcore.runs import engine

    monkeypatch.setattr(engine, "build", lambda *args: {}["nothing"])
    result = tlcore("run", *MOONS, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["status"] == "failed"
    assert told["error"] in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def _process(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tlcore.cli", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path):
    place = tmp_path / "other.sqlite3"
    process = _process("run", *MOONS, "--steps", 1000, "--store", place, "--json")
    store = Store(place)
    deadline = time.monotonic() + 90
    while not (runs := store.runs()) or not runs[0].step:
        assert time.monotonic() < deadline
        if runs and runs[0].pace is None:
            store.ask(1, pace=100)  # so that it is still at work when the keys are pressed
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    told = json.loads(stdout.splitlines()[-1])
    assert (process.returncode, told["status"]) == (130, "stopped")
    assert f"tlcore resume 1 --store {place}" in stderr
    assert "Traceback" not in stderr
    assert 0 < told["step"] < 1000

    store.ask(1, pace=None)
    process = _process("resume", 1, "--store", place, "--json")
    stdout, stderr = process.communicate(timeout=60)
    told = json.loads(stdout.splitlines()[-1])
    assert (process.returncode, told["status"], told["step"]) == (0, "finished", 1000)
    steps = [each.step for each in store.events(1, kinds=["measured"])]
    assert steps == sorted(set(steps))
    assert steps[-1] == 1000
    store.close()
