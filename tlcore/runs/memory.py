"""Memory: how much is free, and what happens when it is not enough."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import torch

from tlcore.runs import machine

_KEPT = 0.05  # of what is free on the CPU stays with everybody else
_SAID = (  # how torch and the libraries below it say so where they have no exception of its own for it
    "can't allocate memory",
    "out of memory",
    "ALLOC_FAILED",
    "bad_alloc",
    "could not allocate",
    "could not create a primitive",  # oneDNN
)


def available(device: torch.device) -> int:
    """Bytes that could be taken now, of a GPU or of this machine."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))
    return machine.free_memory()


def full(error: Exception) -> str | None:
    """Whose memory is full, if that is what an exception says: "the GPU" or "this machine"."""
    if isinstance(error, torch.OutOfMemoryError):
        return "the GPU"
    if isinstance(error, MemoryError):
        return "this machine"
    if isinstance(error, RuntimeError) and any(words in str(error) for words in _SAID):
        return "the GPU" if "CUDA" in str(error) or "CUBLAS" in str(error) or "CUDNN" in str(error) else "this machine"
    return None


def free() -> None:
    """Give back what nobody holds any more."""
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):  # only the GNU library keeps what is free until it is asked
        ctypes.CDLL(None).malloc_trim(0)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


@contextmanager
def bounded(device: torch.device) -> Iterator[None]:
    """While it lasts, a request for more of the CPU's memory than is free fails, so that it can be answered.

    Linux would grant it, and end the process when the memory is used. What is mapped from files does not count.
    """
    if device.type != "cpu" or sys.platform != "linux":
        yield
        return
    import resource  # not on every system

    taken = psutil.Process().memory_info().data
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    bound = taken + int((1 - _KEPT) * available(device))
    resource.setrlimit(resource.RLIMIT_DATA, (bound if most == resource.RLIM_INFINITY else min(bound, most), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


class Watermark:
    """How much more memory was taken, at the highest, than when this was made."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.lower()
        self._before = self._now()

    def lower(self) -> None:
        """Let the highest begin anew at what is taken now, where the system can."""
        free()
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
            return
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")

    def height(self) -> int:
        """Bytes; on the CPU of the whole process, on a GPU of what torch holds there."""
        if self.device.type == "cuda":
            return max(0, torch.cuda.max_memory_reserved(self.device) - self._before)
        return max(0, _highest() - self._before)

    def _now(self) -> int:
        if self.device.type == "cuda":
            return int(torch.cuda.memory_reserved(self.device))
        return int(psutil.Process().memory_info().rss)


def _highest() -> int:
    """The most resident memory that this process ever had, or since it was lowered where that is known."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most if sys.platform == "darwin" else 1024 * most)
