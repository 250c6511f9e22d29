"""Inputs that are too many for memory: they stay on disk, and batches of them are read when they are asked for."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PASS = 500 * 3 * 64 * 64  # values in one pass of inputs that nothing is learnt from; larger images come fewer at once
AT_ONCE = (
    200  # inputs in such a pass: of a residual network on a CPU, five hundred leave its caches and take a third longer
)


class Readable(Protocol):
    """Images (N, C, H, W) uint8 that are read row by row, such as `tlcore.library.images.Images`."""

    @property
    def shape(self) -> tuple[int, int, int, int]: ...
    def read(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The images of some rows, in memory and no one else's."""
        ...


class Mapped:
    """Images on disk that a domain may have for inputs; like a tensor as far as a domain's inputs have to be.

    Rows that are asked for, `mapped[rows]`, are a tensor on `device`; `at` chooses rows without reading any.
    """

    dtype = torch.uint8
    ndim = 4

    def __init__(
        self, images: Readable, device: torch.device | str = "cpu", rows: NDArray[np.int64] | None = None
    ) -> None:
        self.device = torch.device(device)
        self._images = images
        self._rows = np.arange(images.shape[0]) if rows is None else rows

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shape(self) -> torch.Size:
        return torch.Size((len(self), *self._images.shape[1:]))

    @property
    def nbytes(self) -> int:
        return self.shape.numel()

    def __getitem__(self, rows: Tensor | slice) -> Tensor:
        images = torch.from_numpy(self._images.read(self._rows[_index(rows)]))  # (B, C, H, W)
        if self.device.type == "cuda":
            return images.pin_memory().to(self.device, non_blocking=True)
        return images.to(self.device)

    def at(self, rows: Tensor | slice) -> "Mapped":
        return Mapped(self._images, self.device, self._rows[_index(rows)])

    def split(self, size: int) -> Iterator[Tensor]:
        """All of them in their order, `size` at a time."""
        return (self[slice(start, start + size)] for start in range(0, len(self), size))

    def to(self, device: torch.device | str) -> "Mapped":
        return Mapped(self._images, device, self._rows)


Inputs = Tensor | Mapped
"""Inputs (N, ...): a tensor, or images on disk."""


def portion(inputs: Inputs, size: int, values: int = PASS) -> int:
    """How many inputs have so many values at the most, and are no more than `size`: enough small ones, few large."""
    return max(1, min(size, values // max(1, inputs.shape[1:].numel())))


def _index(rows: Tensor | slice) -> Any:
    return rows if isinstance(rows, slice) else rows.cpu().numpy()
