"""Composed shifts by name: kept, found, replaced, removed, and what happens to a file that is damaged."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tlcore.errors import DataUnavailable, OutOfRange, UnknownKey
from tlcore.library import compositions
from tlcore.library.compositions import Composition, entries, find, remove, save

FOG = Composition("Fog over the lake", "handwritten~shifted", 50, {"contrast": -60, "blur": 20})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    return tmp_path


def file(home: Path) -> Path:
    return home / "library" / compositions.FILE


def test_what_was_saved_is_there_for_the_next_process(home: Path) -> None:
    assert entries() == {}
    save(FOG)
    save(Composition("Abendrot über Köln", "shapes~shifted", None, {"colour": 70.0}))
    assert list(entries()) == ["Abendrot über Köln", "Fog over the lake"]
    assert find("fog OVER the lake") == FOG
    assert [path.name for path in file(home).parent.iterdir()] == [compositions.FILE]  # no draft, no lock


def test_a_second_one_of_the_same_name_takes_its_place() -> None:
    save(FOG)
    thicker = save(Composition("  fog over\tthe lake ", "handwritten~shifted", 100))
    assert entries() == {"fog over the lake": thicker}
    remove("Fog over the lake")
    assert entries() == {}
    with pytest.raises(UnknownKey, match="no composed shift named 'Fog over the lake'"):
        remove("Fog over the lake")


@pytest.mark.parametrize("name", ["", "  \n ", "\u202e\u200b", "x" * 61])
def test_a_name_has_to_be_legible_and_short(name: str, home: Path) -> None:
    with pytest.raises(OutOfRange, match="name of 1 to 60"):
        save(Composition(name, "handwritten~shifted"))
    assert not file(home).exists()


@pytest.mark.parametrize(
    "content",
    ["", "{", "null", "[1]", '[{"name": "a"}]', '[{"name": 1, "scenario": "b"}]', '{"a": 1}', "\udcff",
     '[{"name": "a", "scenario": "b", "settings": {"noise": NaN}}]', '[{"name": "a", "scenario": "b", "shift": "c"}]',
     '[{"name": "a", "scenario": "b", "settings": 3}]', '[{"name": "a", "scenario": "b", "more": 3}]'],
)  # fmt: skip
def test_a_damaged_file_is_one_sentence_and_stays_as_it_is(content: str, home: Path) -> None:
    file(home).parent.mkdir()
    raw = content.encode("utf-8", "surrogateescape")
    file(home).write_bytes(raw)
    for action in (entries, lambda: find("a"), lambda: save(FOG), lambda: remove("a")):
        with pytest.raises(DataUnavailable, match=r"cannot be read .*: mend the file, or move it away") as told:
            action()
        assert "\n" not in str(told.value)
    assert file(home).read_bytes() == raw
    file(home).unlink()
    save(FOG)
    assert find(FOG.name) == FOG


def test_many_at_once_lose_nothing(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda k: save(Composition(f"shift {k}", "shapes~shifted", k)), range(24)))
    assert len(entries()) == 24
    assert json.loads(file(home).read_text())


def test_a_folder_that_cannot_be_written_is_a_sentence(home: Path) -> None:
    (home / "library").write_text("a file where the folder should be")
    with pytest.raises(DataUnavailable, match=r"cannot be (written|read)"):
        save(FOG)
