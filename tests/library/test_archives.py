"""Archives from strangers come out whole under names of our own, or not at all."""

import io
import stat
import struct
import tarfile
import warnings
import zipfile
import zlib

import pytest

from tests.library.packing import everything, pets, picture, tarred, zipped
from tlcore.errors import DataUnavailable
from tlcore.library.archives import unpacked
from tlcore.library.layout import arranged
from tlcore.library.limits import Limits


def refused(archive, tmp_path, limits=None) -> str:
    """The sentence; and that nothing was left behind."""
    before = everything(tmp_path)
    with pytest.raises(DataUnavailable) as caught:
        unpacked(archive, tmp_path / "out", limits=limits)
    assert everything(tmp_path) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("packing", ["zip", "zip stored", "zip bzip2", "", "gz", "bz2", "xz"])
def test_what_was_packed_comes_out(tmp_path, packing):
    files = pets()
    archive = tmp_path / "pets"
    if packing.startswith("zip"):
        how = {"zip": zipfile.ZIP_DEFLATED, "zip stored": zipfile.ZIP_STORED, "zip bzip2": zipfile.ZIP_BZIP2}[packing]
        zipped(archive, files, how)
    else:
        tarred(archive, files, packing)
    told = []
    got = unpacked(archive, tmp_path / "out", progress=lambda done, whole: told.append((done, whole)))
    assert {got.told[path]: path.read_bytes() for _, path in got.files} == files
    assert all(path.suffix == ".png" and path.stem.isdigit() for _, path in got.files)
    assert told == sorted(told) and told[-1][0] <= told[-1][1] == archive.stat().st_size
    layout = arranged("pets", got.files)
    assert {domain: sorted(classes) for domain, classes in layout.domains.items()} == {
        "domain0": ["cat", "dog"], "domain1": ["cat", "dog"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil.png", "leads upwards"), ("dog/../../evil.png", "leads upwards"),
        ("dog\\..\\..\\evil.png", "leads upwards"), ("dog/.. /evil.png", "leads upwards"),
        ("/etc/evil.png", "absolute path"), ("\\\\server\\evil.png", "absolute path"),
        ("C:\\evil.png", "absolute path"), ("c:evil.png", "absolute path"),
        ("a/" * 40 + "x.png", "folders deep"), ("dog/" + "x" * 5000 + ".png", "longer than 4,096 characters"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_are_refused(tmp_path, pack, name, words):
    archive = pack(tmp_path / "evil.zip", {**pets(), name: picture()})
    assert words in refused(archive, tmp_path)


def test_a_zero_byte_in_a_name_is_refused(tmp_path):
    archive = zipped(tmp_path / "evil.zip", {"dog/a.png": picture()})
    archive.write_bytes(archive.read_bytes().replace(b"dog/a.png", b"dog/\0.png"))
    assert "zero byte" in refused(archive, tmp_path)


@pytest.mark.parametrize(
    "name",
    ["犬/1.png", "कुत्ता/1.png", "\u202egnp.exe/1.png", "🐕\u200d🦺/1.png", "Cafe\u0301/1.png", "dog/\x1b[31m.png",
     "CON/aux.png", "d*o?g/1.png", "dog /1 .png", "d" * 300 + "/1.png", "dog:cat/1.png"],
)  # fmt: skip
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_of_any_script_are_taken_and_never_written(tmp_path, pack, name):
    content = picture()
    got = unpacked(pack(tmp_path / "names", {name: content}), tmp_path / "out")
    assert [path.read_bytes() for _, path in got.files] == [content]
    assert [path.name for _, path in got.files] == ["000001.png"]
    assert all(character.isprintable() for shown in got.told.values() for character in shown.replace("\u200d", ""))


def test_utf8_names_without_the_flag_are_read(tmp_path):
    archive = zipped(tmp_path / "mac.zip", {"x" * 3 + "/1.png": picture()})
    archive.write_bytes(archive.read_bytes().replace(b"xxx/", "犬".encode() + b"/"))
    assert list(unpacked(archive, tmp_path / "out").told.values()) == ["犬/1.png"]


def _entry(name, kind, target=""):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (tarfile.SYMTYPE, "a link"), (tarfile.LNKTYPE, "a link"), (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"), (tarfile.FIFOTYPE, "a device or a pipe"), (tarfile.GNUTYPE_SPARSE, "holes"),
    ],
)  # fmt: skip
def test_tars_with_anything_but_files_and_folders_are_refused(tmp_path, kind, words):
    archive = tarred(tmp_path / "a.tar", pets())
    with tarfile.open(archive, "a") as more:
        more.addfile(_entry("dog/link.png", kind, "/etc/passwd"))
    assert words in refused(archive, tmp_path)


@pytest.mark.parametrize(
    ("mode", "words"), [(stat.S_IFLNK, "a link"), (stat.S_IFIFO, "a device"), (stat.S_IFCHR, "a device")]
)
def test_zips_with_anything_but_files_and_folders_are_refused(tmp_path, mode, words):
    archive = zipped(tmp_path / "a.zip", pets())
    with zipfile.ZipFile(archive, "a") as more:
        entry = zipfile.ZipInfo("dog/link.png")
        entry.create_system, entry.external_attr = 3, (mode | 0o777) << 16
        more.writestr(entry, "/etc/passwd")
    assert words in refused(archive, tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dog/setup.exe", b"anything"), ("run.sh", b"echo"), ("dog/1.jpg", b"MZ" + bytes(60)),
        ("readme", b"#!/bin/sh\n"), ("dog/a.png", b"\x7fELF" + bytes(60)), ("a.png.bat. ", b""), ("x.so", b""),
    ],
)  # fmt: skip
def test_programs_are_refused_by_name_and_by_content(tmp_path, name, content):
    assert "is a program" in refused(zipped(tmp_path / "a.zip", {**pets(), name: content}), tmp_path)
    assert "is a program" in refused(tarred(tmp_path / "a.tar", {**pets(), name: content}), tmp_path)


def test_what_is_no_image_is_left_out_with_its_reason(tmp_path):
    more = {"dog/page.jpg": b"<html>", "dog/none.jpg": b"", "dog/doc.png": b"%PDF-1.7", "more.zip": b"PK\x03\x04",
            "labels.txt": b"a", "dog/.DS_Store": b"x", "__MACOSX/dog/._0.png": b"x", "dog/Thumbs.db": b"x"}  # fmt: skip
    got = unpacked(zipped(tmp_path / "a.zip", {**pets(0), **more}), tmp_path / "out")
    assert len(got.files) == 6
    assert dict(got.skipped) == {"dog/page.jpg": "HTML, SVG or XML", "dog/none.jpg": "empty", "dog/doc.png": "a PDF"}
    assert got.others == {".zip": 1, ".txt": 1}


def test_an_image_is_stored_as_what_it_is(tmp_path):
    got = unpacked(zipped(tmp_path / "a.zip", {"dog/1.png": picture(kind="JPEG")}), tmp_path / "out")
    assert [path.suffix for _, path in got.files] == [".jpg"]


@pytest.mark.parametrize(
    ("files", "limits", "words"),
    [
        ({f"dog/{number}.png": b"" for number in range(30)}, {"files": 20}, "more than 20 files"),
        ({"dog/1.png": b"BM" + bytes(3 << 19)}, {"file": 1 << 20}, "'dog/1.png' is larger than 1 MB"),
        ({f"dog/{number}.png": b"BM" + bytes(1 << 19) for number in range(3)}, {"bytes": 1 << 20}, "larger than 1 MB"),
        ({"dog/1.png": b"BM" + bytes(400_000)}, {"ratio": 20, "free": 1 << 18}, "more than 20 times as large"),
        ({"notes.txt": bytes(400_000)}, {"ratio": 20, "free": 1 << 18}, "more than 20 times as large"),
        ({"dog/1.png": picture(size=(101, 100))}, {"pixels": 10_000}, "101 × 100 pixels are more than 10,000"),
    ],
    ids=["files", "one file", "altogether", "ratio", "ratio of what is left out", "pixels"],
)
@pytest.mark.parametrize("packing", ["zip", "gz", "xz"])
def test_bombs_are_refused(tmp_path, files, limits, words, packing):
    archive = tmp_path / "bomb"
    zipped(archive, files) if packing == "zip" else tarred(archive, files, packing)
    assert words in refused(archive, tmp_path, Limits(**limits))
    assert len(unpacked(archive, tmp_path / "out").files) in (0, 1, 3)  # the usual limits are far away


def test_a_stream_that_asks_for_much_memory_gets_none(tmp_path):
    packed = bytearray(tarred(tmp_path / "a.tar.xz", pets(), "xz").read_bytes())
    packed[12:20] = b"\x02\x00\x21\x01\x28\x00\x00\x00"  # a dictionary of 4 GB
    packed[20:24] = struct.pack("<I", zlib.crc32(bytes(packed[12:20])))
    (tmp_path / "a.tar.xz").write_bytes(packed)
    assert "Memory usage limit" in refused(tmp_path / "a.tar.xz", tmp_path)


def test_folders_are_no_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("dog/", "cat\\"):
            archive.writestr(zipfile.ZipInfo(name), b"")
    assert unpacked(tmp_path / "a.zip", tmp_path / "out").others == {}


def test_a_small_image_that_claims_to_be_huge_is_refused_before_it_is_decoded(tmp_path):
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = picture()
    bomb = bomb[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + bomb[33:]
    assert "pixels" in refused(zipped(tmp_path / "a.zip", {**pets(), "dog/bomb.png": bomb}), tmp_path)


def test_overlapping_files_are_refused(tmp_path):
    archive = zipped(tmp_path / "a.zip", {"dog/1.png": picture(1), "dog/2.png": picture(2)})
    packed = bytearray(archive.read_bytes())
    second = packed.rindex(b"PK\x01\x02")
    packed[second + 42 : second + 46] = bytes(4)  # both entries begin at 0
    archive.write_bytes(packed)
    assert "overlap" in refused(archive, tmp_path)


@pytest.mark.parametrize("claimed", [10, 1 << 18])
def test_headers_that_lie_about_sizes_are_damage(tmp_path, claimed):
    content = picture(size=(200, 200))
    archive = zipped(tmp_path / "a.zip", {"dog/1.png": content}, zipfile.ZIP_STORED)
    packed, size = archive.read_bytes(), struct.pack("<I", len(content))
    archive.write_bytes(packed.replace(size * 2, size + struct.pack("<I", claimed)))
    assert "damaged" in refused(archive, tmp_path)


def test_a_tar_header_that_claims_gigabytes_fills_no_memory(tmp_path):
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 8 << 30
    file = tmp_path / "a.tar"
    file.write_bytes(entry.tobuf(tarfile.GNU_FORMAT) + b"x" * (4 << 20))
    assert "header in it is larger" in refused(file, tmp_path)


@pytest.mark.parametrize("pack", ["zip", "tar", "gz", "bz2", "xz"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_what_is_cut_off_is_refused(tmp_path, pack, share):
    archive = tmp_path / "a"
    zipped(archive, pets()) if pack == "zip" else tarred(archive, pets(), pack.replace("tar", ""))
    content = archive.read_bytes().rstrip(b"\0") if pack == "tar" else archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])
    assert "is refused" in refused(archive, tmp_path)


def test_a_broken_tar_header_in_the_middle_is_not_taken_for_the_end(tmp_path):
    archive = tarred(tmp_path / "a.tar", pets())
    packed = bytearray(archive.read_bytes())
    at = packed.index(b"domain1/cat/0.png")
    packed[at : at + 4] = b"XXXX"
    archive.write_bytes(packed)
    assert "damaged" in refused(archive, tmp_path)


def test_a_wrong_checksum_is_refused(tmp_path):
    archive = zipped(tmp_path / "a.zip", pets(), zipfile.ZIP_STORED)
    packed = bytearray(archive.read_bytes())
    packed[packed.index(b"IDAT") + 8] ^= 255
    archive.write_bytes(packed)
    assert "CRC" in refused(archive, tmp_path)


def test_passwords_and_unusual_packing_are_refused(tmp_path):
    archive = zipped(tmp_path / "a.zip", pets())
    packed = bytearray(archive.read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(magic) + at] |= 1
    archive.write_bytes(packed)
    assert "encrypted" in refused(archive, tmp_path)
    zipped(archive, pets(), zipfile.ZIP_LZMA)
    assert "method 14" in refused(archive, tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "neither a .zip nor a .tar"), (b"Rar!\x1a\x07", "a RAR archive"), (b"MZ" + bytes(600), "a Windows program"),
     (b"\x1f\x8b" + bytes(9), "damaged"), (b"PK\x05\x06" + bytes(5), "damaged"), (b"BZh9" + bytes(40), "damaged")],
)  # fmt: skip
def test_what_is_no_archive_is_refused(tmp_path, content, words):
    (tmp_path / "a.zip").write_bytes(content)
    assert words in refused(tmp_path / "a.zip", tmp_path)


def test_empty_archives_hold_nothing(tmp_path):
    assert unpacked(zipped(tmp_path / "a.zip", {}), tmp_path / "one").files == ()
    assert unpacked(tarred(tmp_path / "a.tgz", {}, "gz"), tmp_path / "two").files == ()
    assert "neither" in refused(tarred(tmp_path / "a.tar", {}), tmp_path)  # nothing but zeros


def test_a_missing_archive_is_a_sentence(tmp_path):
    assert "No such file" in refused(tmp_path / "a.zip", tmp_path)


def test_whoever_stops_it_leaves_nothing(tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    archive = zipped(tmp_path / "a.zip", pets())
    with pytest.raises(KeyboardInterrupt):
        unpacked(archive, tmp_path / "out", progress=stop)
    assert everything(tmp_path) == ["a.zip"]


def test_a_zip_with_two_files_of_one_name_keeps_both(tmp_path):
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        warnings.simplefilter("ignore")
        for seed in range(2):
            archive.writestr("dog/1.png", picture(seed))
    got = unpacked(tmp_path / "a.zip", tmp_path / "out")
    assert [path.read_bytes() for _, path in got.files] == [picture(0), picture(1)]


def test_large_zips_in_the_newer_format_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, archive.open("dog/1.png", "w", force_zip64=True) as out:
        out.write(picture())
    assert len(unpacked(tmp_path / "a.zip", tmp_path / "out").files) == 1


def test_an_archive_in_memory_is_what_it_was(tmp_path):
    """What tarfile writes itself with long names, in both of its formats."""
    for number, form in enumerate((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)):
        with tarfile.open(tmp_path / f"{number}.tar.gz", "w:gz", format=form) as archive:
            entry = tarfile.TarInfo("é" * 120 + "/1.png")
            entry.size = len(picture())
            archive.addfile(entry, io.BytesIO(picture()))
        assert len(unpacked(tmp_path / f"{number}.tar.gz", tmp_path / f"out{number}").files) == 1
