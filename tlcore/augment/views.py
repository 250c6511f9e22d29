"""Random views of a batch: what may change about an input without changing what it shows.

Everything is batched arithmetic on the device of the inputs. A strategy's own views draw from torch's
global generator, whose state a run saves; the views of a domain's streams draw from a generator that
the stream's address makes. Either way a resumed run sees the same views.

torchvision's transforms draw one set of numbers for all that they are given at once, so a batch would be
cropped and coloured alike: these draw for each image on its own.
"""

from dataclasses import dataclass
from math import log, radians
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.augment.changes import blurred, recoloured

_PASS = 1 << 22  # values of images at a time: what a processor's memory nearby still helps with


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
    stretch: float = 0.0  # what is cut out is wider or higher than the image by a factor of up to 1 + s
    shear: float = 0.0  # slanted by up to this share of the height
    light: float = 0.0  # brighter or darker by up to this share of full white
    contrast: float = 0.0  # contrast multiplied by a factor from 1 - c to 1 + c
    saturation: float = 0.0  # RGB only: colours multiplied by a factor from 1 - s to 1 + s; 0 is grey
    hue: float = 0.0  # RGB only: colours turned by up to this share of their circle, either way
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

    def __call__(self, inputs: Tensor, random: torch.Generator | None = None) -> Tensor:
        """One view of each input: points (N, D) or images (N, C, H, W), in the order that they came.

        `random` is a generator on the CPU, so that every device sees the same views; None is torch's own.
        """
        draws = _Draws(inputs, random)
        if inputs.ndim == 2:
            return inputs + self.jitter * draws.noise(inputs) if self.jitter else inputs
        # From here on in place: new memory for every change takes ten times as long as the change.
        images = inputs.float().div_(255) if inputs.dtype == torch.uint8 else inputs.clone()
        return self._relit(self._moved(images, draws), draws)

    @torch.no_grad()
    def view(self, inputs: Tensor, random: torch.Generator) -> Tensor:
        """One view of each input in the type that it came in: what the streams of a domain show.

        Large images go through it a few at a time, on every device alike, so that all see the same views.
        """
        with torch.autocast(inputs.device.type, enabled=False):  # half the digits would be seen in the colours
            views = [self(some, random) for some in inputs.split(max(1, _PASS // max(1, inputs.shape[1:].numel())))]
        if inputs.dtype == torch.uint8:
            views = [some.mul_(255).round_().to(torch.uint8) for some in views]
        return torch.cat(views) if len(views) > 1 else views[0]

    def _moved(self, images: Tensor, draws: "_Draws") -> Tensor:
        """Shifted, turned, zoomed, cropped, slanted and mirrored, in one bilinear reading."""
        if not any((self.shift, self.turn, self.zoom, self.crop, self.stretch, self.shear, self.flip)):
            return images
        kept = 1 - draws.uniform(0, self.crop)  # (N,)
        size = kept * (1 + draws.uniform(-self.zoom, self.zoom))
        angle, slant = radians(self.turn) * draws.uniform(-1, 1), draws.uniform(-self.shear, self.shear)
        mirror = 1 - 2 * (draws.uniform(0, 1) < 0.5).float() if self.flip else torch.ones_like(size)
        wide, high = self._stretched(kept, draws)
        # A cut-out of size `kept` has 1 - kept of room on both sides of the centre, of a side from -1 to 1.
        across, down = (
            (1 - kept * side) * draws.uniform(-1, 1) + 2 * self.shift * draws.uniform(-1, 1) for side in (wide, high)
        )
        cos, sin = size * angle.cos(), size * angle.sin()
        readings = torch.stack(
            [
                torch.stack([wide * mirror * cos, high * (slant * cos - sin), across], 1),
                torch.stack([wide * mirror * sin, high * cos, down], 1),
            ],
            1,
        )  # (N, 2, 3): from places of the view to places of the image
        grid = F.affine_grid(readings, list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)

    def _relit(self, images: Tensor, draws: "_Draws") -> Tensor:
        """Blurred, in another light and other colours, negative, noisy; cut off at black and white."""
        if self.blur:
            images = torch.where(draws.some(self.blur), blurred(images), images)
        if self.contrast:
            middle = images.mean((1, 2, 3), keepdim=True)
            images.sub_(middle).mul_(_wide(draws.uniform(1 - self.contrast, 1 + self.contrast))).add_(middle)
        if self.light:
            images.add_(_wide(draws.uniform(-self.light, self.light)))
        if (self.saturation or self.hue) and images.shape[1] == 3:
            factor, turn = draws.uniform(1 - self.saturation, 1 + self.saturation), draws.uniform(-self.hue, self.hue)
            images = recoloured(images, factor, turn)
        if self.invert:
            images = torch.where(draws.some(self.invert), 1 - images, images)
        if self.noise:
            images.add_(draws.noise(images).mul_(self.noise))
        return images.clamp_(0, 1)

    def _stretched(self, kept: Tensor, draws: "_Draws") -> tuple[Tensor, Tensor]:
        """Factors (N,) for the width and the height of cut-outs, none of which grows larger than the image."""
        if not self.stretch:
            return torch.ones_like(kept), torch.ones_like(kept)
        ratio = (log(1 + self.stretch) * draws.uniform(-0.5, 0.5)).exp()
        return ratio.minimum(1 / kept), (1 / ratio).minimum(1 / kept)


@dataclass(frozen=True)
class _Draws:
    """Chance for a batch: from torch's own generator on its device, or from one on the CPU."""

    batch: Tensor
    random: torch.Generator | None

    def uniform(self, low: float, high: float) -> Tensor:
        """One number for each image (N,)."""
        if self.random is None:
            drawn = torch.rand(len(self.batch), device=self.batch.device)
        else:
            drawn = torch.rand(len(self.batch), generator=self.random).to(self.batch.device)
        return low + (high - low) * drawn

    def some(self, share: float) -> Tensor:
        """Which images are meant (N, 1, 1, 1): this share of them."""
        return _wide(self.uniform(0, 1) < share)

    def noise(self, like: Tensor) -> Tensor:
        if self.random is None:
            return torch.randn_like(like)
        return torch.randn(like.shape, generator=self.random).to(like)


def _wide(values: Tensor) -> Tensor:
    """One number for each image as (N, 1, 1, 1)."""
    return values.view(-1, 1, 1, 1)
