"""This machine, without torch: how much of its memory is free to us, and that what was had is kept."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import psutil


def free_memory() -> int:
    """Bytes that could be taken now, of this machine and of the container that we are in."""
    return min([psutil.virtual_memory().available, *_allowances()])


@cache
def kept_warm() -> None:
    """Keep what is freed for the next step, instead of asking the system for it anew: up to 64 MB.

    The GNU library hands back every large block at once, and fetches it a page at a time when the next batch needs it:
    that was a tenth of a residual network's training on a CPU. It learns what is large from the largest block that was
    ever given back, up to 32 MB; elsewhere this does nothing.
    """
    np.empty((1 << 25) - (1 << 16), dtype=np.uint8)  # nobody writes to it, so it takes no memory itself


def _allowances(root: Path = Path("/sys/fs/cgroup"), mine: Path = Path("/proc/self/cgroup")) -> Iterator[int]:
    """What the control groups of this process still allow, in bytes; nothing where there are none."""
    try:
        lines = mine.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            folders, names = [root, root / "unified"], ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            folders = [root / "memory"]
        else:
            continue
        for folder in folders:
            for place in (folder / path.lstrip("/"), folder):  # inside a container, its own group is the root
                allowance = _allowance(place, *names)
                if allowance is not None:
                    yield allowance


def _allowance(group: Path, limit: str, usage: str, reclaimable: str) -> int | None:
    try:
        most, used = int((group / limit).read_text()), int((group / usage).read_text())
        told = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no such group, or "max"
        return None
    return max(0, most - used + int(told.get(reclaimable, 0)))
