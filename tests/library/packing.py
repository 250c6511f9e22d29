"""Tiny images, folders and archives to test with, honest ones and others."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image


def picture(
    seed: int = 0, size: tuple[int, int] = (24, 20), mode: str = "RGB", kind: str = "PNG", **how: object
) -> bytes:
    """A blurred random image in a file's bytes."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (6, 6, 3), dtype=np.uint8))
    out = io.BytesIO()
    coarse.resize(size, Image.Resampling.BICUBIC).convert(mode).save(out, kind, **how)
    return out.getvalue()


def pets(domains: int = 2, many: int = 3) -> dict[str, bytes]:
    """Names and contents: `domains` domains (or none, for 0) of two classes with so many images each."""
    tops = [f"domain{number}/" for number in range(domains)] or [""]
    names = [f"{top}{name}/{number}.png" for top in tops for name in ("cat", "dog") for number in range(many)]
    return {name: picture(seed) for seed, name in enumerate(names)}


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def zipped(file: Path, files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def tarred(file: Path, files: Mapping[str, bytes], packing: str = "") -> Path:
    with tarfile.open(file, f"w:{packing}") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file


def everything(folder: Path) -> list[str]:
    """All that lies below a folder."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))
