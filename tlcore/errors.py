"""Everything that can go wrong, as one tree.

    TransferError
    ├── RequestError            a mistake in what was asked for: nothing has happened yet
    │   ├── UnknownKey          no such strategy, scenario, backbone, hyper-parameter, run
    │   │   └── NotImported     a domain of a collection that is not on this machine
    │   ├── OutOfRange          a value that its hyper-parameter or dial does not take
    │   ├── DataUnavailable     files that are missing, cannot be fetched or cannot be read
    │   └── DeviceUnavailable   a GPU was asked for, and there is none
    ├── Withheld                a strategy reached for what its task does not grant
    ├── StoreError              the store is not ours, of another version, or cannot be written
    ├── CheckpointError         a checkpoint is truncated, of another network or of another version
    │   └── Stale               it was written by a strategy whose phases have changed since
    ├── OutOfMemory             even half of the batch has no room
    └── Diverged                a loss became not-a-number or infinite

A message says what is, what was expected, and what to do. Whoever catches a `TransferError` may
show its text to a person as it stands; any other exception is a mistake of ours and ends loudly.
"""

from collections.abc import Collection, Iterable
from difflib import get_close_matches


class TransferError(Exception):
    """The root of every error that a person may be shown as a sentence."""


class RequestError(TransferError):
    """What was asked for cannot be done as it was asked."""


class UnknownKey(RequestError):
    """A name that nothing is known by; names the nearest ones that are known."""

    def __init__(self, kind: str, key: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = get_close_matches(key, known, n=3, cutoff=0.5)
        others = f"known are {_listed(known)}." if known else "there is none to choose from."
        hint = f"did you mean {_listed(near)}?" if near else others
        super().__init__(f"There is no {kind} '{key}': {hint}")


class NotImported(UnknownKey):
    """A domain of a collection that somebody else may have, and this machine has not."""

    def __init__(self, key: str) -> None:
        collection = key.partition("/")[0]
        RequestError.__init__(
            self,
            f"There is no collection '{collection}' here, so there is no domain '{key}' either: add its folder or "
            "archive with `tlcore data add` or on the Data page, or choose another domain of `tlcore data list`.",
        )


class OutOfRange(RequestError):
    """A value outside of what is allowed."""


class DataUnavailable(RequestError):
    """Data that is not on this machine and cannot be fetched, or cannot be read."""


class DeviceUnavailable(RequestError):
    """A device was asked for that this machine does not have."""


class Withheld(TransferError):
    """A strategy reached for labels or images that its card does not ask for."""


class StoreError(TransferError):
    """The store cannot be opened, read or written."""


class CheckpointError(TransferError):
    """A checkpoint cannot be used."""


class Stale(CheckpointError):
    """A checkpoint belongs to phases that the strategy no longer has."""


class OutOfMemory(TransferError):
    """Memory is full, and a smaller batch has been tried already or cannot be."""


class Diverged(TransferError):
    """Training left the numbers: carries the step at which it happened."""

    def __init__(self, message: str, step: int) -> None:
        super().__init__(message)
        self.step = step


def only_known(kind: str, keys: Iterable[str], known: Collection[str]) -> None:
    """Raises `UnknownKey` for the first of the keys that is not known."""
    for key in keys:
        if key not in known:
            raise UnknownKey(kind, key, known)


def _listed(words: list[str]) -> str:
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
