"""What is copied from the page gives the page's numbers."""

import json
import shlex
from pathlib import Path

import pytest

from dashboard import links
from dashboard.sharing import command_line, script
from tlcore.cli import cli
from tlcore.runs.spec import RunSpec

SPECS = [
    RunSpec("dann", "moons", shift=60, seed=3, hparams={"strength": 1.0, "steps": 30}),
    RunSpec(
        "fine-tune", "blobs", settings={"proportion": 80}, target_labels=2, hparams={"steps": 8, "source_steps": 9}
    ),
]


@pytest.mark.parametrize("spec", SPECS)
def test_script_and_command_line_give_the_same_numbers(
    spec: RunSpec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(script(spec), "copied.py", "exec"), {})
    last = capsys.readouterr().out.strip().splitlines()[-1]
    with pytest.raises(SystemExit) as ended:
        cli.main([*shlex.split(command_line(spec))[1:], "--json", "--store", str(tmp_path / "runs.sqlite3")])
    assert ended.value.code == 0
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert last == f"{told['steps']} {told['metrics']}"
    assert told["seed"] == spec.seed


def test_the_script_is_short_and_says_only_what_is_not_the_default() -> None:
    text = script(RunSpec("dann", "moons", shift=35, hparams={"strength": 0.3}))
    assert 'tlcore.run("dann", "moons")' in text
    assert len(text.splitlines()) <= 7


def test_the_command_line_says_the_same_as_the_link() -> None:
    spec = RunSpec("adda", "blobs", shift=1.5, settings={"proportion": 90}, seed=4, hparams={"lr": 0.001})
    words = shlex.split(command_line(spec))
    assert words[:6] == ["tlcore", "run", "--strategy", "adda", "--scenario", "blobs"]
    for name, value in links.write(spec).items():
        if name not in (links.SCENARIO, links.STRATEGY):
            assert f"{name}={value}" in words or words[words.index(f"--{name}") + 1] == value
