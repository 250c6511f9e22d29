"""Hostile and damaged archives and images, each a function of its seed."""

import io
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

from PIL import Image

from tests.library.packing import picture

ESCAPE = "tlcore-escaped"  # what a file is called that an archive wants to put elsewhere
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "BMP": ".bmp", "WEBP": ".webp", "TIFF": ".tif", "PPM": ".ppm"}
PACKINGS = ("zip", "", "gz", "bz2", "xz")

Chance = random.Random
Files = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """One thing that somebody might upload."""

    kind: str
    name: str
    content: bytes | Files  # of an archive, or of a folder


def case(seed: int) -> Case:
    """Every kind in turn, each time another one of its kind."""
    kind, made = list(KINDS.items())[seed % len(KINDS)]
    content = made(Chance(f"{kind} {seed}"))
    return Case(kind, "pets" if isinstance(content, dict) else "pets.zip", content)


@cache
def _images(kind: str) -> tuple[bytes, ...]:
    modes = {"JPEG": ("RGB", "L", "CMYK"), "GIF": ("P",), "PPM": ("RGB", "L"), "BMP": ("RGB", "L", "P")}
    return tuple(
        picture(seed, (40, 30), mode, kind) for seed in range(3) for mode in modes.get(kind, ("RGB", "L", "P", "RGBA"))
        if not (kind == "WEBP" and mode == "P")
    )  # fmt: skip


def _pets(chance: Chance, kind: str = "") -> Files:
    kinds = [kind] if kind else list(SUFFIXES)
    files = {}
    for label in ("cat", "dog"):
        for number in range(chance.randint(1, 4)):
            chosen = chance.choice(kinds)
            files[f"photo/{label}/{number}{SUFFIXES[chosen]}"] = chance.choice(_images(chosen))
    return files


def _packed(files: Files, packing: str, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    if packing == "zip":
        with zipfile.ZipFile(out, "w", how) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name), content, how)
    else:
        with tarfile.open(fileobj=out, mode=f"w:{packing}") as archive:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _damaged(chance: Chance, content: bytes) -> bytes:
    """Bytes that are flipped, cut, doubled, emptied, moved or put in, several times."""
    broken = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        at, length = chance.randrange(len(broken) + 1), chance.choice((1, 2, 4, 30, 600))
        piece = slice(at, at + length)
        match chance.randrange(7):
            case 0 | 1:
                broken[piece] = chance.randbytes(len(broken[piece]))
            case 2:
                broken[piece] = bytes(len(broken[piece]))
            case 3:
                broken[piece] = b"\xff" * len(broken[piece])
            case 4:
                del broken[piece]
            case 5:
                broken[at:at] = broken[piece] or b"x"
            case 6:
                broken[at:at] = chance.randbytes(length)
    return bytes(broken[: chance.randrange(len(broken) + 1)] if chance.random() < 0.15 else broken)


def _damaged_archive(packing: str) -> Callable[[Chance], bytes]:
    return lambda chance: _damaged(chance, _packed(_pets(chance), packing, chance.choice((0, 8))))


def _cut(chance: Chance) -> bytes:
    whole = _packed(_pets(chance), chance.choice(PACKINGS))
    return whole[: chance.randrange(len(whole))]


def _noise(chance: Chance) -> bytes:
    magic = chance.choice(
        (b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0", b"Rar!\x1a\x07", b"MZ")
    )
    noise = magic + chance.randbytes(chance.choice((0, 3, 100, 5000)))
    return noise + (b"PK\x05\x06" + chance.randbytes(18) if chance.random() < 0.3 else b"")


def _with_name(chance: Chance, names: list[str]) -> bytes:
    files = _pets(chance)
    for _ in range(chance.randint(1, 3)):
        files[chance.choice(names)] = chance.choice(_images("PNG"))
    return _packed(files, chance.choice(PACKINGS))


def _leading_out(chance: Chance) -> bytes:
    ups = chance.choice(("../", "..\\", ".. /", "./../", "a/../../", "dog/../../../")) * chance.randint(1, 6)
    tops = ["/tmp/", "/", "C:\\", "c:/", "\\\\server\\share\\", "//", "\\", f"/{ups}", "~/../"]
    return _with_name(
        chance, [f"{ups}{ESCAPE}.png", f"{chance.choice(tops)}{ESCAPE}.png", f"photo/{ups}dog/{ESCAPE}.png"]
    )


def _strange_names(chance: Chance) -> bytes:
    letters = "aZ0 ._-~$%&()[]{}'\"`;|<>?*:!\t\n\x07\x1b\u202e\u200b\u0301é犬أب🐕\u2028\ufeff\U000e0041"
    names = ["".join(chance.choices(letters, k=chance.choice((1, 5, 40, 260)))) for _ in range(6)]
    names += [
        "CON",
        "aux.png",
        "nul",
        "LPT1",
        "...",
        " ",
        "-rf",
        "--help",
        "con.dog",
        "dog.",
        "dog ",
        "DOG",
        "Thumbs.db",
        "$(id)",
    ]
    tops = [chance.choice(names).strip("/") or "x" for _ in range(6)]
    return _with_name(chance, [f"photo/{top}/{chance.choice(names)}.png" for top in tops])


def _odd_entries(chance: Chance) -> bytes:
    """Links, devices, pipes, files with holes."""
    target = chance.choice(("/etc/passwd", "../../../etc", ".", "photo", f"/tmp/{ESCAPE}", "x" * 90))
    if chance.random() < 0.4:
        out = io.BytesIO(_packed(_pets(chance), "zip"))
        with zipfile.ZipFile(out, "a") as archive:
            entry = zipfile.ZipInfo(chance.choice(("photo/dog/link.png", "photo/dog", "photo/owl/")))
            entry.create_system = 3
            kind = chance.choice((stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK))
            entry.external_attr = (kind | 0o777) << 16
            archive.writestr(entry, target)
        return out.getvalue()
    out = io.BytesIO()
    types = [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
        tarfile.GNUTYPE_SPARSE,
    ]
    with tarfile.open(fileobj=out, mode=f"w:{chance.choice(PACKINGS[1:])}") as archive:
        entry = tarfile.TarInfo(chance.choice(("photo", "photo/dog", "photo/dog/link.png")))
        entry.type, entry.linkname, entry.devmajor = chance.choice(types), target, 1
        archive.addfile(entry)
        for name, content in _pets(chance).items():
            plain = tarfile.TarInfo(name)
            plain.size = len(content)
            archive.addfile(plain, io.BytesIO(content))
    return out.getvalue()


def _programs(chance: Chance) -> bytes:
    programs = [
        b"MZ" + bytes(90),
        b"\x7fELF\2\1\1" + bytes(90),
        b"#!/bin/sh\nrm -rf /\n",
        b"\xca\xfe\xba\xbe" + bytes(9),
        b"<?php",
    ]
    names = [
        "setup.exe",
        "photo/dog/1.jpg",
        "photo/run.sh",
        "a.png.bat",
        "photo/dog/lib.so",
        "x.scr",
        "readme",
        "photo/cat/2.PNG",
    ]
    return _packed({**_pets(chance), chance.choice(names): chance.choice(programs)}, chance.choice(PACKINGS))


def _strangers(chance: Chance) -> bytes:
    """Archives in archives, lists, pages that are called images, what systems leave."""
    inner = _packed(_pets(chance), chance.choice(PACKINGS))
    others = {
        "photo/dog/inner.zip": inner,
        "photo/dog/inner.jpg": inner,
        "photo/labels.csv": b"a,b",
        "photo/dog/page.png": b"<html>",
        "photo/dog/doc.jpg": b"%PDF-1.4",
        "__MACOSX/photo/dog/._1.jpg": b"x",
        "photo/dog/.DS_Store": b"x",
        "photo/dog/Thumbs.db": b"x",
        "photo/dog/ps.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "photo/dog/vector.png": b"<svg/>",
        "photo/dog/empty.png": b"",
    }
    chosen = chance.sample(sorted(others), 5)
    return _packed({**_pets(chance), **{name: others[name] for name in chosen}}, chance.choice(PACKINGS))


def _lying_zip(chance: Chance) -> bytes:
    """Fields of headers that say what is not so: sizes, offsets, methods, flags, checksums, numbers of entries."""
    packed = bytearray(_packed(_pets(chance), "zip", chance.choice((0, 8))))
    fields = {
        b"PK\x01\x02": [(at, "H") for at in (8, 10, 28, 30)] + [(at, "I") for at in (16, 20, 24, 38, 42)],
        b"PK\x03\x04": [(at, "H") for at in (6, 8, 26, 28)] + [(at, "I") for at in (14, 18, 22)],
        b"PK\x05\x06": [(8, "H"), (10, "H"), (12, "I"), (16, "I"), (20, "H")],
    }
    for _ in range(chance.randint(1, 3)):
        magic = chance.choice(sorted(fields))
        places = [at for at in range(len(packed)) if packed.startswith(magic, at)]
        at, form = chance.choice(fields[magic])
        top = 65535 if form == "H" else 2**32 - 1
        value = chance.choice((0, 1, 14, 99, 1000, top // 2, top - 1, top))
        struct.pack_into(f"<{form}", packed, chance.choice(places) + at, min(value, top))
    return bytes(packed)


def _lying_tar(chance: Chance) -> bytes:
    """Fields of headers that say what is not so, with checksums that are right."""
    packed = bytearray(_packed(_pets(chance), ""))
    starts = [at for at in range(0, len(packed) - 512, 512) if packed[at + 257 : at + 262] == b"ustar"]
    for at in chance.sample(starts, min(len(starts), chance.randint(1, 3))):
        field, length = chance.choice(((124, 12), (156, 1), (156, 1), (100, 8), (136, 12), (345, 155), (329, 8)))
        values = [b"7" * length, b"\x80" + b"\xff" * length, b"\xff" * length, b"-" * length, b"\x80" + bytes(9)]
        value = chance.choice([*values, b"x", b"L", b"g", b"S", b"../" * 50, chance.randbytes(length)])
        packed[at + field : at + field + length] = value[:length].ljust(length, b"\0")
        packed[at + 148 : at + 156] = b" " * 8
        packed[at + 148 : at + 156] = b"%06o\0 " % sum(packed[at : at + 512])
    whole = bytes(packed)
    return whole if chance.random() < 0.7 else _repacked(whole, chance.choice(("gz", "bz2", "xz")))


def _repacked(content: bytes, packing: str) -> bytes:
    import bz2
    import gzip
    import lzma

    return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[packing](content)


@cache
def _zeros(packing: str, megabytes: int) -> bytes:
    files = {"photo/dog/1.bmp": b"BM" + bytes(megabytes << 20)}
    return _packed(files, packing, zipfile.ZIP_BZIP2 if megabytes % 2 else zipfile.ZIP_DEFLATED)


def _bombs(chance: Chance) -> bytes:
    match chance.randrange(6):
        case 0:
            return _zeros(chance.choice(PACKINGS), chance.choice((36, 37)))
        case 1:  # one after the other
            return _repacked(
                _packed({f"photo/dog/{k}.txt": bytes(4 << 20) for k in range(12)}, ""), chance.choice(("gz", "bz2"))
            )
        case 2:  # shared bytes: every entry of the directory points to one file
            packed = _packed({"photo/dog/1.png": bytes(1 << 20)}, "zip")
            at, end = packed.index(b"PK\x01\x02"), packed.index(b"PK\x05\x06")
            many = chance.choice((50, 5000))
            tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, many, many, many * (end - at), at, 0)
            return packed[:at] + packed[at:end] * many + tail
        case 3:  # so many entries
            return _packed({f"{k}": b"" for k in range(chance.choice((2000, 20_000)))}, chance.choice(("zip", "gz")))
        case 4:  # a header that claims to be long
            entry = tarfile.TarInfo("././@PaxHeader")
            entry.type, entry.size = chance.choice((b"x", b"g", b"L", b"K")), chance.choice((3 << 20, 8 << 30))
            return _repacked(entry.tobuf(tarfile.GNU_FORMAT) + bytes(20 << 20) + _packed(_pets(chance), ""), "gz")
        case _:  # a stream that asks for a large dictionary
            packed = bytearray(_packed(_pets(chance), "xz"))
            packed[12:20] = b"\x02\x00\x21\x01\x28\x00\x00\x00"
            packed[20:24] = struct.pack("<I", crc32(bytes(packed[12:20])))
            return bytes(packed)


def _huge_images(chance: Chance) -> bytes:
    """Few bytes that claim, or really hold, very many pixels."""
    side = chance.choice((7_000, 20_000, 60_000, 2**31 - 1))
    header = struct.pack(">IIBBBBB", side, side, chance.choice((1, 8, 16)), chance.choice((0, 2, 3, 6)), 0, 0, 0)
    png = bytearray(_images("PNG")[0])
    png[16:29], png[29:33] = header, struct.pack(">I", crc32(b"IHDR" + header))
    gif = bytearray(_images("GIF")[0])
    gif[6:10] = struct.pack("<HH", 65_535, 65_535)
    bmp = bytearray(_images("BMP")[0])
    bmp[18:26] = struct.pack("<ii", min(side, 2**31 - 1), chance.choice((side, -1, -(2**31))))
    jpeg = bytearray(_images("JPEG")[0])
    at = next(at for at in range(len(jpeg)) if jpeg[at] == 0xFF and jpeg[at + 1] in (0xC0, 0xC2))
    jpeg[at + 5 : at + 9] = struct.pack(">HH", chance.choice((7_000, 65_500)), chance.choice((7_000, 65_500)))
    huge = {
        "a.png": png,
        "b.gif": gif,
        "c.bmp": bmp,
        "d.jpg": jpeg,
        "e.ppm": b"P6 %d %d 255\n" % (side, side),
        "f.png": _flat(),
    }
    name = chance.choice(sorted(huge))
    return _packed({**_pets(chance), f"photo/dog/{name}": bytes(huge[name])}, chance.choice(PACKINGS))


@cache
def _flat() -> bytes:
    """49 million pixels in some kilobytes, which is allowed."""
    out = io.BytesIO()
    Image.new("1", (7_000, 7_000)).save(out, "PNG")
    return out.getvalue()


def _text_bombs(chance: Chance) -> bytes:
    """PNG chunks that unpack to megabytes of text, GIFs of many frames, TIFFs whose tags go round in circles."""
    import zlib

    png = _images("PNG")[0]
    kind = chance.choice((b"zTXt", b"iCCP", b"iTXt", b"eXIf", b"tRNS", b"PLTE"))
    body = b"x\0\0" + zlib.compress(bytes(chance.choice((100, 8 << 20))))
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc32(kind + body))
    frames = io.BytesIO()
    Image.new("P", (50, 50)).save(
        frames, "GIF", save_all=True, append_images=[Image.new("P", (50, 50), k) for k in range(200)]
    )
    tiff = bytearray(_images("TIFF")[0])
    at = struct.unpack_from("<I", tiff, 4)[0]
    many = struct.unpack_from("<H", tiff, at)[0]
    struct.pack_into("<I", tiff, at + 2 + 12 * many, chance.choice((at, 8, 0, 2**32 - 1)))
    for _ in range(chance.randint(0, 3)):
        struct.pack_into(
            "<I", tiff, at + 2 + 12 * chance.randrange(many) + chance.choice((0, 4, 8)), chance.getrandbits(32)
        )
    files = {
        "photo/dog/a.png": png[:33] + chunk + png[33:],
        "photo/dog/b.gif": frames.getvalue(),
        "photo/dog/c.tif": bytes(tiff),
    }
    return _packed({**_pets(chance), **files}, chance.choice(PACKINGS))


def _damaged_images(kind: str) -> Callable[[Chance], Files]:
    def made(chance: Chance) -> Files:
        files = _pets(chance, kind)
        broken = {name: _damaged(chance, content) for name, content in files.items() if chance.random() < 0.8}
        return {**files, **broken}

    return made


def _odd_folders(chance: Chance) -> Files:
    """Trees that are no layout, or one that nobody meant."""
    depths = [chance.randint(0, 5) for _ in range(chance.randint(0, 8))]
    words = ["cat", "Cat", "train", "test", "val", "images", "photo", "dog", ".git", "__MACOSX", "犬", "a b"]
    names = ["/".join([*chance.choices(words, k=depth), f"{number}.png"]) for number, depth in enumerate(depths)]
    taken = {name for name in names if not any(other.startswith(f"{name}/") for other in names)}
    return {name: chance.choice(_images("PNG")) for name in sorted(taken)}


KINDS: dict[str, Callable[[Chance], bytes | Files]] = {
    **{f"damaged {packing or 'tar'}": _damaged_archive(packing) for packing in PACKINGS},
    "cut off": _cut,
    "noise": _noise,
    "names that lead out": _leading_out,
    "names of any script": _strange_names,
    "links and devices": _odd_entries,
    "programs": _programs,
    "strange files": _strangers,
    "zip headers that lie": _lying_zip,
    "tar headers that lie": _lying_tar,
    "bombs": _bombs,
    "images that claim to be huge": _huge_images,
    "images with odd extras": _text_bombs,
    "odd folders": _odd_folders,
    **{f"damaged {kind}": _damaged_images(kind) for kind in SUFFIXES},
}


def placed(folder: Path, some: Case) -> Path:
    """Write a case into a folder; where it lies."""
    place = folder / some.name
    if isinstance(some.content, bytes):
        place.write_bytes(some.content)
        return place
    place.mkdir()
    for name, content in some.content.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place
