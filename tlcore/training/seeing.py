"""What the network sees: a few images of the very stream that it learns from, as they are and as they enter it."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.data import View
from tlcore.exhibits import Array, Gallery, Row, told
from tlcore.networks.backbone import Backbone, ImageBackbone, in_unit_range
from tlcore.strategies import Strategy
from tlcore.training.events import Observed

SEEN = "What the network sees"
LOOKS = 24  # in a run
SIDE = 64  # pixels of an image that is told


class Watched:
    """A domain's view that remembers the first few images of the last batch: as they lie there, and as shown."""

    def __init__(self, name: str, view: View | None, kept: int = 6) -> None:
        self.name = name
        self.before: Tensor | None = None  # (K, C, H, W)
        self.after: Tensor | None = None
        self._view, self._kept = view, kept

    def __call__(self, inputs: Tensor, random: torch.Generator) -> Tensor:
        shown = inputs if self._view is None else self._view(inputs, random)
        # Copies, for a strategy may change a batch, and a part of it would hold on to the whole.
        self.before, self.after = inputs[: self._kept].clone(), shown[: self._kept].clone()
        return shown


class Seen:
    """Tells now and then what the streams gave last, and how it enters the backbone."""

    def __init__(self, watched: Sequence[Watched], length: int) -> None:
        self._watched = watched
        self._every, self._next = ceil(length / LOOKS), 0

    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        rows = [row for each in self._watched for row in _rows(each, strategy.network.backbone)]
        if not rows or step < self._next:
            return
        self._next = step + self._every
        words, arrays = told(Gallery(SEEN, tuple(rows), side=SIDE))
        yield Observed(step, "exhibit", words, arrays)


def entering(backbone: Backbone, images: Tensor) -> Tensor:
    """Images (N, C, H, W) as they reach the backbone's first stage, in [0, 1]: resized, its normalisation undone.

    Of a backbone whose first stage takes no images, as they are before that.
    """
    if not isinstance(backbone, ImageBackbone):
        return in_unit_range(images)
    caught = list[Tensor]()
    hook = backbone.stages[0].register_forward_pre_hook(lambda _, given: caught.append(given[0]))
    try:
        with torch.no_grad():
            backbone(images)
    finally:
        hook.remove()
    plain = backbone.channelled(in_unit_range(images))
    if not caught or caught[0].ndim != 4 or caught[0].shape[:2] != plain.shape[:2]:
        return plain
    return (caught[0].float() * backbone.std + backbone.mean).clamp(0, 1)


def _rows(watched: Watched, backbone: nn.Module) -> Iterator[Row]:
    before, after = watched.before, watched.after
    if before is None or after is None or before.ndim != 4:
        return
    assert isinstance(backbone, Backbone)
    enters = entering(backbone, after)
    yield _row(f"{watched.name}, as it is", before)
    yield _row("as it enters the network", enters)


def _row(label: str, images: Tensor) -> Row:
    high, wide = images.shape[-2:]
    shown = in_unit_range(images).float()
    if wide > SIDE:
        shown = F.interpolate(shown, size=(max(1, high * SIDE // wide), SIDE), mode="area")
    pixels: Array = (255 * shown).round().to(torch.uint8).cpu().numpy()
    return Row(f"{label} ({wide} × {high} pixels)", pixels, [""] * len(pixels))
