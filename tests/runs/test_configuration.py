"""A run and its file are one and the same; a file that cannot be a run is refused with a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.choices import home
from tlcore import catalogue
from tlcore.cli import cli
from tlcore.errors import OutOfRange, RequestError, UnknownKey
from tlcore.runs import configuration
from tlcore.runs.spec import ALL_LABELS, RunSpec


@pytest.mark.parametrize("key", sorted(catalogue.strategies()))
def test_every_strategy_comes_back_from_its_file(key: str, tmp_path: Path) -> None:
    for spec in (home(key), home(key).completed()):
        file = tmp_path / "run.toml"
        file.write_text(configuration.written(spec), encoding="utf-8")
        assert configuration.read(file) == spec


def test_odd_texts_and_all_labels_come_back(tmp_path: Path) -> None:
    spec = RunSpec(
        "dann", 'a "b"\\c\n→ d', name="é\x7f = 1", target_labels=ALL_LABELS, shift=1e-300,
        settings={"a b": 2.5}, hparams={"x": True, "y": "no", "z": float("inf")},
    )  # fmt: skip
    file = tmp_path / "run.toml"
    file.write_text(configuration.written(spec), encoding="utf-8")
    assert configuration.read(file) == spec
    assert 'target_labels = "all"' in file.read_text(encoding="utf-8")


RUN = 'strategy = "dann"\nscenario = "moons"\n'


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("strategy dann", RequestError, "is not TOML: .*name = value"),
        ("\udcff", RequestError, "not a text in UTF-8"),
        ("x = 1\n" * 200_000, RequestError, "too large"),
        ('strategy = "dann"', RequestError, "needs a scenario"),
        ("", RequestError, "needs a strategy"),
        (RUN + 'stepps = 3\n', UnknownKey, "did you mean 'steps'"),
        (RUN + 'seed = "three"\n', OutOfRange, "'seed' should be a whole number, but is \"three\""),
        (RUN + "seed = true\n", OutOfRange, "'seed' should be a whole number"),
        (RUN + "shift = [1, 2]\n", OutOfRange, "'shift' should be a number"),
        (RUN + "observe = 1\n", OutOfRange, "'observe' should be true or false"),
        (RUN + "hparams = 3\n", OutOfRange, "'hparams' should be a table"),
        (RUN + "[hparams]\nlr = [1]\n", OutOfRange, r"'lr' in \[hparams\] should be a number, a text"),
        (RUN + '[settings]\nproportion = "x"\n', OutOfRange, r"'proportion' in \[settings\] should be a number"),
    ],
)  # fmt: skip
def test_a_bad_file_gets_a_sentence(text: str, kind: type[Exception], words: str, tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(kind, match=words):
        configuration.read(file)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(RequestError, match=r"cannot be read \(.*\): name a file"):
            configuration.read(path)


def test_what_stands_on_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(RUN + 'seed = 3\nshift = 20\ndevice = "cpu"\nobserve = false\n[hparams]\nsteps = 90\nlr = 0.01\n')

    def told(*words: str) -> dict[str, Any]:
        done = CliRunner().invoke(cli, ["run", "--config", str(file), *words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[-1])

    as_it_stands = told()
    assert (as_it_stands["seed"], as_it_stands["shift"], as_it_stands["steps"]) == (3, 20.0, 90)
    assert (as_it_stands["hparams"]["lr"], as_it_stands["observe"]) == (0.01, False)
    other = told("--seed", "0", "--steps", "7", "--set", "lr=0.02")
    assert (other["seed"], other["shift"], other["steps"], other["hparams"]["lr"]) == (0, 20.0, 7, 0.02)
    assert told("--scenario", "blobs", "--shift", "1", "--steps", "5")["scenario"] == "blobs"


def test_without_strategy_and_file_a_sentence_says_what_is_missing() -> None:
    done = CliRunner().invoke(cli, ["run", "--scenario", "moons"])
    assert done.exit_code == 2
    assert "A run needs a strategy: give --strategy KEY" in done.stderr
