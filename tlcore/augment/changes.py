"""Changes of a whole batch's pixels, each worked out for every image on its own."""

from math import tau

import torch
import torch.nn.functional as F
from torch import Tensor


def blurred(images: Tensor) -> Tensor:
    """Images (N, C, H, W) averaged over 3×3 pixels with the weights 1 2 1 both ways; the edge is repeated."""
    weights = torch.tensor([0.25, 0.5, 0.25], device=images.device, dtype=images.dtype)
    kernel = torch.outer(weights, weights).expand(images.shape[1], 1, 3, 3)
    return F.conv2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), kernel, groups=images.shape[1])


def recoloured(images: Tensor, saturation: Tensor, turn: Tensor) -> Tensor:
    """RGB images (N, 3, H, W) with their colours multiplied (N,) and turned (N,) by shares of the circle.

    In YIQ (NTSC, 1953), where light is one axis and colours are a plane: grey stays grey, light stays as it is.
    """
    to_yiq = torch.tensor(_TO_YIQ, device=images.device, dtype=images.dtype)
    cos, sin = saturation * (tau * turn).cos(), -saturation * (tau * turn).sin()  # red turns to green, as in HSV
    change = torch.zeros(len(images), 3, 3, device=images.device, dtype=images.dtype)
    change[:, 0, 0] = 1
    change[:, 1, 1], change[:, 1, 2], change[:, 2, 1], change[:, 2, 2] = cos, -sin, sin, cos
    mixed: Tensor = torch.linalg.inv(to_yiq) @ change @ to_yiq  # (N, 3, 3)
    return torch.bmm(mixed, images.flatten(2)).view_as(images)


_TO_YIQ = ((0.299, 0.587, 0.114), (0.596, -0.274, -0.322), (0.211, -0.523, 0.312))


def quarter_turns(images: Tensor) -> tuple[Tensor, Tensor]:
    """Every image (N, C, S, S) turned by 0, 90, 180 and 270 degrees, and by how many quarters: (4N, C, S, S), (4N,).

    Source: Gidaris et al. (RotNet), ICLR 2018, arXiv:1803.07728, section 2.1.
    """
    turned = torch.cat([torch.rot90(images, quarters, (2, 3)) for quarters in range(4)])
    return turned, torch.arange(4, device=images.device).repeat_interleave(len(images))
