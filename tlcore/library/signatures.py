"""What a file is by its first bytes, whatever it is called."""

import re

BYTES = 64  # of a file's beginning that are enough to tell

_IMAGES = {
    b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png", b"GIF87a": ".gif", b"GIF89a": ".gif", b"BM": ".bmp",
    b"II*\0": ".tif", b"MM\0*": ".tif",
}  # fmt: skip
_PROGRAMS = {
    b"MZ": "a Windows program", b"\x7fELF": "a Linux program", b"#!": "a script", b"dex\n": "an Android program",
    b"\xca\xfe\xba\xbe": "a Java or macOS program", b"\xfe\xed\xfa": "a macOS program",
    b"\xce\xfa\xed\xfe": "a macOS program", b"\xcf\xfa\xed\xfe": "a macOS program", b"\0asm": "a WebAssembly program",
    b"L\0\0\0\x01\x14\x02\0": "a Windows shortcut", b"<?php": "a script",
}  # fmt: skip
_OTHERS = {
    b"%PDF": "a PDF", b"%!PS": "PostScript", b"PK\x03\x04": "a zip archive", b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive", b"\x1f\x8b": "a gzip file", b"BZh": "a bzip2 file", b"\xfd7zXZ": "an xz file",
    b"(\xb5/\xfd": "a zstd file", b"8BPS": "a Photoshop file", b"\x93NUMPY": "a numpy array", b"<": "HTML, SVG or XML",
    b"\x89HDF": "an HDF5 file",
}  # fmt: skip
PROGRAM_SUFFIXES = frozenset(
    {".exe", ".dll", ".com", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta"}
    | {".lnk", ".pif", ".cpl", ".jar", ".apk", ".app", ".deb", ".rpm", ".dmg", ".so", ".dylib", ".sh", ".bash"}
    | {".php", ".reg"}
)  # fmt: skip


def image_suffix(beginning: bytes) -> str:
    """The suffix of the image that begins so; nothing where it is none that is read here."""
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return ".webp"
    if re.match(rb"P[1-6]\s", beginning):
        return ".ppm"
    return next((suffix for magic, suffix in _IMAGES.items() if beginning.startswith(magic)), "")


def program(beginning: bytes) -> str:
    """What program begins so; nothing where it is none."""
    return next((what for magic, what in _PROGRAMS.items() if beginning.startswith(magic)), "")


def named(beginning: bytes) -> str:
    """What a file that begins so is; nothing where that is not known."""
    if beginning[4:8] == b"ftyp":
        return "HEIC, AVIF or a film"
    return program(beginning) or next((what for magic, what in _OTHERS.items() if beginning.startswith(magic)), "")


def otherwise(beginning: bytes) -> str:
    """What a file that is called an image and is none seems to be."""
    if not beginning:
        return "empty"
    return named(beginning) or ("nothing but zeros" if not beginning.strip(b"\0") else "of no type that is known here")
