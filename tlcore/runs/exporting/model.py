"""A trained model as one safetensors file: weights, what made them, and how to ask it.

model = tlcore.load_model("run-7.safetensors")
logits = model(images)               # (N, classes), from uint8 images (N, C, H, W) or points (N, D)
model.classes[int(logits[0].argmax())]
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialised
from torch import Tensor, nn

from tlcore.errors import CheckpointError, RequestError
from tlcore.networks import build_network
from tlcore.runs.exporting.about import about, held_out
from tlcore.runs.exporting.state import described, needed, restored
from tlcore.runs.spec import RunSpec
from tlcore.runs.trained import Trained
from tlcore.strategies import Strategy, find
from tlcore.training.bystander import untouched

FORMAT = "transfer-lab model 1"


class Model(nn.Module):
    """A trained model without its data: inputs in, logits out, in evaluation mode. `about` says what made it."""

    def __init__(self, strategy: Strategy[Any], about: Mapping[str, Any]) -> None:
        super().__init__()
        self.strategy, self.network, self.about = strategy, strategy.network, about
        for part in vars(strategy).values():
            if isinstance(part, nn.Module):
                part.requires_grad_(False)
        self.eval()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of what it can answer, in the order of its logits."""
        return tuple(self.about["classes"])

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits (N, classes) for points (N, D), or images (N, C, H, W): uint8 in 0…255, or floats in [0, 1].

        Raises `CheckpointError` for inputs of another shape.
        """
        wanted = tuple(self.about["input"]["shape"])
        if tuple(inputs.shape[1:]) != wanted:
            shapes = f"(N, {', '.join(map(str, wanted))}), but got {tuple(inputs.shape)}"
            raise CheckpointError(f"This model takes inputs of the shape {shapes}.")
        with untouched(self.strategy):
            return self.strategy.predict(inputs)

    def named(self, inputs: Tensor) -> list[str]:
        """What it takes each input for, in words."""
        return [self.classes[k] for k in self(inputs).argmax(1).tolist()]


def serialise(found: Trained) -> bytes:
    """The file of a model, read back and asked before it is given away.

    Raises `CheckpointError` where the strategy has something that no file of weights can hold, where the network is
    not as it was built (a run that was stopped amid a phase), or where the copy says something else.
    """
    tensors = {f"network.{name}": each.detach().cpu().contiguous() for name, each in found.network.state_dict().items()}
    own = vars(found.strategy)
    inputs = held_out(found)
    state = {name: described(own[name], f"strategy.{name}", tensors) for name in needed(found.strategy, inputs[:2])}
    told = {**about(found), "strategy": state}
    tensors = {name: each.clone() for name, each in tensors.items()}  # no two share memory, as the format wants it
    content = serialised(tensors, metadata={"format": FORMAT, "about": json.dumps(told, ensure_ascii=False)})
    copy = _model(told, tensors, f"run {found.run.id}")
    if not torch.equal(copy(inputs), _answers(found)):
        raise CheckpointError(
            f"The model of run {found.run.id} was not written: read back, it answers held-out inputs differently."
        )
    return content


def load_model(path: Path | str) -> Model:
    """The model in a file that `tlcore export RUN` wrote, on the CPU; needs neither the data nor the run.

    Raises `CheckpointError` with a sentence for a file that is not there, damaged, or none of ours.
    """
    path = Path(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata, tensors = file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise CheckpointError(f"The model '{path}' cannot be read: {error.strerror or 'it is not there'}.") from None
    except SafetensorError:
        raise CheckpointError(f"The model '{path}' is truncated or damaged: export it anew.") from None
    if metadata.get("format") != FORMAT:
        form = metadata.get("format", "it does not say of which form it is")
        raise CheckpointError(f"'{path}' is no model that `tlcore export RUN` of this version has written ({form}).")
    try:
        return _model(json.loads(metadata["about"]), tensors, str(path))
    except RequestError as error:
        raise CheckpointError(f"The model '{path}' is of another version of Transfer Lab: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"The model '{path}' is damaged: what it says of itself cannot be read ({error})."
        ) from None


def _model(told: Mapping[str, Any], tensors: Mapping[str, Tensor], name: str) -> Model:
    spec = RunSpec.of(told["spec"])
    kind = find(spec.strategy)
    shape = tuple(told["input"]["shape"])
    weights = {key.removeprefix("network."): each for key, each in tensors.items() if key.startswith("network.")}
    try:
        classes = weights["head.weight"].shape[0]
        network = build_network(spec.backbone, classes, input_shape=shape, weights="none")
        network.load_state_dict(weights)
    except (RuntimeError, KeyError) as misfit:
        raise CheckpointError(
            f"The network of {name} is not a '{spec.backbone}' as it is built here: it was stopped amid a phase that "
            "changes its layers, or written by another version."
        ) from misfit
    strategy = kind(network, kind.HParams.of(spec.hparams))
    for attribute, said in told["strategy"].items():
        setattr(strategy, attribute, restored(said, tensors))
    return Model(strategy, {key: each for key, each in told.items() if key != "strategy"})


def _answers(found: Trained) -> Tensor:
    with untouched(found.strategy):
        return found.strategy.predict(held_out(found))
