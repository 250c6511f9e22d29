"""A comparison: which runs it is made of, how it is read from a file, and what is said about nonsense."""

from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from tlcore.cli import cli
from tlcore.errors import TransferError
from tlcore.runs import likeness
from tlcore.runs.comparison import Comparison
from tlcore.runs.comparison_file import read
from tlcore.runs.spec import RunSpec

TOML = """
strategies = ["dann", "deep-coral"]
scenarios = ["moons"]
seeds = [0, 1]
[settings]
shift = [30, 60]
steps = 50
"""
YAML = """
strategies: [dann, deep-coral]
scenarios: [moons]
seeds: [0, 1]
settings: {shift: [30, 60], steps: 50}
"""
JSON = (
    '{"strategies": ["dann", "deep-coral"], "scenarios": ["moons"], "seeds": [0, 1], '
    '"settings": {"shift": [30, 60], "steps": 50}}'
)


def told(specs: list[RunSpec]) -> list[tuple]:
    return sorted((each.strategy, each.shift, each.seed, each.hparams["steps"]) for each in specs)


@pytest.mark.parametrize(("ending", "text"), [("toml", TOML), ("yaml", YAML), ("yml", YAML), ("json", JSON)])
def test_every_kind_of_file_says_the_same(tmp_path: Path, ending: str, text: str) -> None:
    file = tmp_path / f"plan.{ending}"
    file.write_text(text)
    strategies = ("dann", "deep-coral", "source-only")  # the last one is what gains are counted from
    assert told(read(file).laid_out().specs) == sorted(product(strategies, (30.0, 60.0), (0, 1), (50,)))


def test_references_come_first_and_none_is_there_twice() -> None:
    layout = Comparison(["dann", "source-only"], ["moons"], settings={"steps": ["40"]}).laid_out()
    assert len(layout.specs) == 6 == len({likeness.mark(each) for each in layout.specs})
    alone = Comparison(["dann"], ["moons"], settings={"steps": ["40"]}).laid_out().specs
    assert [each.strategy for each in alone] == ["source-only"] * 3 + ["dann"] * 3
    assert {each.strategy for each in Comparison(["dann"], ["moons"], reference=False).laid_out().specs} == {"dann"}


def test_a_budget_of_labels_is_for_those_who_learn_from_them() -> None:
    layout = Comparison(
        ["source-only", "fine-tune"], ["printed-to-handwritten"], seeds=[0], target_labels=[1, 5]
    ).laid_out()
    assert sorted((each.strategy, each.target_labels) for each in layout.specs) == [
        ("fine-tune", 1),
        ("fine-tune", 5),
        ("source-only", 0),
    ]


def test_a_setting_goes_to_those_who_know_it_and_what_does_not_fit_is_left_out_in_a_sentence() -> None:
    layout = Comparison(["dann", "tent"], ["moons"], seeds=[0], settings={"strength": ["0.5", "1"]}).laid_out()
    assert [each.hparams["strength"] for each in layout.specs if each.strategy == "dann"] == [0.5, 1.0]
    assert len([each for each in layout.specs if each.strategy == "source-only"]) == 1
    (sentence,) = layout.left_out
    assert "'tent' works on batch norms" in sentence


NONSENSE = {
    "no strategies": ({"scenarios": ["moons"]}, "needs strategies"),
    "an unknown choice": ({"strategy": ["dann"], "scenarios": ["moons"]}, "'strategy'"),
    "an unknown strategy": ({"strategies": ["dan"], "scenarios": ["moons"]}, "dann"),
    "no list": ({"strategies": "dann", "scenarios": ["moons"]}, "should be a list"),
    "a number of seeds": ({"strategies": ["dann"], "scenarios": ["moons"], "seeds": 3}, r"\[0, 1, 2\]"),
    "a seed twice": ({"strategies": ["dann"], "scenarios": ["moons"], "seeds": [1, 1]}, "different whole"),
    "a wrong setting": ({"strategies": ["dann"], "scenarios": ["moons"], "settings": {"lrr": 1}}, "lrr"),
    "settings of no names": ({"strategies": ["dann"], "scenarios": ["moons"], "settings": [1]}, "names with"),
    "a value out of range": ({"strategies": ["dann"], "scenarios": ["moons"], "settings": {"lr": -1}}, "None of these"),
    "too many": ({"strategies": ["dann"], "scenarios": ["moons"], "seeds": list(range(20_000))}, "at most 10,000"),
}


@pytest.mark.parametrize(("choices", "sentence"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_gets_a_sentence(choices: dict, sentence: str) -> None:
    with pytest.raises(TransferError, match=sentence):
        Comparison.of(choices).laid_out()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("plan.txt", "", "should end in .toml"),
        ("plan.toml", "strategies = [", "no valid TOML"),
        ("plan.yaml", "a: [", "no valid YAML"),
        ("plan.json", "[]", "names with values"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_too(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(TransferError, match=sentence):
        read(tmp_path / name)
    with pytest.raises(TransferError, match="cannot be read"):
        read(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--strategies", "dann"], "FILE, or --strategies and --scenarios"),
        (["--strategies", "dann", "--scenarios", "moons", "--seeds", "0-x"], "0,1,2 or 0-4"),
        (["--strategies", "dann", "--scenarios", "moon"], "moons"),
        (["--strategies", "dann", "--scenarios", "moons", "--set", "lr"], "NAME=VALUE"),
    ],
)
def test_the_command_says_what_is_wrong(options: list[str], sentence: str) -> None:
    result = CliRunner().invoke(cli, ["sweep", *options])
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_options_go_before_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(TOML)
    options = [str(tmp_path / "plan.toml"), "--strategies", "mcd", "--seeds", "3-4", "--set", "shift=20", "--dry-run"]
    result = CliRunner().invoke(cli, ["sweep", *options])
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if line.startswith("mcd")] == [
        "mcd on moons with tiny-mlp, seed 3",
        "mcd on moons with tiny-mlp, seed 4",
    ]
