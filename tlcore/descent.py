"""The gradient step: one visible call."""

from collections.abc import Callable, Mapping
from math import cos, pi
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

Schedule = Callable[[float], float]
"""Training progress in [0, 1] to a factor of the learning rate."""


def constant(progress: float) -> float:
    return 1.0


def cosine(progress: float) -> float:
    """From 1 down to 0 along half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5)."""
    return 0.5 * (1 + cos(pi * progress))


def annealed(progress: float) -> float:
    """(1 + 10 p)^-0.75 (Ganin et al. 2016, JMLR 17(59), section 5.2.2)."""
    return float((1 + 10 * progress) ** -0.75)


class Descent:
    """Follows the gradient of a loss: `descend(loss)` is one step.

    `rates` gives each module its learning rate; `steps` is how often it will be called, for the
    schedule. The optimiser is Adam (Kingma & Ba 2015, arXiv:1412.6980) with decoupled weight decay
    (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2).

    It calls torch's function instead of making a `torch.optim.AdamW`: the first optimiser that a
    process makes loads torch's compiler, which takes longer than a small run.
    """

    def __init__(
        self,
        rates: Mapping[nn.Module, float],
        steps: int,
        *,
        schedule: Schedule = constant,
        weight_decay: float = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        by_rate: dict[float, list[nn.Parameter]] = {}
        for module, rate in rates.items():
            by_rate.setdefault(rate, []).extend(each for each in module.parameters() if each.requires_grad)
        self._groups = [_Group(rate, parameters) for rate, parameters in by_rate.items()]
        self._schedule, self._steps, self._step = schedule, max(1, steps), 0
        self._weight_decay, self._betas = weight_decay, betas

    def __call__(self, loss: Tensor) -> None:
        for group in self._groups:
            for parameter in group.parameters:
                parameter.grad = None
        loss.backward()
        factor = self._schedule(min(1.0, self._step / self._steps))
        with torch.no_grad():
            for group in self._groups:
                group.move(factor, self._weight_decay, self._betas)
        self._step += 1

    def state_dict(self) -> dict[str, Any]:
        return {"step": self._step, "moments": [group.moments for group in self._groups]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Raises `ValueError` or `RuntimeError` for the state of other parameters."""
        self._step = state["step"]
        for group, moments in zip(self._groups, state["moments"], strict=True):
            for mine, theirs in zip(group.moments, moments, strict=True):
                for value, saved in zip(mine, theirs, strict=True):
                    value.copy_(saved)


class _Group:
    """Parameters of one learning rate, with Adam's memory of each: mean, square and count of its gradients."""

    def __init__(self, rate: float, parameters: list[nn.Parameter]) -> None:
        self.rate, self.parameters = rate, parameters
        self.moments = [
            (torch.zeros_like(each), torch.zeros_like(each), torch.zeros((), device=each.device)) for each in parameters
        ]

    def move(self, factor: float, weight_decay: float, betas: tuple[float, float]) -> None:
        moving = [
            (p, p.grad, *moment) for p, moment in zip(self.parameters, self.moments, strict=True) if p.grad is not None
        ]
        if not moving:
            return
        parameters, gradients, means, squares, counts = (list(column) for column in zip(*moving, strict=True))
        adamw(
            parameters, gradients, means, squares, [], counts,
            # The fused kernel is the quickest one there is, on the CPU as well.
            fused=True, lr=self.rate * factor, weight_decay=weight_decay, beta1=betas[0], beta2=betas[1],
            eps=1e-8, amsgrad=False, maximize=False,
        )  # fmt: skip
