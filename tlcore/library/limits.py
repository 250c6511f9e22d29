"""What an archive may be like before it counts as an attack, and what its members may be called."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from tlcore.errors import DataUnavailable
from tlcore.library.names import shown
from tlcore.library.opening import MOST_PIXELS
from tlcore.library.signatures import PROGRAM_SUFFIXES, program
from tlcore.library.tree import DEEPEST, Steps

LONGEST = 4096  # characters of a member's name, as in the paths of most systems


@dataclass(frozen=True)
class Limits:
    """Beyond these an archive is refused. The defaults let DomainNet pass, a domain an archive."""

    files: int = 500_000
    bytes: int = 64 << 30  # unpacked, altogether
    file: int = 256 << 20  # unpacked, of one file
    ratio: int = 200  # unpacked by packed; photographs have about 1
    free: int = 32 << 20  # so much may be unpacked at any ratio
    pixels: int = MOST_PIXELS  # of one image


class Guard:
    """Counts what has come out of one archive, and refuses it when that is too much or somebody's trick."""

    def __init__(self, archive: str, packed: int, limits: Limits) -> None:
        self.archive, self.packed, self.limits = shown(archive), packed, limits
        self.files = self.unpacked = 0

    def refused(self, why: str, then: str = "pack a folder of images anew") -> DataUnavailable:
        """The sentence."""
        return DataUnavailable(f"'{self.archive}' is refused: {why}. Nothing was kept; {then}.")

    def damaged(self, how: str) -> DataUnavailable:
        """The sentence for an archive that is not as it was packed."""
        return self.refused(f"it is damaged ({how})", "fetch or pack it once more")

    def one_more(self) -> None:
        """Count a member, whatever it is."""
        self.files += 1
        if self.files > self.limits.files:
            raise self.refused(f"it holds more than {self.limits.files:,} files", "split it into several archives")

    def grown(self, by: int) -> None:
        """Count bytes that came out."""
        self.unpacked += by
        self.fits(self.unpacked)

    def fits(self, unpacked: int) -> None:
        """Whether so many bytes altogether may come out."""
        most = self.limits
        if unpacked > most.bytes:
            raise self.refused(f"unpacked it is larger than {most.bytes >> 20:,} MB", "split it into several archives")
        if unpacked > max(most.free, self.packed * most.ratio):
            raise self.refused(f"unpacked it is more than {most.ratio} times as large, as only bombs are")

    def one_fits(self, name: str, size: int) -> None:
        """Whether one file may be of this size."""
        if size > self.limits.file:
            raise self.refused(f"'{shown(name)}' is larger than {self.limits.file >> 20:,} MB, as no image is")

    def steps(self, name: str) -> Steps:
        """The folders of a member's name, and its own; refuses names that lead out of a folder."""
        if len(name) > LONGEST:
            raise self.refused(f"a name in it is longer than {LONGEST:,} characters ('{shown(name)}')")
        if "\0" in name:
            raise self.refused(f"'{shown(name)}' holds a zero byte")
        path = name.replace("\\", "/")
        if path.startswith("/") or re.match(r"[A-Za-z]:", path):
            raise self.refused(f"'{shown(name)}' is an absolute path, and would be written outside of its folder")
        steps = tuple(step for step in path.split("/") if step not in ("", "."))
        if any(step.strip(" ") == ".." or (step[:2] == ".." and not step.strip(" .")) for step in steps):
            raise self.refused(f"'{shown(name)}' leads upwards, and would be written outside of its folder")
        if len(steps) > DEEPEST:
            raise self.refused(f"'{shown(name)}' lies more than {DEEPEST} folders deep")
        return steps

    def harmless(self, steps: Steps, beginning: bytes) -> None:
        """Refuses programs, by name and by content."""
        suffix = PurePosixPath(steps[-1].rstrip(". ")).suffix.lower()
        what = program(beginning) or (f"called {suffix}" if suffix in PROGRAM_SUFFIXES else "")
        if what:
            raise self.refused(
                f"'{shown('/'.join(steps))}' in it is a program ({what})", "remove it from the archive and try again"
            )
