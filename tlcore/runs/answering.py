"""What a trained network answers to images, and where in them it looks."""

import time
from collections.abc import Callable

import torch
from torch import Tensor

from tlcore.data import portion
from tlcore.errors import RequestError
from tlcore.inspecting.attention import grad_cam
from tlcore.runs.trained import Trained
from tlcore.training.bystander import untouched
from tlcore.training.events import Array

PATIENCE = 30.0  # seconds of Grad-CAM for one network, after which the other images go without
SIDE = 96  # pixels of a picture that is told, at most

Progress = Callable[[str, int, int], None]  # what is done, and how much of how much


def pictures(inputs: Tensor) -> Array:
    """Images (N, C, H, W) uint8 as pictures (N, h, w, 3), at most `SIDE` pixels wide."""
    images = inputs.cpu()
    if images.shape[-1] > SIDE:
        size = (max(1, SIDE * images.shape[-2] // images.shape[-1]), SIDE)
        parts = [torch.nn.functional.interpolate(each.float(), size=size, mode="area") for each in images.split(64)]
        images = torch.cat(parts).round().to(torch.uint8)
    if images.shape[1] == 2:  # two-channel images are drawn in red and green
        images = torch.cat([images, torch.zeros_like(images[:, :1])], dim=1)
    return images.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).contiguous().numpy()


def probabilities(found: Trained, inputs: Tensor) -> Tensor:
    """(N, C), in double precision: they go into bins and onto a page."""
    with untouched(found.strategy):
        return found.strategy.predict(inputs).double().softmax(1)


def where(found: Trained, inputs: Tensor) -> tuple[str, Array | None]:
    """Grad-CAM of images (N, h, w), as bytes; where time was up those left are 0 throughout. Or why there is none."""
    if inputs.ndim != 4:
        return "Points have no places in an image to look at.", None
    strategy, began = found.strategy, time.monotonic()
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))
    heat: Tensor | None = None
    for rows in order.split(portion(inputs, 50)):
        if heat is not None and time.monotonic() - began > PATIENCE:
            break
        try:
            part = grad_cam(strategy.predict, strategy.network.backbone, inputs[rows])
        except RequestError as reason:
            return str(reason), None
        heat = torch.zeros((len(inputs), *part.shape[1:])) if heat is None else heat
        heat[rows] = part
    assert heat is not None
    return "", (255 * heat).round().to(torch.uint8).numpy()
