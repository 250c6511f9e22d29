"""Events as bytes: the form in which the store keeps them and the feed sends them.

    ┌──────────────┬─────────────────────────┬─────────────────────────────┐
    │ uint32 (LE)  │ head: JSON, UTF-8       │ arrays: raw, little endian  │
    │ length of    │ padded with spaces to   │ each begins at a multiple   │
    │ the head     │ a multiple of 8         │ of 8 from the arrays' start │
    └──────────────┴─────────────────────────┴─────────────────────────────┘

The head lists the arrays as `{name, dtype, shape, offset}`. It is strict JSON, so that a browser
can read it: a number that is not finite becomes `null`, and comes back as NaN.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan, prod
from typing import Any

import numpy as np

from tlcore.errors import StoreError
from tlcore.training.events import Array, Evaluated, Finished, Measured, Observed

_ALIGN = 8  # a browser's typed arrays may only begin at a multiple of their item's size


@dataclass(frozen=True)
class Logged:
    """A remark for people about a run: "resumed at step 400", "torch has changed since"."""

    step: int
    text: str


StoredKind = Measured | Evaluated | Observed | Finished | Logged

KINDS: Mapping[type, str] = {
    Measured: "measured",
    Evaluated: "evaluated",
    Observed: "observed",
    Finished: "finished",
    Logged: "log",
}
_NUMBERS: Mapping[str, type[Measured | Evaluated | Finished]] = {
    "measured": Measured,
    "evaluated": Evaluated,
    "finished": Finished,
}


def pack(head: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """A head and its arrays as one message; `head` must not hold the key "arrays"."""
    listed, raw, offset = [], [], 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
        listed.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "offset": offset})
        raw.append(data + bytes(-len(data) % _ALIGN))
        offset += len(raw[-1])
    text = json.dumps({**_strict(head), "arrays": listed}, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(4 + len(text)) % _ALIGN)
    return b"".join([len(text).to_bytes(4, "little"), text, *raw])


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """The head and the arrays of a message; the arrays are read-only views of it.

    Raises `StoreError` when the message is cut off or is none.
    """
    try:
        start = 4 + int.from_bytes(message[:4], "little")
        head: dict[str, Any] = json.loads(message[4:start])
        arrays = {each["name"]: _view(message, start, each) for each in head.pop("arrays")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"An event of {len(message)} bytes in the store cannot be read: {error}.") from None
    return head, arrays


def encode(event: StoredKind) -> bytes:
    """One event as one message; it carries its kind and its step."""
    head: dict[str, Any] = {"kind": KINDS[type(event)], "step": event.step}
    match event:
        case Observed(_, name, values, arrays):
            return pack(head | {"name": name, "values": values}, arrays)
        case Logged(_, text):
            return pack(head | {"text": text}, {})
        case Measured(_, values) | Evaluated(_, values) | Finished(_, values):
            return pack(head | {"values": values}, {})


def decode(message: bytes) -> StoredKind:
    """The event in a message. Raises `StoreError` when it cannot be read."""
    head, arrays = unpack(message)
    try:
        step, values = int(head["step"]), {k: nan if v is None else v for k, v in head.get("values", {}).items()}
        match head["kind"]:
            case "observed":
                return Observed(step, head["name"], values, arrays)
            case "log":
                return Logged(step, head["text"])
            case kind:
                return _NUMBERS[kind](step, values)
    except KeyError as error:
        raise StoreError(f"An event in the store is of an unknown form ({error}).") from None


def _strict(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _strict(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def _view(message: bytes, start: int, each: Mapping[str, Any]) -> Array:
    dtype = np.dtype(each["dtype"]).newbyteorder("<")
    count = prod(each["shape"])
    if start + each["offset"] + count * dtype.itemsize > len(message):
        raise ValueError(f"array '{each['name']}' is cut off")
    return np.frombuffer(message, dtype, count, start + each["offset"]).reshape(each["shape"])
