"""Archives of images from strangers: unpacked whole, or refused with a sentence and nothing left behind.

What is written lies under names of our own, so no name in an archive ever reaches the disk. Only what begins
like an image is written at all. Sizes are counted while they are read: headers may lie.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tlcore.errors import DataUnavailable
from tlcore.library.limits import Guard, Limits
from tlcore.library.members import Member, Members, Stream, sound
from tlcore.library.names import hidden, shown
from tlcore.library.opening import TooLarge, opened
from tlcore.library.signatures import BYTES, image_suffix, named, otherwise
from tlcore.library.tars import tarred
from tlcore.library.tree import Steps, Stood
from tlcore.library.walking import SUFFIXES
from tlcore.library.zips import zipped

PACKED = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
CHUNK = 1 << 20
_PACKINGS = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}

Progress = Callable[[int, int], None]  # so many of so many; whatever it raises ends the work, and nothing is left


@dataclass(frozen=True)
class Unpacked:
    """What came out of an archive."""

    files: tuple[Stood, ...]
    skipped: tuple[tuple[str, str], ...]  # (name, why): files that are called images and are none
    others: Mapping[str, int]  # how many other files there are, by suffix

    @property
    def told(self) -> dict[Path, str]:
        """The name in the archive of every file."""
        return {path: "/".join(map(shown, steps)) for steps, path in self.files}


def unpacked(
    archive: Path, into: Path, *, name: str = "", limits: Limits | None = None, progress: Progress | None = None
) -> Unpacked:
    """Unpack the images of an archive into a folder that does not exist yet.

    `progress` counts bytes of the archive. Raises `DataUnavailable`: what is damaged, encrypted or an
    attack is refused as a whole, and `into` is removed.
    """
    try:
        with archive.open("rb") as file:
            size = archive.stat().st_size
            guard = Guard(name or archive.name, size, limits or Limits())
            with closing(_members(file, guard)) as members:
                into.mkdir(parents=True)
                return _Unpacking(guard, into).all(members, lambda done: progress and progress(min(done, size), size))
    except OSError as reason:
        shutil.rmtree(into, ignore_errors=True)
        raise DataUnavailable(f"'{shown(str(archive))}' cannot be unpacked ({reason.strerror or reason}).") from None
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


def _members(file: BinaryIO, guard: Guard) -> Members:
    beginning = file.read(512)
    file.seek(0)
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zipped(file, guard)
    packing = next((name for magic, name in _PACKINGS.items() if beginning.startswith(magic)), "")
    if packing or beginning[257:262] == b"ustar":
        return tarred(file, packing, guard)
    what = f"but {named(beginning)}" if named(beginning) else "by its first bytes"
    raise guard.refused(f"it is neither a .zip nor a .tar {what}", "pack a folder of images as one of these")


class _Unpacking:
    def __init__(self, guard: Guard, into: Path) -> None:
        self._guard, self._into = guard, into
        self._files: list[Stood] = []
        self._skipped: list[tuple[str, str]] = []
        self._others = Counter[str]()

    def all(self, members: Iterator[Member], progress: Callable[[int], object]) -> Unpacked:
        while True:
            with sound(self._guard):
                member = next(members, None)
            if member is None:
                return Unpacked(tuple(self._files), tuple(self._skipped), self._others)
            self._guard.one_more()
            steps = self._guard.steps(member.name)
            if member.kind not in ("file", "folder"):
                raise self._guard.refused(f"'{shown(member.name)}' in it is {member.kind}")
            if member.kind == "file" and steps:
                self._guard.one_fits(member.name, member.size)
                self._file(member, steps)
            progress(member.packed)

    def _file(self, member: Member, steps: Steps) -> None:
        with ExitStack() as stack:
            with sound(self._guard):
                stream = stack.enter_context(member.open())
            beginning = self._read(stream, BYTES)
            self._guard.harmless(steps, beginning)
            content = self._content(stream, beginning, steps, member.size)
            suffix = self._suffix(steps, beginning)
            if suffix:
                self._keep(content, steps, suffix)
            else:
                for _ in content:  # read to the end: an archive that is damaged here is damaged
                    pass

    def _suffix(self, steps: Steps, beginning: bytes) -> str:
        """Under which suffix a file is kept; nothing for one that is left out."""
        called, is_one = PurePosixPath(steps[-1]).suffix.lower(), image_suffix(beginning)
        if any(map(hidden, steps)):
            return ""
        if called not in SUFFIXES:
            self._others[called] += 1
            return ""
        if not is_one:
            self._skipped.append(("/".join(map(shown, steps)), otherwise(beginning)))
        return is_one

    def _keep(self, content: Iterator[bytes], steps: Steps, suffix: str) -> None:
        number = len(self._files) + 1
        path = self._into / f"{number // 1000:03d}" / f"{number:06d}{suffix}"
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as out:
            for chunk in content:
                out.write(chunk)
        too_large = _too_large(path, self._guard.limits.pixels)
        if too_large:
            raise self._guard.refused(f"'{shown('/'.join(steps))}' in it is too large an image: {too_large}")
        self._files.append((steps, path))

    def _content(self, stream: Stream, beginning: bytes, steps: Steps, claimed: int) -> Iterator[bytes]:
        size, chunk = 0, beginning
        while chunk:
            size += len(chunk)
            self._guard.one_fits("/".join(steps), size)
            yield chunk
            chunk = self._read(stream, CHUNK)
        if size != claimed:
            raise self._guard.damaged(f"'{shown('/'.join(steps))}' has {size:,} bytes instead of {claimed:,}")

    def _read(self, stream: Stream, size: int) -> bytes:
        with sound(self._guard):
            return stream.read(size)


def _too_large(path: Path, most: int) -> str:
    """What is wrong with the number of an image's pixels; whether it can be read at all is found out later."""
    try:
        opened(path, most).close()
    except TooLarge as reason:
        return str(reason)
    except Exception:  # noqa: BLE001 - a damaged image may raise anything: Pillow has many readers
        return ""
    return ""
