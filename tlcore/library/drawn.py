"""Images that are drawn rather than read, as a listing: what a scenario makes looks like any other domain."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlcore.library.listing import Listing


class DrawnListing(Listing):
    """Images in memory, (N, C, H, W) uint8 with C of 1 or 3; `fingerprint` says what they were drawn from."""

    def __init__(
        self, name: str, classes: Sequence[str], images: NDArray[np.uint8], labels: NDArray[np.int64], fingerprint: str
    ) -> None:
        self.name, self.classes, self.labels = name, tuple(classes), labels
        self._images, self._fingerprint = images, fingerprint

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def opened(self, row: int) -> Image.Image:
        image = self._images[row]
        return Image.fromarray(image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0)))
