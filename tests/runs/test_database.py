"""A file that is not a store is refused in one sentence, and left exactly as it was."""

import errno
import multiprocessing
import os
import sqlite3

import pytest

from tests.runs.conftest import SMALL
from tlcore.errors import StoreError
from tlcore.runs.store import Store


def refused(path, words):
    before = {each: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    with pytest.raises(StoreError, match=words) as caught:
        Store(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
    assert {each: each.read_bytes() for each in path.parent.iterdir() if each.is_file()} == before


def database(path, application=0, version=0):
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA application_id = {application}")
    db.execute(f"PRAGMA user_version = {version}")
    db.execute("CREATE TABLE precious (thing)")
    db.commit()
    db.close()


def test_a_text_file_is_no_store(tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary")
    refused(tmp_path / "notes.txt", "not a database")


def test_a_long_binary_file_is_no_store(tmp_path):
    (tmp_path / "photo.png").write_bytes(os.urandom(5000))
    refused(tmp_path / "photo.png", "not a database")


def test_a_database_of_another_program_is_left_alone(tmp_path):
    database(tmp_path / "other.sqlite3")
    refused(tmp_path / "other.sqlite3", "another program")


@pytest.mark.parametrize(("version", "word"), [(99, "newer"), (0, "older")])
def test_a_store_of_another_version_is_left_alone(tmp_path, version, word):
    database(tmp_path / "store.sqlite3", application=0x544C4142, version=version)
    refused(tmp_path / "store.sqlite3", word)


def test_a_store_of_the_version_before_becomes_one_of_this(tmp_path):
    now = Store(tmp_path / "store.sqlite3")
    run = now.submit(SMALL)
    with now.database.writing() as db:
        db.execute("ALTER TABLE runs DROP COLUMN batch")
        db.execute("PRAGMA user_version = 1")
    now.close()
    with sqlite3.connect(now.path) as db:  # the file's header says so only once the log is in it
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    for _ in range(2):
        again = Store(now.path)
        assert again.run(run.id).spec == run.spec and again.run(run.id).batch is None
        again.close()


def test_a_damaged_store_is_told_in_words(tmp_path):
    store = Store(tmp_path / "store.sqlite3")
    store.submit(SMALL)
    store.close()
    content = bytearray(store.path.read_bytes())
    content[100:] = os.urandom(len(content) - 100)
    store.path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store(store.path).runs()


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path)


def test_an_empty_file_becomes_a_store(tmp_path):
    (tmp_path / "new.sqlite3").touch()
    store = Store(tmp_path / "new.sqlite3")
    assert store.runs() == []
    store.close()


@pytest.mark.parametrize("error", [sqlite3.OperationalError("database or disk is full"), OSError(errno.ENOSPC, "full")])
def test_a_full_disk_is_one_sentence_and_loses_nothing(store, error):
    id = store.submit(SMALL).id

    def write():
        with store.database.writing() as db:
            db.execute("UPDATE runs SET step = 7")
            raise error

    with pytest.raises(StoreError, match="disk is full"):
        write()
    assert store.run(id).step == 0


def test_a_really_full_database_keeps_what_it_has(store):
    id = store.submit(SMALL).id

    def write():
        with store.database.writing() as db:
            pages = db.execute("PRAGMA page_count").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {pages + 1}")
            db.execute("INSERT INTO events VALUES (?, 1, 1, 'log', zeroblob(9999))", (id,))

    with pytest.raises(StoreError, match="disk is full"):
        write()
    assert store.run(id).status == "queued" and store.events(id) == []


def _open(path, barrier, results):
    barrier.wait()
    try:
        store = Store(path)
        store.submit(SMALL)
        store.close()
        results.put("")
    except StoreError as error:
        results.put(str(error))


def test_processes_that_make_one_store_at_the_same_moment_all_get_it(tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    path = tmp_path / "store.sqlite3"
    several = [context.Process(target=_open, args=(path, barrier, results)) for _ in range(3)]
    for each in several:
        each.start()
    assert [results.get(timeout=60) for _ in several] == ["", "", ""]
    for each in several:
        each.join()
    store = Store(path)
    assert len(store.runs()) == 3
    store.close()
