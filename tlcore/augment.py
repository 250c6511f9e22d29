"""Random views of a batch: what may change about an input without changing what it shows.

Everything is batched arithmetic on the device of the inputs, and every draw comes from torch's own
global generator, whose state a run saves: a resumed run sees the same views.
"""

from dataclasses import dataclass
from math import radians
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Augment:
    """Draws a view of each input on its own; strength 0 leaves that change out, and draws nothing.

    Points (N, D) are jittered. Images (N, C, H, W), uint8 or floats in [0, 1], are moved, then changed
    in their light, and come back as floats in [0, 1]. Where a moved image would show what lies beyond
    its edge, it shows the edge again: paper stays paper, whether it is light or dark.

    Flips are off: a mirrored 2 is no 2. Changes of light hurt where light is the class.
    """

    shift: float = 0.1  # moved by up to this share of the side, in both directions
    turn: float = 10.0  # turned by up to so many degrees, either way
    zoom: float = 0.1  # enlarged or reduced by up to this share
    crop: float = 0.0  # up to this share of each side is cut away, and the rest enlarged
    shear: float = 0.0  # slanted by up to this share of the height
    light: float = 0.0  # brighter or darker by up to this share of full white
    contrast: float = 0.0  # contrast multiplied by a factor from 1 - c to 1 + c
    blur: float = 0.0  # the share of images that are blurred
    noise: float = 0.0  # standard deviation of noise in every pixel, against full white
    invert: float = 0.0  # the share of images that become their negative
    flip: bool = False  # half of the images are mirrored
    jitter: float = 0.1  # points only: standard deviation of what is added

    @classmethod
    def of(cls, move: float = 1.0, relight: float = 1.0) -> Self:
        """Views as self-supervision wants them: two strengths, of which 1 suits small pictures of one thing."""
        return cls(
            shift=0.1 * move, turn=20 * move, zoom=0.1 * move, crop=min(0.9, 0.2 * move), shear=0.2 * move,
            light=0.1 * relight, contrast=min(1.0, 0.4 * relight), blur=min(1.0, 0.2 * relight), noise=0.05 * relight,
            jitter=0.15 * move,
        )  # fmt: skip

    def __call__(self, inputs: Tensor) -> Tensor:
        """One view of each input: points (N, D) or images (N, C, H, W), in the order that they came."""
        if inputs.ndim == 2:
            return inputs + self.jitter * torch.randn_like(inputs) if self.jitter else inputs
        images = inputs.float() / 255 if inputs.dtype == torch.uint8 else inputs
        return self.relit(self.moved(images))

    def moved(self, images: Tensor) -> Tensor:
        """Shifted, turned, zoomed, cropped, slanted and mirrored, in one bilinear reading."""
        if not any((self.shift, self.turn, self.zoom, self.crop, self.shear, self.flip)):
            return images
        kept = 1 - _uniform(images, 0, self.crop)  # (N,)
        size = kept * (1 + _uniform(images, -self.zoom, self.zoom))
        angle, slant = radians(self.turn) * _uniform(images, -1, 1), _uniform(images, -self.shear, self.shear)
        mirror = 1 - 2 * (_uniform(images, 0, 1) < 0.5).float() if self.flip else torch.ones_like(size)
        # A cut-out of size `kept` has 1 - kept of room on both sides of the centre, of a side from -1 to 1.
        across, down = (
            (1 - kept) * _uniform(images, -1, 1) + 2 * self.shift * _uniform(images, -1, 1) for _ in range(2)
        )
        cos, sin = size * angle.cos(), size * angle.sin()
        readings = torch.stack(
            [torch.stack([mirror * cos, slant * cos - sin, across], 1), torch.stack([mirror * sin, cos, down], 1)], 1
        )  # (N, 2, 3): from places of the view to places of the image
        grid = F.affine_grid(readings, list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)

    def relit(self, images: Tensor) -> Tensor:
        """Blurred, in another light, negative, noisy; cut off at black and white."""
        if self.blur:
            images = torch.where(_some(images, self.blur), blurred(images), images)
        if self.contrast:
            middle = images.mean((1, 2, 3), keepdim=True)
            images = middle + (images - middle) * _wide(_uniform(images, 1 - self.contrast, 1 + self.contrast))
        if self.light:
            images = images + _wide(_uniform(images, -self.light, self.light))
        if self.invert:
            images = torch.where(_some(images, self.invert), 1 - images, images)
        if self.noise:
            images = images + self.noise * torch.randn_like(images)
        return images.clamp(0, 1)


def blurred(images: Tensor) -> Tensor:
    """Images (N, C, H, W) averaged over 3×3 pixels with the weights 1 2 1 both ways; the edge is repeated."""
    weights = torch.tensor([0.25, 0.5, 0.25], device=images.device, dtype=images.dtype)
    kernel = torch.outer(weights, weights).expand(images.shape[1], 1, 3, 3)
    return F.conv2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), kernel, groups=images.shape[1])


def _uniform(images: Tensor, low: float, high: float) -> Tensor:
    """One number for each image (N,)."""
    return low + (high - low) * torch.rand(len(images), device=images.device)


def _some(images: Tensor, share: float) -> Tensor:
    return _wide(_uniform(images, 0, 1) < share)


def _wide(values: Tensor) -> Tensor:
    """One number for each image as (N, 1, 1, 1)."""
    return values.view(-1, 1, 1, 1)


def quarter_turns(images: Tensor) -> tuple[Tensor, Tensor]:
    """Every image (N, C, S, S) turned by 0, 90, 180 and 270 degrees, and by how many quarters: (4N, C, S, S), (4N,).

    Source: Gidaris et al. (RotNet), ICLR 2018, arXiv:1803.07728, section 2.1.
    """
    turned = torch.cat([torch.rot90(images, quarters, (2, 3)) for quarters in range(4)])
    return turned, torch.arange(4, device=images.device).repeat_interleave(len(images))
