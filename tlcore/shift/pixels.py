"""What the pixels of a domain are like, before any network: colours, brightness, contrast."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

BINS = 24
GREY = (0.299, 0.587, 0.114)  # how bright red, green and blue are: ITU-R BT.601
MOST_CONTRAST = 0.5  # the standard deviation of an image that is half black and half white


@dataclass(frozen=True)
class Pixels:
    """Of one domain, with values from 0 (black) to 1 (white)."""

    mean: Floats  # (C,) of each channel, over all images and places
    std: Floats  # (C,)
    brightness: Floats  # (N,) mean grey value of each image
    contrast: Floats  # (N,) standard deviation of its grey values, from 0 to ½

    def as_json(self) -> dict[str, Any]:
        """With histograms, as shares of all images, in `BINS` equal bins of brightness [0, 1] and contrast [0, ½]."""
        return {
            "mean": self.mean.tolist(),
            "std": self.std.tolist(),
            "brightness": _histogram(self.brightness, 1.0),
            "contrast": _histogram(self.contrast, MOST_CONTRAST),
            "mean_brightness": float(self.brightness.mean()),
            "mean_contrast": float(self.contrast.mean()),
        }


def pixels(images: ArrayLike) -> Pixels:
    """Images (N, C, H, W), uint8 or in [0, 1], of one or three channels; raises ValueError for any other shape."""
    given = np.asarray(images)
    if given.ndim != 4 or given.shape[1] not in (1, 3) or not len(given):
        raise ValueError(f"Images should be (N, 1 or 3, H, W), but these are {given.shape}.")
    scale = 255.0 if given.dtype == np.uint8 else 1.0
    channels, many = given.shape[1], len(given)
    weights = np.array(GREY) if channels == 3 else np.ones(1)
    sums, squares = np.zeros(channels), np.zeros(channels)
    brightness, contrast = np.empty(many), np.empty(many)
    for row, image in enumerate(given):  # one at a time: all of them as floats would take eight times their memory
        values = image.reshape(channels, -1) / scale  # (C, H W)
        sums += values.mean(1)
        squares += (values**2).mean(1)
        grey = weights @ values
        brightness[row], contrast[row] = grey.mean(), grey.std()
    mean = sums / many
    return Pixels(mean, np.sqrt(np.maximum(squares / many - mean**2, 0)), brightness, contrast)


def _histogram(values: Floats, most: float) -> list[float]:
    counts, _ = np.histogram(np.clip(values, 0, most), bins=BINS, range=(0, most))
    shares: list[float] = (counts / len(values)).tolist()
    return shares
