"""There is always a whole checkpoint; one that does not fit is refused or told of in words."""

import errno
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tlcore.errors import CheckpointError, Stale
from tlcore.runs import checkpoints
from tlcore.runs.checkpoints import About, load, misfits, save, source_hash
from tlcore.strategies import STRATEGIES

ABOUT = About.now(STRATEGIES["dann"], key="dann", backbone="tiny-mlp", device="cpu", seq=7, step=40, seconds=1.5)
STATE = [
    {"name": "adapt", "kept": [{"weight": torch.arange(6.0).reshape(2, 3)}], "chance": {"python": (3, (1, 2), None)}}
]


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    save(tmp_path / "run" / "checkpoint.pt", ABOUT, STATE)
    about, state = load(tmp_path / "run" / "checkpoint.pt")
    assert about == ABOUT
    assert torch.equal(state[0]["kept"][0]["weight"], STATE[0]["kept"][0]["weight"])
    assert state[0]["chance"] == STATE[0]["chance"]
    assert [each.name for each in (tmp_path / "run").iterdir()] == ["checkpoint.pt"]


def test_a_checkpoint_from_before_networks_were_kept_still_loads(tmp_path):
    path = tmp_path / "checkpoint.pt"
    save(path, ABOUT, STATE)
    content = torch.load(path, weights_only=True)
    del content["about"]["kept"]
    torch.save(content, path)
    assert load(path)[0] == ABOUT and ABOUT.kept is None


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_checkpoint_is_refused_in_words(tmp_path, share):
    path = tmp_path / "checkpoint.pt"
    save(path, ABOUT, STATE)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError, match="truncated or damaged"):
        load(path)


def test_other_files_are_refused_in_words(tmp_path):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(os.urandom(3000))
    with pytest.raises(CheckpointError, match="damaged"):
        load(path)
    torch.save({"weights": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match="damaged"):
        load(path)


def test_nothing_in_a_checkpoint_is_executed(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    torch.save({"about": Bomb(), "state": []}, tmp_path / "checkpoint.pt")
    with pytest.raises(CheckpointError):
        load(tmp_path / "checkpoint.pt")
    assert not (tmp_path / "exploded").exists()


def test_a_full_disk_keeps_the_checkpoint_that_is_there(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    save(path, ABOUT, STATE)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(path, replace(ABOUT, step=50), STATE)
    assert load(path)[0].step == 40
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_the_rename_comes_after_the_bytes_are_on_the_disk(tmp_path, monkeypatch):
    done = []
    fsync, replaced = os.fsync, Path.replace
    monkeypatch.setattr(checkpoints.os, "fsync", lambda handle: (done.append("fsync"), fsync(handle)))
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("rename"), replaced(self, to))[1])
    save(tmp_path / "checkpoint.pt", ABOUT, STATE)
    assert done == ["fsync", "rename", "fsync"]


def test_another_form_is_named(tmp_path):
    save(tmp_path / "checkpoint.pt", replace(ABOUT, format=99, package="9.9"), STATE)
    with pytest.raises(CheckpointError, match=r"Transfer Lab 9\.9"):
        load(tmp_path / "checkpoint.pt")


def test_what_makes_it_another_run_is_refused():
    with pytest.raises(CheckpointError, match="'dann' on 'lenet'"):
        misfits(replace(ABOUT, backbone="lenet"), ABOUT)
    with pytest.raises(Stale, match="code of 'dann' has changed"):
        misfits(replace(ABOUT, source="other"), ABOUT)


def test_what_only_rounds_differently_is_told():
    assert misfits(ABOUT, replace(ABOUT, seq=0, step=0, seconds=0.0, threads=9)) == []
    (sentence,) = misfits(replace(ABOUT, torch="1.0"), ABOUT)
    assert "torch has changed from 1.0 to" in sentence


def test_the_hash_follows_the_code_and_not_its_comments(monkeypatch):
    code = 'class A:\n    """Doc."""\n    def f(self):\n        return 1\n'
    hashes = {}
    for name, text in {
        "same": code,
        "comment": "# why\n" + code.replace("Doc.", "Other words."),
        "changed": code.replace("1", "2"),
    }.items():
        monkeypatch.setattr(checkpoints.inspect, "getsource", lambda module, text=text: text)
        hashes[name] = source_hash(STRATEGIES["dann"])
    assert hashes["same"] == hashes["comment"] != hashes["changed"]


def test_the_state_is_a_plain_file_of_torch(tmp_path):
    save(tmp_path / "checkpoint.pt", ABOUT, STATE)
    content = torch.load(io.BytesIO((tmp_path / "checkpoint.pt").read_bytes()), weights_only=True)
    assert set(content) == {"about", "state"}
