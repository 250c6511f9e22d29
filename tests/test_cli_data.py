"""`tlcore data`: 0 for what can be used, 2 and one sentence for what cannot, JSON for programs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.library.packing import everything, laid, pets, picture, zipped
from tlcore.cli import cli


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def tlcore(*arguments):
    return CliRunner().invoke(cli, ["data", *map(str, arguments)])


def test_check_tells_a_program_what_is_there(tmp_path):
    files = {**pets(2, 10), "domain1/dog/broken.jpg": b"", "domain0/cat/again.png": pets(2, 10)["domain0/cat/0.png"]}
    for path in (laid(tmp_path / "pets", files), zipped(tmp_path / "pets.zip", files)):
        result = tlcore("check", path, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        told = json.loads(result.stdout.splitlines()[-1])
        assert list(told["domains"]) == ["domain0", "domain1"] and told["classes"] == ["cat", "dog"]
        assert told["images"] == 41
        assert [each["file"] for each in told["unreadable"]] == ["domain1/dog/broken.jpg"]
        assert [each["kind"] for each in told["duplicates"]] == ["exact"]
        assert len(told["warnings"]) == 2


def test_check_tells_a_person_in_a_few_lines(tmp_path):
    result = tlcore("check", laid(tmp_path / "pets", {**pets(2, 10), "cover.png": picture()}))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "pets: 40 images, 2 classes, 0.0 MB",
        "  domain0       20 images, 2 classes of 10, 24×20 pixels",
        "  domain1       20 images, 2 classes of 10, 24×20 pixels",
        "  classes: cat, dog",
        "  ! In no class folder, left out: 1 image.",
    ]


@pytest.mark.parametrize("command", ["check", "add"])
@pytest.mark.parametrize(
    ("files", "words"),
    [
        (None, "is not there"),
        ({}, "holds no images"),
        ({"1.png": picture()}, "no folder for each class"),
        ({"dog/1.png": b"x"}, "holds no images"),
        ({"../dog/1.png": picture()}, "leads upwards"),
        ({**pets(), "run.exe": b"MZ"}, "is a program"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_exit_code_2(tmp_path, command, files, words):
    path = tmp_path / "pets.zip"
    if files is not None:
        zipped(path, files)
    before = everything(tmp_path)
    result = tlcore(command, path)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert any(each in result.stderr for each in words.split("|"))
    assert everything(tmp_path) == before


def test_what_is_added_is_listed_and_removed(tmp_path, data):
    archive = zipped(tmp_path / "x.zip", {**pets(), "domain0/dog/broken.jpg": b""})
    added = tlcore("add", archive, "--name", "My pets", "--json")
    assert added.exit_code == 0
    assert json.loads(added.stdout)["key"] == "my-pets" and "left out: 1 file" in added.stderr
    (data / "library" / "sick").mkdir()
    (data / "library" / "sick" / "collection.json").write_text("{")
    listed = tlcore("list", "--json")
    assert [each["key"] for each in json.loads(listed.stdout)["added"]] == ["my-pets"]
    assert "The collection 'sick' is damaged" in listed.stderr
    line = tlcore("list").stdout.splitlines()[0]
    assert line == "my-pets  12 images (domain0 6, domain1 6), 0.0 MB, copied"
    assert tlcore("remove", "sick").exit_code == tlcore("remove", "my-pets").exit_code == 0
    assert "Nothing was added yet" in tlcore("list").stdout
    again = tlcore("remove", "my-pets")
    assert (again.exit_code, again.stderr) == (2, "There is no collection 'my-pets': there is none to choose from.\n")


def test_a_folder_stays_where_it_is(tmp_path):
    folder = laid(tmp_path / "pets", pets())
    told = json.loads(tlcore("add", folder, "--json").stdout)
    assert (told["copied"], told["folder"], told["source"]) == (False, str(folder), str(folder))
    assert tlcore("remove", "pets").exit_code == 0
    assert len(everything(folder)) == 18


def test_whoever_stops_it_leaves_nothing(tmp_path, data):
    large = picture(0, (700, 700))
    archive = zipped(tmp_path / "x.zip", {f"d/{name}/{number}.png": large for name in "ab" for number in range(60)})
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "tlcore.cli", "data", "add", str(archive)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 60
    while not any(name.count("/") > 2 for name in everything(data)):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (130, "Interrupted.")
    assert everything(data) == []


@pytest.mark.slow
@pytest.mark.data
def test_pacs_is_what_it_is_known_to_be(data_folder, monkeypatch):
    result = tlcore("check", data_folder / "PACS", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert {name: each["images"] for name, each in told["domains"].items()} == {"photo": 1670, "sketch": 3929}
    assert (len(told["classes"]), told["images"], told["unreadable"], told["duplicates"]) == (7, 5599, [], [])
    assert told["warnings"] == ["'sketch' is uneven: 816 images of 'horse', 80 of 'house'."]
