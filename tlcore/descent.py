"""The gradient step: one visible call."""

from collections.abc import Callable, Mapping
from math import cos, pi
from typing import Any

import torch
from torch import Tensor, nn

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
    schedule. The optimiser is Adam (Kingma & Ba 2015, arXiv:1412.6980) with decoupled weight decay.
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
        groups = [{"params": parameters, "lr": rate, "rate": rate} for rate, parameters in by_rate.items()]
        # The fused kernel is the quickest one there is, on the CPU as well, and calls as few as can be.
        self._adam = torch.optim.AdamW(groups, betas=betas, weight_decay=weight_decay, fused=True)
        self._schedule, self._steps, self._step = schedule, max(1, steps), 0

    def __call__(self, loss: Tensor) -> None:
        self._adam.zero_grad()
        loss.backward()
        factor = self._schedule(min(1.0, self._step / self._steps))
        for group in self._adam.param_groups:
            group["lr"] = group["rate"] * factor
        self._adam.step()
        self._step += 1

    def state_dict(self) -> dict[str, Any]:
        return {"adam": self._adam.state_dict(), "step": self._step}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._adam.load_state_dict(dict(state["adam"]))
        self._step = state["step"]
