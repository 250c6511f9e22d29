"""Collections come whole or not at all, are found by key, and go again."""

import json
import os
import stat
import threading
import time

import pytest

from tests.library.packing import everything, laid, pets, picture, tarred, zipped
from tlcore.errors import DataUnavailable, OutOfRange, UnknownKey
from tlcore.library import arriving, places, shelf
from tlcore.library.collection import FILE


@pytest.fixture(autouse=True)
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "library"


def counts(collection):
    return {
        domain: {name: len(files) for name, files in classes.items()}
        for domain, classes in collection.layout().domains.items()
    }


@pytest.mark.parametrize("how", ["folder", "copy", "zip", "tar"])
def test_what_was_added_is_found_again(tmp_path, library, how):
    files = {f"My Pets/Real World/{name}": content for name, content in pets(0).items()}
    files |= {f"My Pets/Sketch/{name}": picture(50 + seed) for seed, name in enumerate(pets(0))}
    path = laid(tmp_path / "pets", files) if how in ("folder", "copy") else \
        {"zip": zipped, "tar": tarred}[how](tmp_path / f"pets.{how}", files)  # fmt: skip
    added = arriving.add(path, copy=how == "copy")
    found = shelf.find("pets")
    assert found == added and list(shelf.entries()) == ["pets"]
    assert (found.name, found.images, found.copied) == ("pets", 12, how != "folder")
    assert {key: (kind.title, kind.classes, kind.side) for key, kind in found.domains.items()} == {
        "real-world": ("Real World", {"cat": 3, "dog": 3}, 20), "sketch": ("Sketch", {"cat": 3, "dog": 3}, 20)
    }  # fmt: skip
    assert counts(found) == {"Real World": {"cat": 3, "dog": 3}, "Sketch": {"cat": 3, "dog": 3}}
    contents = [file.read_bytes() for _, file in found.layout().files("Sketch")]
    assert sorted(contents) == sorted(content for name, content in files.items() if "Sketch" in name)
    assert found.report()["images"] == 12
    if how != "folder":
        assert (library / "pets" / "images" / "real-world" / "all" / "cat" / "000001.png").is_file()
    shelf.remove("pets")
    assert everything(library) == []
    assert path.exists() and (path.is_file() or len(everything(path)) == 19)
    with pytest.raises(UnknownKey):
        shelf.find("pets")


def test_hostile_names_stay_in_the_archive(tmp_path, library):
    files = {f"{name}/{number}.png": picture(number + 10 * seed) for number in range(2)
             for seed, name in enumerate(["犬", "CON", "a\u202eb", "Ärger", "Arger"])}  # fmt: skip
    added = arriving.add(zipped(tmp_path / "x.zip", files), name="名前 \x1b[31m")
    assert added.key == "31m" and list(added.domains["31m"].classes) == ["ab", "Arger", "CON", "Ärger", "犬"]
    assert sorted(each.name for each in (added.root / "31m" / "all").iterdir()) == [
        "ab",
        "arger",
        "arger-2",
        "class",
        "con-",
    ]
    assert all(name.isascii() for name in everything(library))


def test_official_parts_are_kept(tmp_path):
    files = {f"{part}/{name}": picture(seed + 50 * (part == "test"))
             for part in ("train", "test") for seed, name in enumerate(pets(0))}  # fmt: skip
    for how in (zipped(tmp_path / "p.zip", files), laid(tmp_path / "folder", files)):
        added = arriving.add(how)
        (kind,) = added.domains.values()
        assert dict(kind.parts) == {"train": 6, "test": 6} and kind.classes == {"cat": 6, "dog": 6}
        layout = added.layout()
        assert sorted(layout.parts[file] for _, file in layout.files(kind.title)) == ["test"] * 6 + ["train"] * 6


@pytest.mark.parametrize("copy", [False, True])
def test_unreadable_files_are_left_out_and_equal_ones_are_groups(tmp_path, copy):
    files = {**pets(0), "dog/broken.png": b"\x89PNG\r\n\x1a\n", "dog/again.png": pets(0)["dog/0.png"], "bad/1.jpg": b""}
    added = arriving.add(laid(tmp_path / "pets", files), copy=copy)
    assert counts(added) == {"pets": {"cat": 3, "dog": 4}}
    groups = added.groups
    assert len(groups) == 2 and set(groups.values()) == {0}
    assert {file.read_bytes() for file in groups} == {files["dog/again.png"]}
    assert set(groups) <= {file for _, file in added.layout().files("pets")}


def test_a_folder_that_has_not_changed_is_not_looked_at_again(tmp_path, monkeypatch):
    folder = laid(tmp_path / "pets", pets(0))
    first = arriving.add(folder)
    with monkeypatch.context() as patch:
        patch.setattr(arriving, "prepare", lambda *_, **__: pytest.fail("looked again"))
        assert arriving.add(folder) == first
    before = shelf.stamp()
    laid(folder, {"dog/new.png": picture(99)})
    assert arriving.add(folder).images == 7
    assert list(shelf.entries()) == ["pets"] and shelf.entries()["pets"].images == 7
    assert shelf.stamp() != before
    assert arriving.add(folder, name="animals").name == "animals"
    assert list(shelf.entries()) == ["pets"]


def test_the_same_images_are_kept_once_and_others_get_another_key(tmp_path):
    first = arriving.add(zipped(tmp_path / "pets.zip", pets()))
    assert arriving.add(tarred(tmp_path / "other.tar.gz", pets(), "gz")) == first
    (tmp_path / "more").mkdir()
    assert arriving.add(zipped(tmp_path / "more" / "pets.zip", pets(3))).key == "pets-2"
    assert arriving.add(zipped(tmp_path / "cache.zip", pets(4))).key == "cache-2"
    with pytest.raises(OutOfRange, match="There is a collection 'pets' already"):
        arriving.add(zipped(tmp_path / "x.zip", pets(5)), key="pets")
    for key in ("No Key", "../up", "cache"):
        with pytest.raises(OutOfRange, match="key is of a-z"):
            arriving.prepare(zipped(tmp_path / "x.zip", pets(5))).keep(key)


def test_two_at_once_do_not_meet(tmp_path, library):
    archives = []
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        archives.append(zipped(tmp_path / str(number) / "pets.zip", pets(number + 1)))
    threads = [threading.Thread(target=arriving.add, args=(archive,)) for archive in archives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(shelf.entries()) == ["pets", "pets-2", "pets-3", "pets-4"]
    assert sorted(each.images for each in shelf.entries().values()) == [6, 12, 18, 24]
    assert not [name for name in everything(library) if name.startswith(".")]


@pytest.mark.parametrize(
    "files", [{}, {"1.png": picture()}, {"dog/1.png": b"\x89PNG\r\n\x1a\n"}, {**pets(), "../x.png": picture()}]
)
def test_what_is_refused_leaves_nothing(tmp_path, files):
    archive = zipped(tmp_path / "bad.zip", files)
    for task in (arriving.check, arriving.prepare, arriving.add):
        with pytest.raises(DataUnavailable):
            task(archive)
        assert everything(tmp_path) == ["bad.zip"]


def test_a_check_keeps_nothing(tmp_path):
    for path in (zipped(tmp_path / "pets.zip", pets()), laid(tmp_path / "pets", pets())):
        before = everything(tmp_path)
        assert len(arriving.check(path).seen) == 12
        assert everything(tmp_path) == before


@pytest.mark.parametrize("stage", ["unpacking", "looking", "copying"])
def test_whoever_stops_it_leaves_nothing(tmp_path, stage):
    archive = zipped(tmp_path / "pets.zip", pets())

    def stop(doing, done, whole):
        assert 0 <= done <= whole
        if doing == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        arriving.add(archive, progress=stop)
    assert everything(tmp_path) == ["pets.zip"]


def test_an_arrival_waits_in_a_folder_of_choice(tmp_path, library):
    draft = tmp_path / "waiting" / "here"
    arriving.prepare(zipped(tmp_path / "pets.zip", pets()), draft=draft, name="My pets")
    again = arriving.Arrival(draft)
    assert (again.collection.name, again.collection.images, list(shelf.entries())) == ("My pets", 12, [])
    assert len(again.collection.report()["thumbnails"]["domain0"]) == 6
    assert (again.collection.root / again.collection.report()["thumbnails"]["domain0"][0]["path"]).is_file()
    assert again.keep().key == "my-pets"
    assert not draft.exists() and counts(shelf.find("my-pets"))["domain0"] == {"cat": 3, "dog": 3}


def test_what_killed_processes_left_is_swept_after_a_day(tmp_path, library):
    for name, age in (
        (".arriving-old", 2 * arriving.STALE),
        (".leaving-old", 2 * arriving.STALE),
        (".arriving-new", 0),
    ):
        laid(library, {f"{name}/images/1.png": b"x"})
        os.utime(library / name, (time.time() - age * arriving.STALE,) * 2)
    arriving.check(zipped(tmp_path / "pets.zip", pets()))
    assert [each.name for each in library.iterdir()] == [".arriving-new"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"version": 99}', "[" * 100_000, "\udcff", None, "classes", "domains", "strays"],
)  # fmt: skip
def test_a_damaged_collection_is_a_sentence_and_hurts_no_other(tmp_path, library, content):
    arriving.add(zipped(tmp_path / "pets.zip", pets()))
    arriving.add(zipped(tmp_path / "fine.zip", pets(3)))
    file = library / "pets" / FILE
    told = json.loads(file.read_text())
    if content in ("classes", "domains"):
        (told if content == "domains" else told["domains"][0])[content] = 7
    elif content == "strays":
        told["domains"][0]["classes"][0]["folder"] = "../../../fine/images/domain0/all/cat"
    if content is None:
        file.write_bytes(b"\xff\xfe\x00")
    else:
        file.write_bytes((json.dumps(told) if content in told or content in ("classes", "strays") else content)
                         .encode("utf-8", "surrogateescape"))  # fmt: skip
    assert list(shelf.entries()) == ["fine"]
    with pytest.raises(DataUnavailable, match=r"The collection 'pets' is damaged .*tlcore data remove pets"):
        shelf.find("pets")
    assert list(shelf.damaged()) == ["pets"]
    shelf.remove("pets")
    assert [each.name for each in library.iterdir()] == ["fine"]


def test_missing_images_are_a_sentence(tmp_path, library):
    added = arriving.add(zipped(tmp_path / "pets.zip", pets()))
    (added.root / "domain0" / "all" / "cat" / "000001.png").unlink()
    with pytest.raises(DataUnavailable, match="11 of its 12 images are there"):
        added.layout()
    (library / "pets" / "details.json").unlink()
    with pytest.raises(DataUnavailable, match="damaged"):
        _ = added.groups


def test_a_folder_that_is_another_one_now_is_a_sentence(tmp_path):
    folder = laid(tmp_path / "pets", pets())
    added = arriving.add(folder)
    (folder / "domain0" / "cat").rename(folder / "domain0" / "cow")
    with pytest.raises(DataUnavailable, match="no longer holds the domains and classes"):
        added.layout()
    folder.rename(tmp_path / "moved")
    with pytest.raises(DataUnavailable, match="is not there"):
        added.layout()


def test_a_library_that_cannot_be_written_is_a_sentence(tmp_path, library, monkeypatch):
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(DataUnavailable, match="Nothing can be written to"):
        arriving.add(zipped(tmp_path / "pets.zip", pets()))


def test_a_data_folder_for_reading_only_is_read_and_ones_own_is_written(tmp_path, library, monkeypatch):
    arriving.add(zipped(tmp_path / "pets.zip", pets()))
    monkeypatch.setattr(places, "own", lambda: tmp_path / "own")
    monkeypatch.setattr(places.os, "access", lambda path, mode: str(path) != str(tmp_path / "data") or mode != os.W_OK)
    arriving.add(zipped(tmp_path / "mine.zip", pets(3)))
    assert sorted(shelf.entries()) == ["mine", "pets"]
    assert shelf.find("mine").place == tmp_path / "own" / "library" / "mine"
    (tmp_path / "x").mkdir()
    assert arriving.add(zipped(tmp_path / "x" / "pets.zip", pets(4))).key == "pets-2"  # nobody's pets are hidden


def test_kept_images_are_plain_files(tmp_path):
    added = arriving.add(zipped(tmp_path / "pets.zip", pets()))
    modes = {stat.S_IMODE(each.stat().st_mode) for each in added.root.rglob("*.png")}
    assert all(mode & 0o111 == 0 for mode in modes)
