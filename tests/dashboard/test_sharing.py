"""What is copied from the page gives the page's numbers."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard import links
from dashboard.choices import home
from dashboard.sharing import command_line, config, script
from tlcore import catalogue
from tlcore.cli import cli
from tlcore.runs.processes import Process
from tlcore.runs.spec import ALL_LABELS, RunSpec
from tlcore.runs.store import Store

FEW = {"steps": 6, "passes": 1, "rounds": 2}  # of whatever a strategy counts
QUICK = ("adabn", "coral", "fine-tune", "tent")
ALL = sorted(catalogue.strategies())

SPECS = [
    RunSpec("dann", "moons", shift=60, seed=3, hparams={"strength": 1.0, "steps": 30}),
    RunSpec(
        "fine-tune", "blobs", settings={"proportion": 80}, target_labels=2, hparams={"steps": 8, "source_steps": 9}
    ),
]


def short(key: str) -> RunSpec:
    """A strategy on its own data, for some steps."""
    described = catalogue.strategy(key)["hparams"]
    few = {each["name"]: FEW[kind] for each in described for kind in FEW if each["name"].endswith(kind)}
    return replace(home(key), seed=2, device="cpu", hparams=few)


def trained(spec: RunSpec, tmp_path: Path) -> dict[str, float]:
    """The numbers at the end of a run, as a worker tells them."""
    from tlcore.runs.engine import execute
    from tlcore.runs.steering import Control

    store = Store(tmp_path / "runs.sqlite3")
    run = store.submit(spec, holder=Process.me())
    execute(store, run.id, Control())
    run = store.run(run.id)
    assert (run.status, run.error) == ("finished", None)
    return dict(run.metrics)


def copied(text: str) -> dict[str, float]:
    names: dict[str, Any] = {}
    exec(compile(text, "copied.py", "exec"), names)
    final: dict[str, float] = names["final"]
    return final


def agrees(spec: RunSpec, tmp_path: Path) -> None:
    told = trained(spec, tmp_path)
    final = copied(script(spec))
    assert final
    assert final == {name: told[name] for name in final}


@pytest.mark.parametrize("key", QUICK)
def test_the_script_ends_at_the_numbers_of_the_run(key: str, tmp_path: Path) -> None:
    agrees(short(key), tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("few_episodes")
@pytest.mark.parametrize("key", [key for key in ALL if key not in QUICK])
def test_the_script_of_every_other_strategy_ends_at_the_numbers_of_its_run(key: str, tmp_path: Path) -> None:
    agrees(short(key), tmp_path)


def test_a_script_with_another_choice_ends_elsewhere(tmp_path: Path) -> None:
    spec = short("dann")
    assert copied(script(replace(spec, seed=spec.seed + 1))) != copied(script(spec))


@pytest.mark.parametrize("key", ALL)
def test_every_script_is_whole_and_short(key: str) -> None:
    text = script(home(key))
    assert 20 <= len(text.splitlines()) <= 40
    assert max(map(len, text.splitlines())) <= 120
    for name, value in home(key).completed().hparams.items():
        assert f'"{name}": {json.dumps(value) if isinstance(value, str) else value}' in text


@pytest.mark.parametrize("spec", SPECS)
def test_script_command_line_and_file_give_the_same_numbers(
    spec: RunSpec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    final = copied(script(spec))
    assert capsys.readouterr().out.strip().splitlines()[-1].endswith(f": {final}")
    file = tmp_path / "run.toml"
    file.write_text(config(spec), encoding="utf-8")
    for words in (shlex.split(command_line(spec))[1:], ["run", "--config", str(file)]):
        with pytest.raises(SystemExit) as ended:
            cli.main([*words, "--json", "--store", str(tmp_path / "runs.sqlite3")])
        assert ended.value.code == 0
        told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
        assert final == {name: told["metrics"][name] for name in final}
        assert told["seed"] == spec.seed


def test_the_command_line_says_the_same_as_the_link() -> None:
    spec = RunSpec("adda", "blobs", shift=1.5, settings={"proportion": 90}, seed=4, hparams={"lr": 0.001})
    words = shlex.split(command_line(spec))
    assert words[:6] == ["tlcore", "run", "--strategy", "adda", "--scenario", "blobs"]
    for name, value in links.write(spec).items():
        if name not in (links.SCENARIO, links.STRATEGY):
            assert f"{name}={value}" in words or words[words.index(f"--{name}") + 1] == value


def test_the_command_line_says_all_labels_in_words() -> None:
    words = shlex.split(command_line(RunSpec("fine-tune", "blobs", target_labels=ALL_LABELS)))
    assert words[words.index("--target-labels") + 1] == "all"
