"""A trained model as ONNX: the same answers for whoever has no torch. Checked before it is given away.

The file holds the whole computation of `Strategy.predict`, in evaluation mode, for any number of inputs; what the
model says of itself is in its metadata. Needs the extra `onnx`: pip install "transfer-lab[onnx]".
"""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tlcore.errors import CheckpointError, RequestError
from tlcore.runs.exporting.about import about, held_out
from tlcore.runs.trained import Trained
from tlcore.strategies import Strategy
from tlcore.training.bystander import untouched

TOLERANCE = 1e-4  # of the largest logit (or of 1, if that is more): how far a logit may be off
INPUT, OUTPUT = "inputs", "logits"
_MISSING = 'ONNX needs the extra packages of `pip install "transfer-lab[onnx]"`: {} is not installed.'


class _Answering(nn.Module):
    """A strategy's `predict` as a module."""

    def __init__(self, strategy: Strategy[Any]) -> None:
        super().__init__()
        self._predict = strategy.predict
        for name, part in vars(strategy).items():
            if isinstance(part, nn.Module):
                setattr(self, name, part)

    def forward(self, inputs: Tensor) -> Tensor:
        return self._predict(inputs)


def serialise(found: Trained) -> bytes:
    """The ONNX file of a model.

    Raises `RequestError` where the extra is not installed, and `CheckpointError` where the strategy's answer cannot
    be written as a fixed computation, or where ONNX Runtime says something else on held-out inputs.
    """
    _present()
    inputs = held_out(found)
    with untouched(found.strategy):
        answers = found.strategy.predict(inputs)
        content = _written(found, inputs)
    difference = furthest(ask(content, inputs.numpy()), answers.numpy())
    if difference > TOLERANCE:
        raise CheckpointError(
            f"The ONNX file of run {found.run.id} was not written: ONNX Runtime's answers are off by {difference:.1e} "
            f"of the largest logit on {len(inputs)} held-out inputs, and {TOLERANCE:.0e} is allowed."
        )
    return content


def ask(content: bytes, inputs: np.ndarray) -> np.ndarray:
    """Logits (N, classes) by ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (logits,) = session.run([OUTPUT], {INPUT: inputs})
    return np.asarray(logits)


def furthest(these: np.ndarray, those: np.ndarray) -> float:
    """How far two sets of logits are apart at most, in units of the largest (or of 1, if that is more)."""
    if these.shape != those.shape or not np.isfinite(these).all():
        return float("inf")
    return float(np.abs(these - those).max() / max(1.0, np.abs(those).max()))


def _written(found: Trained, inputs: Tensor) -> bytes:
    import onnx

    answering = _Answering(found.strategy).eval()
    model = onnx.load_from_string(_exported(answering, inputs[:4], found.strategy.card.key))
    told = {"about": json.dumps(about(found), ensure_ascii=False), "tolerance": str(TOLERANCE)}
    onnx.helper.set_model_props(model, told)
    return bytes(model.SerializeToString())


def _exported(answering: nn.Module, few: Tensor, key: str) -> bytes:
    """By a trace of one answer, which takes a second; by torch.export, which takes many, where that is no way.

    A trace knows of other inputs only what does not depend on them: the check on other and more inputs tells.
    """
    names: dict[str, Any] = {"input_names": [INPUT], "output_names": [OUTPUT]}
    some = torch.export.Dim("N", min=2)
    by_export: dict[str, Any] = {"dynamo": True, "verbose": False, "dynamic_shapes": ({0: some},)}
    by_trace: dict[str, Any] = {"dynamo": False, "dynamic_axes": {INPUT: {0: "N"}, OUTPUT: {0: "N"}}}
    cause: Exception | None = None
    for way in (by_trace, by_export):
        try:
            with _quietly(), TemporaryDirectory() as folder:
                torch.onnx.export(answering, (few,), Path(folder) / "model.onnx", **names, **way)
                return (Path(folder) / "model.onnx").read_bytes()
        except Exception as error:  # noqa: BLE001 - whatever the exporter stumbles over
            cause = error
    raise CheckpointError(
        f"'{key}' cannot be written as ONNX: its answer is no fixed computation, as it learns meanwhile. "
        "Take the model as safetensors, which `tlcore.load_model` reads."
    ) from cause


def _present() -> None:
    for name in ("onnx", "onnxscript", "onnxruntime"):
        if find_spec(name) is None:
            raise RequestError(_MISSING.format(name))


@contextmanager
def _quietly() -> Iterator[None]:
    """The exporter tells much that is no concern of whoever exports."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
