"""What a strategy needs beside its network to answer, as plain words and tensors, both ways.

A file of weights must run nothing when it is read. So what lies in it is described with a handful of words: numbers,
texts, tensors, tuples, dictionaries, and layers of the plainest kinds. Whatever else there is, is refused.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from tlcore.errors import CheckpointError
from tlcore.phases import Notes
from tlcore.strategies import Strategy

Tensors = dict[str, Tensor]
_ROOM = "tlcore.strategies."  # the only place from which a named tuple may come
_OWN = ("network", "hparams", "journal")  # what every strategy has, and the file holds anyway


def needed(strategy: Strategy[Any], inputs: Tensor) -> list[str]:
    """The attributes that a strategy looks at to answer and to embed, beside what every strategy has."""
    seen: dict[str, None] = {}
    own = vars(strategy)

    class Watched(type(strategy)):  # type: ignore[misc]  # a class made for one question
        def __getattribute__(self, name: str) -> Any:
            if name in own and name not in _OWN:
                seen[name] = None
            return super().__getattribute__(name)

    watched = object.__new__(Watched)
    watched.__dict__.update(own)
    with torch.no_grad():
        watched.predict(inputs)
        watched.embed(inputs)
    return list(seen)


def described(value: Any, name: str, tensors: Tensors) -> Any:
    """`value` in words that JSON knows; its tensors are put into `tensors` under names that begin with `name`.

    Raises `CheckpointError` for what cannot be said so.
    """

    def inner(each: Any, key: Any) -> Any:
        return described(each, f"{name}.{key}", tensors)

    match value:
        case None | bool() | int() | float() | str():
            return {"is": "value", "value": value}
        case Tensor():
            tensors[name] = value.detach().cpu().contiguous()
            return {"is": "tensor", "name": name}
        case tuple() | list():
            kind = f"{type(value).__module__}:{type(value).__qualname__}" if hasattr(value, "_fields") else "tuple"
            return {"is": kind, "of": [inner(each, k) for k, each in enumerate(value)]}
        case Mapping():
            kind = "notes" if isinstance(value, Notes) else "mapping"
            return {"is": kind, "of": {str(key): inner(each, key) for key, each in value.items()}}
        case nn.Sequential():
            return {"is": "layers", "of": [inner(each, k) for k, each in enumerate(value)]}
        case nn.Linear():
            return {"is": "linear", "weight": inner(value.weight, "weight"), "bias": inner(value.bias, "bias")}
        case nn.ReLU():
            return {"is": "relu"}
    raise CheckpointError(
        f"This strategy answers with a {type(value).__name__} of its own ('{name}'), which a file of weights cannot "
        "hold: export it as ONNX, which holds the whole computation."
    )


def restored(said: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Any:
    """What `described` has said. Raises KeyError, TypeError or ValueError for words that it never says."""
    match said["is"]:
        case "value":
            return said["value"]
        case "tensor":
            return tensors[said["name"]]
        case "tuple":
            return tuple(restored(each, tensors) for each in said["of"])
        case "notes" | "mapping" as kind:
            entries = {key: restored(each, tensors) for key, each in said["of"].items()}
            return Notes(entries) if kind == "notes" else entries
        case "layers":
            return nn.Sequential(*(restored(each, tensors) for each in said["of"]))
        case "linear":
            weight, bias = restored(said["weight"], tensors), restored(said["bias"], tensors)
            layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
            layer.load_state_dict({"weight": weight} | ({} if bias is None else {"bias": bias}))
            return layer
        case "relu":
            return nn.ReLU()
        case str(kind):
            return _named(kind)(*(restored(each, tensors) for each in said["of"]))
    raise ValueError(f"'{said['is']}' is no word of a model's file")


def _named(kind: str) -> Any:
    """A named tuple of a strategy's module, by its address. Raises ValueError for anything else."""
    module, _, name = kind.partition(":")
    if not module.startswith(_ROOM) or not module.removeprefix(_ROOM).isidentifier():
        raise ValueError(f"'{kind}' is no part of a strategy")
    found = getattr(import_module(module), name, None)
    if not (isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_fields")):
        raise ValueError(f"'{kind}' is no part of a strategy")
    return found
