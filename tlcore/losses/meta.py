"""Learning to learn: a few gradient steps as a function, so that gradients flow through them.

Weights are tensors by name, as `torch.func.functional_call` takes them.
"""

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.modules.batchnorm import _BatchNorm

Weights = dict[str, Tensor]


def answered(network: nn.Module, weights: Weights, images: Tensor) -> Tensor:
    """A network's logits at other weights, its batch norms taking their statistics from these very images.

    So it is in MAML's and Reptile's own experiments: what the inner steps do to a layer's scale, the next
    batch norm takes back. It also means that questions asked together help each other a little (the
    *transductive* setting). The network stays as it is, its modes and buffers too.

    images (B, ...) → (B, way)
    """
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    modes = [norm.training for norm in norms]
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    try:
        for norm in norms:
            norm.training = True
        with sdpa_kernel(SDPBackend.MATH):  # of the ways to attention, the one with a second derivative
            logits: Tensor = functional_call(network, {**buffers, **weights}, (images,))
    finally:
        for norm, mode in zip(norms, modes, strict=True):
            norm.training = mode
    return logits


def starting(parameters: Iterable[tuple[str, Tensor]], way: int, learned: int) -> Weights:
    """The weights from which a problem of `way` classes starts, by the names of `named_parameters`.

    Of the head, which has a row a class, the first `learned` rows; a wider problem uses them again.
    """
    rows = torch.arange(way) % learned
    return {name: weight[rows.to(weight.device)] if name.startswith("head.") else weight for name, weight in parameters}


def tried(start: Weights, inner: Callable[[Weights], Weights]) -> Weights:
    """Where inner steps lead from a copy of some weights; neither the weights nor their gradients are touched."""
    with torch.enable_grad():
        moved = inner({name: weight.detach().requires_grad_() for name, weight in start.items()})
    return {name: weight.detach() for name, weight in moved.items()}


def descended(
    loss: Callable[[Weights], Tensor],
    weights: Weights,
    rate: float | Mapping[str, float],
    steps: int,
    *,
    second_order: bool = False,
) -> Weights:
    """Weights after a few plain gradient steps: θ ← θ − α ∇L(θ), `steps` times.

    The result is a function of the weights that it started from. With `second_order` its derivative is
    exact: after one step that of an outer loss is (I − α ∇²L(θ)) ∇L_outer(θ'). Without, the inner gradients
    count as constants, and it is ∇L_outer(θ').

    Finn, Abbeel & Levine, "MAML", ICML 2017, arXiv:1703.03400, eq. 1 and section 5.2 (first order).

    loss: weights → scalar; rate α, one for all or one by name; raises RuntimeError for weights that need no gradient
    """
    moved, rates = dict(weights), rate if isinstance(rate, Mapping) else dict.fromkeys(weights, rate)
    for _ in range(steps):
        gradients = torch.autograd.grad(loss(moved), list(moved.values()), create_graph=second_order)
        moved = {name: value - rates[name] * slope for (name, value), slope in zip(moved.items(), gradients)}
    return moved


def towards(weights: Weights, adapted: Weights, rate: float) -> Weights:
    """A part of the way from weights to adapted ones: θ + ε (φ − θ).

    Nichol, Achiam & Schulman, "On first-order meta-learning algorithms" (Reptile), 2018, arXiv:1803.02999,
    algorithm 1.
    """
    return {name: value + rate * (adapted[name] - value) for name, value in weights.items()}
