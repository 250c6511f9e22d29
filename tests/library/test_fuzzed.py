"""Whatever is uploaded becomes a collection, or one sentence and nothing left; `benchmarks.fuzzed` tries a thousand."""

import time

import pytest

from tests.library.fuzzing import ESCAPE, KINDS, case, placed
from tests.library.packing import everything
from tlcore.errors import TransferError
from tlcore.library import arriving, shelf


@pytest.mark.parametrize("seed", range(60))
def test_nothing_crashes_escapes_or_leaves_a_file(tmp_path, monkeypatch, seed):
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "a" / "b" / "data"))
    (tmp_path / "a" / "b" / "in").mkdir(parents=True)
    upload = placed(tmp_path / "a" / "b" / "in", case(seed))
    before, began = everything(tmp_path), time.monotonic()
    try:
        added = arriving.add(upload, copy=upload.is_dir())
    except TransferError as reason:
        assert str(reason).isprintable()  # noqa: PT017 - it may as well be accepted
    else:
        assert len(added.layout()) == added.images > 0
        assert all(each.resolve().is_relative_to(added.place) for each in added.root.rglob("*"))
        assert all(name.isascii() for name in everything(added.place))
        shelf.remove(added.key)
        for left in (tmp_path / "a" / "b" / "data" / "library", tmp_path / "a" / "b" / "data"):
            left.rmdir()
    assert everything(tmp_path) == before
    assert not [name for name in before if ESCAPE in name]
    assert time.monotonic() - began < 20


def test_every_kind_has_its_turn_and_a_seed_is_a_case():
    assert {case(seed).kind for seed in range(60)} == set(KINDS)
    assert case(7) == case(7) != case(7 + len(KINDS))
