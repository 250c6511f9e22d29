"""What is taken away of a run says what the run says, and nothing is given away that does not."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

import tlcore
from tests.dashboard.test_sharing import ALL, short
from tlcore.cli import cli
from tlcore.errors import CheckpointError, RequestError, UnknownKey
from tlcore.intervals import wilson
from tlcore.runs.engine import execute
from tlcore.runs.exporting import card, formats, logs, model, onnx_file, tables
from tlcore.runs.exporting.about import held_out
from tlcore.runs.exporting.formats import export
from tlcore.runs.processes import Process
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.steering import Control
from tlcore.runs.store import Store
from tlcore.runs.trained import trained
from tlcore.training.bystander import untouched

SEVERAL = ("dann", "mcd")  # its network alone, and a layer of its own beside it
LEARNS_ON = ("anil", "maml", "reptile")  # while they answer


def finished(store: Store, spec: RunSpec) -> Run:
    run = store.submit(replace(spec, device="cpu"), holder=Process.me())
    execute(store, run.id, Control())
    run = store.run(run.id)
    assert (run.status, run.error) == ("finished", None)
    return run


def answers(found: Any, inputs: torch.Tensor) -> torch.Tensor:
    with untouched(found.strategy):
        return found.strategy.predict(inputs)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store with one finished run of DANN on points."""
    store = Store(tmp_path_factory.mktemp("made") / "runs.sqlite3")
    yield store, finished(store, RunSpec("dann", "moons", hparams={"steps": 40}, seed=1))
    store.close()


def comes_back(store: Store, run: Run, folder: Path) -> None:
    found = trained(store, run.id)
    path = export(store, run.id, "safetensors", out=folder / "model.safetensors")
    copy = tlcore.load_model(path)
    inputs = torch.cat([found.built.prepared.exam.target.inputs, found.built.prepared.exam.source.inputs])
    assert torch.equal(copy(inputs), answers(found, inputs))
    assert len(copy.classes) == copy(inputs[:2]).shape[1]
    assert copy.about["metrics"] == run.metrics


@pytest.mark.parametrize("key", SEVERAL)
def test_the_model_comes_back_bit_for_bit(key: str, store: Store, tmp_path: Path) -> None:
    comes_back(store, finished(store, replace(short(key), observe=False)), tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("few_episodes")
@pytest.mark.parametrize("key", ALL)
def test_the_model_of_every_strategy_comes_back_as_safetensors_and_onnx(key: str, store: Store, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    run = finished(store, replace(short(key), observe=False))
    comes_back(store, run, tmp_path)
    if key in LEARNS_ON:
        with pytest.raises(CheckpointError, match=f"'{key}' cannot be written as ONNX"):
            export(store, run.id, "onnx", out=tmp_path / "model.onnx")
        return
    found = trained(store, run.id)
    content = export(store, run.id, "onnx", out=tmp_path / "model.onnx").read_bytes()
    inputs = found.built.prepared.exam.target.inputs[:37]
    theirs = onnx_file.ask(content, inputs.numpy())
    np.testing.assert_allclose(theirs, answers(found, inputs).numpy(), rtol=1e-3, atol=1e-3)


def test_a_model_says_what_it_is(made: Any, tmp_path: Path) -> None:
    store, run = made
    copy = tlcore.load_model(export(store, run.id, "safetensors", out=tmp_path / "m.safetensors"))
    assert copy.about["spec"]["strategy"] == "dann"
    assert copy.about["spec"]["hparams"]["steps"] == copy.about["step"] == 40
    assert copy.about["versions"]["torch"] == str(torch.__version__)
    assert not copy.training
    assert not any(each.requires_grad for each in copy.parameters())
    inputs = trained(store, run.id).built.prepared.exam.source.inputs[:5]
    assert copy.named(inputs) == [copy.classes[k] for k in copy(inputs).argmax(1)]
    with pytest.raises(CheckpointError, match=r"shape \(N, 2\), but got \(5, 3\)"):
        copy(torch.zeros(5, 3))


def test_a_file_that_is_no_model_gets_a_sentence(made: Any, tmp_path: Path) -> None:
    store, run = made
    with pytest.raises(CheckpointError, match="cannot be read"):
        tlcore.load_model(tmp_path / "none.safetensors")
    good = export(store, run.id, "safetensors", out=tmp_path / "m.safetensors")
    content = good.read_bytes()
    bad = tmp_path / "bad.safetensors"
    for damaged in (b"", b"x" * 100, content[: len(content) // 2]):
        bad.write_bytes(damaged)
        with pytest.raises(CheckpointError, match="truncated or damaged"):
            tlcore.load_model(bad)
    save_file(load_file(good), bad)
    with pytest.raises(CheckpointError, match="is no model that `tlcore export RUN`"):
        tlcore.load_model(bad)
    about = {"spec": {"strategy": "dann", "scenario": "moons"}, "input": {"shape": [2]}}
    for told in ("{", "[]", "{}", json.dumps(about)):
        save_file(load_file(good), bad, {"format": model.FORMAT, "about": told})
        with pytest.raises(CheckpointError):
            tlcore.load_model(bad)


def test_a_file_cannot_name_what_is_no_part_of_a_strategy() -> None:
    from tlcore.runs.exporting.state import restored

    for kind in ("os:system", "tlcore.strategies.eszsl:torch", "tlcore.strategies.base.x:y", "subprocess:Popen"):
        with pytest.raises(ValueError, match="no part of a strategy"):
            restored({"is": kind, "of": []}, {})


def test_what_a_file_cannot_hold_is_refused(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store, run = made
    found = trained(store, run.id)
    found.strategy.twist = torch.nn.Tanh()  # type: ignore[attr-defined]
    kind = type(found.strategy)
    monkeypatch.setattr(kind, "predict", lambda self, inputs: self.twist(self.network(inputs)))
    with pytest.raises(CheckpointError, match=r"a Tanh of its own \('strategy.twist'\)"):
        model.serialise(found)


def test_a_copy_that_answers_differently_is_not_given_away(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store, run = made
    found = trained(store, run.id)
    answer = type(found.strategy).predict
    monkeypatch.setattr(
        type(found.strategy), "predict",
        lambda self, inputs: answer(self, inputs) + (1e-3 if self is found.strategy else 0),
    )  # fmt: skip
    with pytest.raises(CheckpointError, match="read back, it answers held-out inputs differently"):
        model.serialise(found)


def test_onnx_answers_the_same_within_what_is_promised(made: Any, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    store, run = made
    found = trained(store, run.id)
    path = export(store, run.id, "onnx", out=tmp_path / "m.onnx")
    inputs = torch.cat([found.built.prepared.exam.target.inputs, found.built.prepared.exam.source.inputs])
    for few in (inputs, inputs[:1]):
        np.testing.assert_allclose(
            onnx_file.ask(path.read_bytes(), few.numpy()), answers(found, few).numpy(), rtol=1e-4, atol=1e-4
        )
    props = {each.key: each.value for each in onnx.load(path).metadata_props}
    assert json.loads(props["about"])["spec"]["strategy"] == "dann"


def test_onnx_that_is_off_is_refused(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    store, run = made
    found = trained(store, run.id)
    ask = onnx_file.ask
    size = float(answers(found, held_out(found)).abs().max())
    monkeypatch.setattr(onnx_file, "ask", lambda *given: ask(*given) + 3e-4 * max(1.0, size))
    with pytest.raises(CheckpointError, match=r"off by 3.0e-04 of the largest logit .* and 1e-04 is allowed"):
        onnx_file.serialise(found)


def test_without_the_extra_a_sentence_says_what_to_install(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store, run = made
    for name in ("onnxruntime", "mlflow", "tensorboard"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(RequestError, match=r'pip install "transfer-lab\[onnx\]"'):
        export(store, run.id, "onnx")
    for kind in ("mlflow", "tensorboard"):
        with pytest.raises(RequestError, match=rf'pip install "transfer-lab\[{kind}\]"'):
            export(store, run.id, kind)


def test_the_card_tells_what_was_measured_and_how_sure(made: Any) -> None:
    store, run = made
    found = trained(store, run.id)
    text = card.written(store, found)
    count = len(found.built.prepared.exam.target)
    share = wilson(run.metrics["target_accuracy"], count)
    assert f"| target accuracy ⚑ | {share.value:.4f} | {share.low:.4f} to {share.high:.4f} | {count} |" in text
    assert "One seed (1)." in text
    for words in ("DANN", found.strategy.card.source, "| steps | `40` |", 'tlcore.load_model("run-', "nobody has"):
        assert words in text
    other = finished(store, RunSpec("dann", "moons", hparams={"steps": 40}, seed=2))
    both = card.written(store, found)
    mean = (run.metrics["target_accuracy"] + other.metrics["target_accuracy"]) / 2
    assert f"Over 2 seeds (1, 2) of this experiment, target accuracy ⚑ is {mean:.4f} on average" in both
    store.delete(other.id)


def test_tables_hold_every_number(made: Any) -> None:
    import pyarrow.parquet as pq

    store, run = made
    columns = tables.table(store, run.id)
    rows = list(csv.DictReader(io.StringIO(tables.as_csv(columns).decode())))
    assert int(rows[-1]["step"]) == 40
    assert float(rows[-1]["target_accuracy"]) == run.metrics["target_accuracy"]
    assert rows[1]["target_accuracy"] == "" or rows[1]["classification"] != ""
    assert "gap_judge" in rows[0]
    read = pq.read_table(io.BytesIO(tables.as_parquet(columns))).to_pydict()
    assert read["step"] == [int(each["step"]) for each in rows]
    for name in columns:
        assert [None if each[name] == "" else float(each[name]) for each in rows] == [
            None if value is None else float(value) for value in read[name]
        ]


def test_what_cannot_be_exported_says_so(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UnknownKey, match="no run '5'"):
        export(store, 5, "safetensors")
    run = store.submit(RunSpec("dann", "moons", device="cpu"))
    with pytest.raises(CheckpointError, match="has no checkpoint"):
        export(store, run.id, "safetensors")
    with pytest.raises(UnknownKey, match="no format 'safetensor': did you mean 'safetensors'"):
        export(store, run.id, "safetensor")
    with pytest.raises(RequestError, match="cannot be written"):
        export(store, run.id, "csv", out=tmp_path)
    assert {"safetensors", "onnx", "card", "csv", "parquet", "toml", "mlflow", "tensorboard"} <= set(formats.names())


def told(store: Store, run: Run) -> dict[str, dict[int, float]]:
    series: dict[str, dict[int, float]] = {}
    for _, step, values in tables.numbers(store, run.id):
        for name, value in values.items():
            series.setdefault(name, {}).setdefault(step, value)
    return series


def test_tensorboard_reads_what_the_run_told(made: Any, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    store, run = made
    export(store, run.id, "tensorboard", out=tmp_path)
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (folder,) = tmp_path.iterdir()
    read = EventAccumulator(str(folder), {"scalars": 0}).Reload()
    for name, values in told(store, run).items():
        assert {each.step: each.value for each in read.Scalars(name)} == pytest.approx(values, rel=1e-6)


@pytest.mark.slow  # MLflow takes seconds to load
def test_mlflow_reads_what_the_run_told(made: Any, tmp_path: Path) -> None:
    pytest.importorskip("mlflow")
    store, run = made
    export(store, run.id, "mlflow", out=tmp_path)
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tmp_path.as_uri())
    (found,) = client.search_runs([client.get_experiment_by_name("transfer-lab").experiment_id])
    assert found.info.status == "FINISHED"
    assert found.data.params["strategy"] == "dann"
    assert found.data.params["seed"] == "1"
    for name, values in told(store, run).items():
        assert {each.step: each.value for each in client.get_metric_history(found.info.run_id, name)} == values


class Listening(logs.Log):
    def __init__(self, folder: Path, run: Run) -> None:
        self.heard: list[tuple[int, str]] = []
        ALL_LISTENING.append(self)

    def tell(self, step: int, values: Any) -> None:
        self.heard += [(step, name) for name in values]

    def end(self, run: Run) -> None:
        self.status = run.status


ALL_LISTENING: list[Listening] = []


def test_a_run_is_logged_while_it_goes_on_and_every_number_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ALL_LISTENING.clear()
    monkeypatch.setattr(logs, "KINDS", {"listening": Listening})
    monkeypatch.setattr(logs, "APART", 0.02)
    run = store.submit(RunSpec("source-only", "moons", steps=60, device="cpu", observe=False), holder=Process.me())
    with logs.logging(store, run.id, [("listening", tmp_path)]):
        execute(store, run.id, Control())
    (log,) = ALL_LISTENING
    assert log.status == "finished"
    assert len(set(log.heard)) == len(log.heard)
    assert set(log.heard) == {(step, name) for name, values in told(store, run).items() for step in values}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tensorboard", "KIND:FOLDER"),
        ("tensorboard:", "KIND:FOLDER"),
        ("wandb:x", "There is no log 'wandb'"),
        (f"tensorboard:{__file__}", "cannot be a folder of logs"),
    ],
)
def test_a_log_that_is_none_gets_a_sentence(text: str, words: str) -> None:
    pytest.importorskip("tensorboard")
    with pytest.raises(RequestError, match=words):
        logs.parse(text)


def test_the_command_says_where_it_lies(made: Any, tmp_path: Path) -> None:
    store, run = made
    out = tmp_path / "sub" / "card.md"
    words = ["export", str(run.id), "--store", str(store.path), "--out", str(out)]
    done = CliRunner().invoke(cli, [*words, "--format", "card"])
    assert (done.exit_code, done.stdout.strip()) == (0, str(out))
    assert f"Run {run.id} as card" in done.stderr
    assert out.read_text().startswith("# DANN on")
    done = CliRunner().invoke(cli, [*words, "--format", "pickle"])
    assert done.exit_code == 2
    assert "There is no format 'pickle'" in done.stderr


def test_run_logs_where_it_is_told_to(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    words = ["run", "--strategy", "source-only", "--scenario", "moons", "--steps", "5", "--device", "cpu"]
    place = ["--store", str(tmp_path / "runs.sqlite3"), "--log", f"tensorboard:{tmp_path / 'logs'}"]
    done = CliRunner().invoke(cli, [*words, *place])
    assert done.exit_code == 0, done.output
    assert [each.name for each in (tmp_path / "logs").iterdir()] == ["run-1-source-only-moons"]
