"""Which device a run belongs to, said without loading torch."""

import ctypes
import sys
from functools import cache
from typing import Literal, get_args

from tlcore.errors import DeviceUnavailable, UnknownKey

Lane = Literal["cpu", "cuda"]  # runs of one lane wait for each other
CHOICES = ("auto", *get_args(Lane))


def lane(device: str) -> Lane:
    """The lane that "auto", "cpu" or "cuda" means on this machine.

    Raises `UnknownKey` for another word and `DeviceUnavailable` where a GPU is asked for and none is there.
    """
    match device:
        case "cpu":
            return "cpu"
        case "auto":
            return "cuda" if gpus() else "cpu"
        case "cuda" if gpus():
            return "cuda"
        case "cuda":
            raise DeviceUnavailable("There is no GPU on this machine that CUDA can use: choose --device cpu or auto.")
        case _:
            raise UnknownKey("device", device, CHOICES)


@cache
def gpus() -> int:
    """How many GPUs CUDA's driver lets this process see; asks the driver itself, as torch takes seconds to load."""
    count = ctypes.c_int(0)
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        seen = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    except (OSError, AttributeError):
        return 0
    return count.value if seen else 0
