"""Downloads from a server on this machine: whole, broken off, gone on with, damaged, slow, or not at all."""

import errno
import hashlib
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.library.stand_in import NOWHERE, Server, serving
from tlcore.errors import DataUnavailable
from tlcore.library import absence, downloading
from tlcore.library.downloading import download

CONTENT = np.random.default_rng(0).bytes(300_000)
MD5 = hashlib.md5(CONTENT).hexdigest()
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(downloading, "PAUSE", 0.001)
    with serving() as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "set.zip"


def left(file: Path) -> set[str]:
    return {each.name for each in file.parent.iterdir()}


def test_a_whole_file_arrives_and_is_told_of(server: Server, file: Path) -> None:
    told: list[tuple[int, int]] = []
    download([server.put("set.zip", CONTENT)], file, MD5, lambda done, total: told.append((done, total)))
    assert file.read_bytes() == CONTENT and left(file) == {"set.zip"}
    assert told[0] == (0, 300_000) and told[-1] == (300_000, 300_000) and told == sorted(told)


def test_a_broken_line_is_gone_on_with_by_itself(server: Server, file: Path) -> None:
    download([server.put("set.zip", CONTENT, breaks=[100_000, 50_000])], file, MD5)
    assert file.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == ["", "bytes=100000-", "bytes=150000-"]


def test_what_has_arrived_stays_and_the_next_call_asks_for_the_rest(server: Server, file: Path) -> None:
    address = server.put("set.zip", CONTENT, breaks=[120_000, 0, 0, 0])
    with pytest.raises(OSError, match=r"broke off after 120,000 of 300,000 bytes, from http.*set\.zip"):
        download([address], file, MD5)
    assert left(file) == {"set.zip.part", "set.zip.part-of"} and not file.exists()
    server.asked.clear()
    download([address], file, MD5)
    assert file.read_bytes() == CONTENT and server.asked == [("/set.zip", "bytes=120000-")]


@pytest.mark.parametrize("reason", [KeyboardInterrupt, DataUnavailable])
def test_whoever_is_told_can_stop_it_and_go_on_later(server: Server, file: Path, reason: type[BaseException]) -> None:
    address = server.put("set.zip", CONTENT)

    def tell(done: int, _total: int) -> None:
        if done > 100_000:
            raise reason

    with pytest.raises(reason):
        download([address], file, MD5, tell)
    kept = file.with_name("set.zip.part").stat().st_size
    assert 100_000 < kept < 300_000
    download([address], file, MD5)
    assert file.read_bytes() == CONTENT and server.asked[-1] == ("/set.zip", f"bytes={kept}-")


@pytest.mark.parametrize("md5", [MD5, ""])
def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, file: Path, md5: str) -> None:
    with pytest.raises(OSError, match="broke off"):
        download([server.put("set.zip", bytes(200_000), breaks=[90_000, 0, 0, 0])], file, md5)
    download([server.put("set.zip", CONTENT, tag='"two"')], file, md5)
    assert file.read_bytes() == CONTENT


@pytest.mark.parametrize("manners", [{"ranges": False}, {"tag": ""}, {"tag": 'W/"weak"'}])
def test_servers_that_cannot_go_on_or_name_no_version(server: Server, file: Path, manners: dict[str, object]) -> None:
    part = file.with_name("set.zip.part")
    part.write_bytes(b"of another file, and nobody knows of which")
    download([server.put("set.zip", CONTENT, **manners)], file, MD5)
    assert file.read_bytes() == CONTENT and left(file) == {"set.zip"}


def test_a_server_that_cannot_go_on_sends_the_whole_file(server: Server, file: Path) -> None:
    """Also where no checksum is published that would tell two halves of different files from one."""
    address = server.put("set.zip", CONTENT, ranges=False, breaks=[120_000])
    download([address], file)
    assert file.read_bytes() == CONTENT and server.asked[-1] == ("/set.zip", "bytes=120000-")


def test_a_part_that_is_whole_already_is_taken(server: Server, file: Path) -> None:
    file.with_name("set.zip.part").write_bytes(CONTENT)
    download([server.put("set.zip", CONTENT)], file, MD5)
    assert file.read_bytes() == CONTENT
    file.with_name("set.zip.part").write_bytes(CONTENT + b"more than there is")
    download([server.put("set.zip", CONTENT)], file, MD5)
    assert file.read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing_and_the_next_address_is_asked(server: Server, file: Path) -> None:
    wrong, right = server.put("wrong.zip", CONTENT[::-1]), server.put("right.zip", CONTENT)
    with pytest.raises(OSError, match=r"what http.*/wrong\.zip sent is not what was published: its checksum differs"):
        download([wrong], file, MD5)
    assert left(file) == set()
    download([NOWHERE, wrong, right], file, MD5)
    assert file.read_bytes() == CONTENT


def test_what_is_not_there_is_asked_for_once(server: Server, file: Path) -> None:
    with pytest.raises(OSError, match=r"404: Not Found, from http.*/gone\.zip"):
        download([f"{server.address}/gone.zip"], file, MD5)
    assert len(server.asked) == 1 and left(file) == set()


def test_offline_is_a_sentence_at_once(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    monkeypatch.setattr(downloading, "PAUSE", 60)  # nobody waits where nobody answers
    with pytest.raises(DataUnavailable) as told, absence.reached("SVHN", "'a.mat'", 246):
        download([NOWHERE], file, MD5)
    assert "SVHN is not in" in str(told.value) and "could not be downloaded (" in str(told.value)
    assert "refused" in str(told.value) and "(246 MB)" in str(told.value) and str(told.value).endswith(".")


def test_a_server_that_falls_silent_is_asked_again(server: Server, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "PATIENCE", 0.1)
    download([server.put("set.zip", CONTENT, stalls=[70_000, 80_000])], file, MD5)
    assert file.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == ["", "bytes=70000-", "bytes=150000-"]
    with pytest.raises(OSError, match="timed out"):
        download([server.put("other.zip", CONTENT, stalls=[0, 0, 0])], file, MD5)


def test_a_full_disk_is_a_sentence_and_loses_nothing(
    server: Server, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = server.put("set.zip", CONTENT, breaks=[120_000, 0, 0, 0])
    with pytest.raises(OSError, match="broke off"):
        download([address], file, MD5)
    with monkeypatch.context() as small:
        small.setattr(shutil, "disk_usage", lambda _: Disk(10**6, 10**6, 1000))
        with pytest.raises(DataUnavailable, match=r"no room in .*0 MB are still to come.*Make room and run"):
            download([address], file, MD5)

    def full(_done: int, _total: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DataUnavailable, match=r"no room in .*more is still to come"):
        download([address], file, MD5, full)
    assert file.with_name("set.zip.part").stat().st_size == 120_000
    download([address], file, MD5)
    assert file.read_bytes() == CONTENT
