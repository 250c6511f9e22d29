"""Networks to learn from: larger than the one that learns, and possibly with dropout."""

import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.networks.backbone import Network
from tlcore.networks.build import build_network

WIDEST = {"points": "wide-mlp", "images": "wide-cnn-bn"}
TEACHERS = ("auto", "wide-mlp", "wide-cnn-bn", "mlp-800", "mlp-1200", "lenet", "resnet18")


def build_teacher(key: str, student: Network, inputs: Tensor, *, seed: int, dropout: float = 0.0) -> Network:
    """A network of as many classes as the student's, for inputs (N, ...) and on their device.

    `key` is a backbone's, or "auto" for a wide one that suits the inputs. A share `dropout` of what
    each stage puts out is set to 0 in training (Srivastava et al., JMLR 15, 2014).

    Raises what `build_network` raises.
    """
    chosen = WIDEST[student.backbone.takes] if key == "auto" else key
    teacher = build_network(chosen, student.classes, seed=seed, input_shape=tuple(inputs.shape[1:]))
    if dropout:
        for stage in teacher.backbone.stages:
            stage.register_forward_hook(lambda at, _, output: F.dropout(output, dropout, at.training))
    return teacher.to(inputs.device)


def agreement(first: Tensor, second: Tensor) -> Tensor:
    """The share of rows in which two logits (B, classes) name the same class: a scalar."""
    return (first.argmax(1) == second.argmax(1)).float().mean()


def frozen(teacher: nn.Module) -> None:
    """From here on it only answers: evaluation mode, and no gradients."""
    teacher.eval().requires_grad_(False)
